//! What `fit` promises beside learning: callbacks, the history of a run that failed, the best epoch put back.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::ops::ControlFlow;
use std::time::Duration;

use typenet::prelude::*;
use typenet::train::{by_ref, on_epoch, on_step};
use typenet::{Error, History, Result, StepRecord, TrainingPlan};

/// Of norms and of what is clipped to them, in `f64`, relative: some roundings.
const NORM_TOLERANCE: f64 = 1e-14;

network!(struct Line = Dense<1, 1>);
network!(struct Xor = Dense<2, 4>, Tanh, Dense<4, 2>, Softmax);

type Values = Dataset<Vector<1>, Vector<1>>;

/// Samples of y = 2 x + 1 at x = 0, 1/8, ..
fn line(count: u8) -> Values {
    let x = || (0..count).map(|i| f32::from(i) / 8.0);
    Dataset::new(x().map(|x| [x]).collect(), x().map(|x| [2.0 * x + 1.0]).collect()).unwrap()
}

/// A sample whose target is the opposite of what the others teach, so that the first epoch is the best.
fn opposite() -> Values {
    Dataset::new(vec![[0.0]], vec![[-1.0]]).unwrap()
}

fn one() -> Values {
    Dataset::new(vec![[0.0]], vec![[1.0]]).unwrap()
}

/// Notes the hooks in the order of their calls.
struct Log<'a>(&'a mut Vec<String>);

impl<N: Network> Callback<N> for Log<'_> {
    fn begin(&mut self, _: &N, plan: &TrainingPlan) -> Result<ControlFlow<()>> {
        self.0.push(format!("begin {} epochs of {} steps", plan.epochs, plan.steps));
        Ok(ControlFlow::Continue(()))
    }

    fn step_end(&mut self, _: &N, record: &StepRecord) -> ControlFlow<()> {
        self.0.push(format!("step {}.{} {} of {}", record.epoch, record.step, record.samples, record.total_steps));
        ControlFlow::Continue(())
    }

    fn epoch_end(&mut self, _: &N, record: &EpochRecord) -> ControlFlow<()> {
        self.0.push(format!("epoch {}", record.epoch));
        ControlFlow::Continue(())
    }

    fn end(&mut self, _: &mut N, history: &History) {
        self.0.push(format!("end after {}", history.len()));
    }
}

#[test]
fn hooks_are_called_in_order() {
    let mut log = Vec::new();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01)).epochs(2).batch_size(2).callback(Log(&mut log));
    trainer.fit(&mut Line::zeroed(), &line(3)).unwrap();
    drop(trainer);
    let expected = [
        "begin 2 epochs of 2 steps",
        "step 1.1 2 of 1",
        "step 1.2 1 of 2",
        "epoch 1",
        "step 2.1 2 of 3",
        "step 2.2 1 of 4",
        "epoch 2",
        "end after 2",
    ];
    assert_eq!(log, expected);
}

/// Compares the gradient of each step with the change of the parameters, which plain descent divides by the learning rate.
struct Followed {
    before: Vec<f64>,
    norms: Vec<f64>,
}

impl<N: Network<Scalar = f64>> Callback<N> for Followed {
    fn begin(&mut self, network: &N, _: &TrainingPlan) -> Result<ControlFlow<()>> {
        self.before = network.parameters().to_vec();
        Ok(ControlFlow::Continue(()))
    }

    fn step_gradient(&mut self, network: &N, gradient: &Gradient<N>, record: &StepRecord) {
        let rate = record.learning_rate.unwrap();
        for ((after, before), gradient) in network.parameters().iter().zip(&self.before).zip(gradient.parameters()) {
            assert_eq!(*after, before - rate * gradient, "step {}", record.total_steps);
        }
        self.before = network.parameters().to_vec();
        self.norms.push(gradient.norm());
    }
}

#[test]
fn callbacks_see_the_gradient_that_the_optimizer_followed() {
    let data =
        Dataset::<Vector<1>, Vector<1>, f64>::new(vec![[1.0], [2.0], [3.0], [4.0], [5.0]], vec![[1.0]; 5]).unwrap();
    let (mut seen, mut line) = (Followed { before: Vec::new(), norms: Vec::new() }, Line::<f64>::zeroed());
    // Steps of two batches, and one of the last batch alone, whose gradient is in other memory.
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.25))
        .schedule(typenet::schedule::Exponential::new(0.5))
        .batch_size(2)
        .accumulate(2)
        .clip_norm(0.5)
        .epochs(2)
        .callback(by_ref(&mut seen));
    trainer.freeze::<Line<f64>>("dense.bias").unwrap();
    trainer.fit(&mut line, &data).unwrap();
    drop(trainer);
    assert!(seen.norms.len() == 4 && seen.norms.iter().all(|&norm| norm > 0.0 && norm <= 0.5 * (1.0 + NORM_TOLERANCE)));
    assert_eq!((line.dense.bias[0], seen.norms[0] > 0.5 * (1.0 - NORM_TOLERANCE)), (0.0, true));
}

/// Stops at the begin.
struct Never;

impl<N: Network> Callback<N> for Never {
    fn begin(&mut self, _: &N, _: &TrainingPlan) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Break(()))
    }
}

#[test]
fn each_hook_can_stop_the_training() {
    let trainer = || Trainer::new(MeanSquaredError, Sgd::new(0.01)).epochs(10).batch_size(2);
    let mut network = Line::zeroed();
    let history = trainer().callback(Never).fit(&mut network, &line(8)).unwrap();
    assert_eq!((history.len(), network.parameters()), (0, [0.0, 0.0].as_slice()));

    let stop = |stops| if stops { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let history =
        trainer().callback(on_epoch(|_, record| stop(record.epoch == 3))).fit(&mut Line::zeroed(), &line(8)).unwrap();
    assert_eq!(history.len(), 3);

    let steps = on_step(|_, record: &StepRecord| stop(record.total_steps == 6));
    let history = trainer().callback(steps).fit(&mut Line::zeroed(), &line(8)).unwrap();
    assert_eq!(history.epochs().map(|record| record.samples).collect::<Vec<_>>(), [8, 4]);
}

#[test]
fn the_end_of_a_failed_run_is_seen_and_its_history_kept() {
    let mut log = Vec::new();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(100.0)).epochs(1000).callback(Log(&mut log));
    let error = trainer.fit(&mut Line::zeroed(), &line(8)).unwrap_err();
    assert!(!matches!(error, Error::Setting { .. }), "{error}");
    let epochs = trainer.history().epochs().len();
    assert!(epochs > 0);
    drop(trainer);
    assert_eq!(log.last().unwrap(), &format!("end after {epochs}"));
}

#[test]
fn the_best_epoch_is_put_back_however_training_ends() {
    // The bias after one step: 1/8 · 2 · (1 - 0).
    let best = [0.0, 0.25];
    let validation = opposite();
    for (patience, epochs, expected) in [(2, 100, 3), (1000, 10, 10)] {
        let mut network = Line::zeroed();
        let history = Trainer::new(MeanSquaredError, Sgd::new(0.125))
            .epochs(epochs)
            .validation(&validation)
            .callback(EarlyStopping::patience(patience).restore_best())
            .fit(&mut network, &one())
            .unwrap();
        assert_eq!((history.len(), network.parameters()), (expected, best.as_slice()));
    }

    // Each step multiplies the distance from the target by 1 - 2 η = -7; the first epoch, at loss 1, is the best.
    let mut network = Line::zeroed();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(4.0))
        .epochs(1000)
        .callback(EarlyStopping::patience(1000).restore_best());
    trainer.fit(&mut network, &one()).unwrap_err();
    assert_eq!(network.parameters(), [0.0, 8.0]);
}

#[test]
fn an_improvement_below_the_smallest_one_counts_as_none() {
    let run = |min_delta| {
        Trainer::new(MeanSquaredError, Sgd::new(0.01))
            .epochs(30)
            .callback(EarlyStopping::patience(3).min_delta(min_delta))
            .fit(&mut Line::zeroed(), &one())
            .map(|history| history.len())
    };
    assert_eq!(run(0.0), Ok(30));
    // The first loss is 1, so it cannot fall by more than 1.
    assert_eq!(run(1.0), Ok(4));
    for wrong in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(run(wrong), Err(Error::Setting { name: "smallest improvement", .. })), "{wrong}");
    }
}

#[test]
fn accuracy_is_monitored_only_where_it_is_measured() {
    let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let data = Dataset::<Vector<2>, Class<2>>::labelled(inputs, [0, 1, 1, 0]).unwrap();
    let stopping = || EarlyStopping::patience(2).monitor("val_accuracy");
    let mut trainer = Trainer::new(Nll, Sgd::new(0.5)).epochs(3).callback(stopping());
    let error = trainer.fit(&mut Xor::zeroed(), &data).unwrap_err();
    let text = "no measure is named `val_accuracy`: the only name is `loss`; `Trainer::validation` adds the measures on a \
                validation set";
    assert_eq!(error.to_string(), text);
    // From zeros nothing but the bias of the output moves, and accuracy stays one half.
    let mut trainer = Trainer::new(Nll, Sgd::new(0.5)).epochs(9).batch_size(4).validation(&data).callback(stopping());
    assert_eq!(trainer.fit(&mut Xor::zeroed(), &data).unwrap().len(), 3);
}

#[test]
fn a_time_limit_is_looked_at_after_every_step() {
    let limited = |limit| {
        let mut trainer =
            Trainer::new(MeanSquaredError, Sgd::new(0.01)).epochs(2).batch_size(2).callback(TimeLimit::new(limit));
        trainer.fit(&mut Line::zeroed(), &line(8)).unwrap()
    };
    assert_eq!(limited(Duration::ZERO).last().map(|record| record.samples), Some(2));
    assert_eq!(limited(Duration::from_secs(3600)).epochs().len(), 2);
}

/// The parameters of `Xor` after some epochs.
fn trained(trainer: impl FnOnce(Trainer<Nll, Sgd, f64>) -> Trainer<Nll, Sgd, f64>) -> Result<Vec<f64>> {
    let inputs = (0..20).map(|i| [f64::from(i % 5), f64::from(i % 3)]);
    let data = Dataset::<Vector<2>, Class<2>, f64>::labelled(inputs, (0..20).map(|i| i % 2)).unwrap();
    let mut network = Xor::<f64>::init(&mut typenet::rng(3));
    trainer(Trainer::new(Nll, Sgd::new(0.5).momentum(0.5)).epochs(3)).fit(&mut network, &data)?;
    Ok(network.parameters().to_vec())
}

#[test]
fn accumulated_batches_make_the_steps_of_their_joint_batch() {
    // 20 samples: a step of 12 and one of 8, whose last batch is smaller for batches of 6 and 3.
    let joint = trained(|trainer| trainer.batch_size(12)).unwrap();
    for (batch_size, batches) in [(4, 3), (6, 2), (3, 4), (1, 12)] {
        let parts = trained(|trainer| trainer.batch_size(batch_size).accumulate(batches)).unwrap();
        for (one, other) in joint.iter().zip(&parts) {
            assert!((one - other).abs() < 1e-13, "{batches} batches of {batch_size}: {one} and {other}");
        }
    }
    assert_eq!(trained(|trainer| trainer.batch_size(12).accumulate(1)).unwrap(), joint);
    assert_eq!(trained(|trainer| trainer.accumulate(usize::MAX)).unwrap().len(), joint.len());
}

#[test]
fn a_gradient_within_the_bounds_is_not_clipped() {
    let free = trained(|trainer| trainer).unwrap();
    assert_eq!(trained(|trainer| trainer.clip_norm(1e3).clip_value(1e3)).unwrap(), free);
    assert_ne!(trained(|trainer| trainer.clip_norm(1e-3)).unwrap(), free);
    assert_ne!(trained(|trainer| trainer.clip_value(1e-3)).unwrap(), free);
}

#[test]
fn a_clipped_step_has_the_length_of_the_bound() {
    // At zero the gradient by the bias is 2 (0 - 1), by the weight 0.
    for (trainer, expected) in [
        (Trainer::new(MeanSquaredError, Sgd::new(1.0)).clip_norm(0.5), 0.5),
        (Trainer::new(MeanSquaredError, Sgd::new(1.0)).clip_value(0.25), 0.25),
        (Trainer::new(MeanSquaredError, Sgd::new(1.0)).clip_norm(0.125).clip_value(0.25), 0.125),
    ] {
        let mut network = Line::zeroed();
        let mut trainer = trainer;
        trainer.fit(&mut network, &one()).unwrap();
        assert_eq!(network.parameters(), [0.0, expected]);
    }
}

#[test]
fn settings_of_steps_out_of_range_are_named() {
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-320] {
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1.0)).clip_norm(wrong);
        let error = trainer.fit(&mut Line::zeroed(), &one()).unwrap_err();
        assert!(matches!(error, Error::Setting { name: "largest norm of a gradient", .. }), "{error}");
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1.0)).clip_value(wrong);
        let error = trainer.fit(&mut Line::zeroed(), &one()).unwrap_err();
        assert!(matches!(error, Error::Setting { name: "largest value of a gradient", .. }), "{error}");
    }
    let error = trained(|trainer| trainer.accumulate(0)).unwrap_err();
    assert_eq!(error.to_string(), "the number of batches per step is 0, but must be at least 1");
}

#[test]
fn a_gradient_that_is_not_finite_is_left_for_the_optimizer_to_name() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut gradient = Gradient::<Line>::zeroed();
        (gradient.dense.weight[0], gradient.dense.bias[0]) = (8.0, value);
        assert!(!gradient.clip_norm(1.0).unwrap().is_finite());
        gradient.clip_value(1.0).unwrap();
        assert_eq!(gradient.dense.weight[0], 1.0);
        assert!(!gradient.dense.bias[0].is_finite());
    }
}

/// A gradient of the numbers 3 and 4 times `unit`.
fn three_and_four(unit: f64) -> Box<Gradient<Line<f64>>> {
    let mut gradient = Gradient::<Line<f64>>::zeroed();
    (gradient.dense.weight[0], gradient.dense.bias[0]) = (3.0 * unit, -4.0 * unit);
    gradient
}

#[test]
fn norms_are_right_where_squares_leave_the_range() {
    // Subnormal numbers are multiples of 2⁻¹⁰⁷⁴, and all squares here infinite, subnormal or zero.
    for unit in [1.3e154, 1.8e300, 4e307, 1e-154, 1e-158, 1e-163, 1e-300, f64::from_bits(1), f64::from_bits(1 << 20)] {
        let mut gradient = three_and_four(unit);
        let norm = 5.0 * unit;
        let exact = |found: f64| found == norm || (found / norm - 1.0).abs() < NORM_TOLERANCE;
        assert!(exact(gradient.norm()), "{unit:e}: {:e}", gradient.norm());
        assert!((gradient.norms()[1].1 / (4.0 * unit) - 1.0).abs() < NORM_TOLERANCE, "{unit:e}");
        assert!(exact(gradient.clip_norm(f64::from_bits(1 << 21)).unwrap()), "{unit:e}");
    }
    assert_eq!(three_and_four(0.0).norm(), 0.0);
}

#[test]
fn a_gradient_is_clipped_where_squares_leave_the_range() {
    for unit in [1.3e154, 1.8e300, 4e307] {
        for largest in [1e-300, 5.0, 1e153] {
            let mut gradient = three_and_four(unit);
            gradient.clip_norm(largest).unwrap();
            let [weight, bias] = [gradient.dense.weight[0], gradient.dense.bias[0]].map(|x| x / largest);
            assert!(
                (weight - 0.6).abs() < NORM_TOLERANCE && (bias + 0.8).abs() < NORM_TOLERANCE,
                "{unit:e}, {largest:e}"
            );
        }
    }
    // The norm is beyond the largest number, its numbers are not.
    let mut gradient = Gradient::<Line<f64>>::zeroed();
    gradient.parameters_mut().fill(f64::MAX);
    assert_eq!(gradient.clip_norm(1.0), Ok(f64::INFINITY));
    assert!((gradient.norm() - 1.0).abs() < NORM_TOLERANCE, "{}", gradient.norm());
    // In `f32` the factor, 2.5e-41, has four digits.
    let mut gradient = Gradient::<Line>::zeroed();
    (gradient.dense.weight[0], gradient.dense.bias[0]) = (3e38, 0.0);
    gradient.clip_norm(0.007_5).unwrap();
    assert!((gradient.dense.weight[0] / 0.007_5 - 1.0).abs() < 4.0 * f32::EPSILON, "{:?}", gradient.dense.weight);
}

#[test]
fn a_clipped_step_has_the_length_of_the_bound_where_squares_leave_the_range() {
    // The loss is 1e308, and both numbers of the gradient are 2e154.
    let data = Dataset::<Vector<1>, Vector<1>, f64>::new(vec![[1.0]], vec![[-1e154]]).unwrap();
    let mut network = Line::<f64>::zeroed();
    Trainer::new(MeanSquaredError, Sgd::new(1.0)).clip_norm(0.5).epochs(1).fit(&mut network, &data).unwrap();
    for parameter in network.parameters() {
        assert!((parameter + 0.125_f64.sqrt()).abs() < NORM_TOLERANCE, "{parameter}");
    }
}

#[test]
fn norms_are_those_of_the_tensors() {
    let mut gradient = Gradient::<Xor>::zeroed();
    gradient.dense.weight.fill(0.5);
    gradient.dense_2.bias.fill(1.0);
    let sqrt2 = 2.0_f64.sqrt();
    let expected = [("dense.weight", sqrt2), ("dense.bias", 0.0), ("dense_2.weight", 0.0), ("dense_2.bias", sqrt2)];
    assert_eq!(gradient.norms(), expected.map(|(name, norm)| (name.to_string(), norm)));
    assert_eq!(gradient.norm(), 2.0);
    assert_eq!(typenet::gradient::norms(&**gradient), gradient.norms());
}

#[test]
fn the_history_as_json_reads_back_exactly() {
    let validation = opposite();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(3).seed(u64::MAX).validation(&validation);
    let history = trainer.fit(&mut Line::zeroed(), &line(8)).unwrap();
    let read: serde_json::Value = serde_json::from_str(&history.to_json()).unwrap();
    assert_eq!(read["seed"], u64::MAX.to_string());
    assert_eq!(read["path"], format!("{:?}", history.path().unwrap()));
    for (record, read) in history.epochs().zip(read["epochs"].as_array().unwrap()) {
        assert_eq!((read["epoch"].as_u64(), read["samples"].as_u64()), (Some(record.epoch as u64), Some(8)));
        assert_eq!((read["loss"].as_f64(), read["seconds"].as_f64()), (Some(record.loss), Some(record.seconds)));
        assert_eq!((read["learning_rate"].as_f64(), record.learning_rate), (Some(0.1), Some(0.1)));
        assert_eq!(read["val_loss"].as_f64(), record.get("val_loss"));
        assert!(read.get("val_accuracy").is_none(), "there are no classes");
    }
    let rows: Vec<Vec<String>> =
        history.to_csv().lines().map(|line| line.split(',').map(String::from).collect()).collect();
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row.len() == 6));
    assert_eq!(rows[2][2].parse(), Ok(history["loss"][1]));
}

#[test]
fn a_history_records_the_learning_rate_of_the_last_step_of_each_epoch() {
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.5))
        .epochs(3)
        .schedule_by_epoch(typenet::schedule::Exponential::new(0.5));
    let history = trainer.fit(&mut Line::zeroed(), &line(8)).unwrap();
    let rates: Vec<_> = history.epochs().map(|record| record.learning_rate).collect();
    assert_eq!(rates, [0.5, 0.25, 0.125].map(Some));
}

#[test]
#[cfg(feature = "serde")]
fn a_history_reads_back_from_serde_and_one_that_is_damaged_does_not() {
    let validation = opposite();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(3).seed(u64::MAX).validation(&validation);
    let history = trainer.fit(&mut Line::zeroed(), &line(8)).unwrap();
    let text = serde_json::to_string(&history).unwrap();
    assert_eq!(serde_json::from_str::<History>(&text).unwrap(), history);
    let none = serde_json::to_string(&History::default()).unwrap();
    assert_eq!(serde_json::from_str::<History>(&none).unwrap(), History::default());
    let damaged = text.replacen(r#""values":["#, r#""values":[1.0,"#, 1);
    let error = serde_json::from_str::<History>(&damaged).unwrap_err().to_string();
    assert!(error.starts_with("an epoch of a history has one value for each measure"), "{error}");
}

#[test]
fn the_best_epoch_is_the_first_with_the_smallest_validation_loss() {
    let validation = opposite();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.125)).epochs(5).validation(&validation);
    assert_eq!(trainer.fit(&mut Line::zeroed(), &one()).unwrap().best().unwrap().epoch, 1);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.125)).epochs(5);
    assert_eq!(trainer.fit(&mut Line::zeroed(), &one()).unwrap().best().unwrap().epoch, 5);
    assert_eq!(History::default().best(), None);
}
