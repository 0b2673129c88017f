//! Do decay, layer factors, schedules and averages do what they say, in `Trainer` and in a loop of one's own?
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::sync::Mutex;

use typenet::prelude::*;
use typenet::schedule::{Cosine, Exponential, ReduceOnPlateau, Schedule, Steps};
use typenet::{Average, Error, MomentumForm, OptimizerState};

network!(struct Two = first: Dense<2, 3>, Tanh, last: Dense<3, 2>, Softmax);

const SEED: u64 = 37;

fn data() -> Dataset<Vector<2>, Class<2>> {
    let inputs: Vec<[f32; 2]> = (0..24_u8).map(|i| [f32::from(i % 5) - 2.0, f32::from(i % 7) - 3.0]).collect();
    Dataset::labelled(inputs, (0..24).map(|i| (i % 5 + i % 7) % 2)).unwrap()
}

/// A gradient of ones.
fn ones() -> Box<Gradient<Two>> {
    let mut gradient = Gradient::<Two>::zeroed();
    gradient.parameters_mut().fill(1.0);
    gradient
}

#[test]
fn weights_decay_and_biases_do_not() {
    let zeros = Gradient::<Two>::zeroed();
    for decay in [WeightDecay::Coupled(0.5), WeightDecay::Decoupled(0.5)] {
        let mut network = Two::zeroed();
        network.parameters_mut().fill(1.0);
        Sgd::new(0.5).weight_decay(decay).state().step(&mut *network, &*zeros).unwrap();
        assert!(network.first.weight.iter().chain(&network.last.weight).all(|&w| w == 0.75), "{decay:?}");
        assert!(network.first.bias.iter().chain(&network.last.bias).all(|&b| b == 1.0), "{decay:?}");
    }
}

#[test]
fn coupled_decay_goes_through_the_moments_and_decoupled_beside_them() {
    // Adam's first step is η long whatever the gradient, here that of the decay alone.
    let mut x = [4.0_f64];
    Adam::new(0.5).weight_decay(WeightDecay::Coupled(0.25)).state().step_slice(&mut x, &[0.0]).unwrap();
    assert!((x[0] - 3.5).abs() < 1e-7, "{x:?}");
    let mut x = [4.0_f64];
    AdamW::new(0.5, 0.25).state().step_slice(&mut x, &[0.0]).unwrap();
    assert_eq!(x, [3.5]);
}

#[test]
fn decay_is_the_same_for_slices_of_any_length_and_shared_by_threads() {
    // As many as are cut into pieces for threads, and into groups that decay together.
    let count = 300_001_usize;
    let gradient: Vec<f32> = (0..count).map(|i| (i as f32 * 0.37).sin()).collect();
    for decay in [WeightDecay::Coupled(0.1), WeightDecay::Decoupled(0.1)] {
        let mut optimizer = Adam::new(0.01).amsgrad().weight_decay(decay).state();
        let mut long = gradient.clone();
        optimizer.step_slice(&mut long, &gradient).unwrap();
        optimizer.step_slice(&mut long, &gradient).unwrap();
        for position in [0, 2047, 2048, 4095, 150_000, 299_999, 300_000] {
            let mut alone = [gradient[position]];
            let mut optimizer = Adam::new(0.01).amsgrad().weight_decay(decay).state();
            optimizer.step_slice(&mut alone, &[gradient[position]]).unwrap();
            optimizer.step_slice(&mut alone, &[gradient[position]]).unwrap();
            assert_eq!(alone[0].to_bits(), long[position].to_bits(), "{position}");
        }
    }
}

#[test]
fn a_decay_out_of_range_or_of_broken_weights_is_refused_and_changes_nothing() {
    for decay in [
        WeightDecay::Coupled(-1.0),
        WeightDecay::Coupled(1e39),
        WeightDecay::Decoupled(2.1),
        WeightDecay::Decoupled(f64::NAN),
    ] {
        let mut x = [1.0_f32];
        let error = Sgd::new(0.5).weight_decay(decay).state().step_slice(&mut x, &[1.0]).unwrap_err();
        assert!(matches!(error, Error::Setting { name: "weight decay", .. }), "{error}");
        assert_eq!(x, [1.0]);
    }
    let mut network = Two::zeroed();
    network.last.weight[0] = f32::INFINITY;
    let mut optimizer = Sgd::new(0.5).weight_decay(WeightDecay::Coupled(0.1)).state();
    let error = optimizer.step(&mut *network, &*ones()).unwrap_err();
    assert_eq!(error, Error::NonFiniteParameter { tensor: "last.weight".into() });
    // 0.9 · 3e38 alone is a gradient that Adam refuses.
    let mut x = [3e38_f32];
    let mut optimizer = Adam::new(0.1).weight_decay(WeightDecay::Coupled(0.9)).state();
    assert!(matches!(optimizer.step_slice(&mut x, &[0.0]), Err(Error::UpdateTooLarge { .. })));
    assert_eq!((x, optimizer.steps()), ([3e38], 0));
}

#[test]
fn layers_learn_at_their_own_rates() {
    let mut network = Two::zeroed();
    let mut optimizer = Sgd::new(1.0).state();
    optimizer.set_layer_factor("last", 0.5);
    optimizer.set_layer_factor("last.bias", 2.0);
    optimizer.set_factor(0.5);
    optimizer.step(&mut *network, &*ones()).unwrap();
    assert!(network.first.weight.iter().chain(&network.first.bias).all(|&x| x == -0.5));
    assert!(network.last.weight.iter().all(|&w| w == -0.25));
    assert!(network.last.bias.iter().all(|&b| b == -1.0));
    // A slice has no layers.
    let error = optimizer.clone().step_slice(&mut [1.0; 17], &[1.0; 17]).unwrap_err();
    assert_eq!(error.to_string(), "no layer with parameters is named `last`");
}

#[test]
fn a_factor_that_makes_a_rate_too_large_is_refused() {
    let mut optimizer = Sgd::new(0.5).pytorch_momentum().momentum(0.5).state();
    optimizer.set_layer_factor("first", 1e8);
    let mut network = Two::zeroed();
    let error = optimizer.step(&mut *network, &*ones()).unwrap_err();
    assert!(matches!(error, Error::Setting { name: "learning rate", .. }), "{error}");
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        let mut optimizer = Sgd::new(0.5).state();
        optimizer.set_factor(bad);
        assert!(optimizer.step_slice(&mut [1.0_f32], &[1.0]).is_err(), "{bad}");
    }
}

/// Of settings that are switched between steps, against the formula; some roundings of numbers about one.
const BY_HAND_TOLERANCE: f64 = 1e-12;

#[test]
fn settings_of_rms_prop_switched_between_steps_find_what_they_remember() {
    // Off and on in every order; each number is kept while nothing needs it.
    for switches in 0..4096_u32 {
        let (mut optimizer, mut x) = (RmsProp::new(0.1).rho(0.5).epsilon(1e-3).state(), [1.0_f64]);
        let (mut by_hand, mut square, mut variance, mut m, mut u) = (1.0, 0.0, 0.0, 0.0, 0.0);
        for step in 0..6 {
            let (centered, momentum) = (switches >> step & 1 == 1, f64::from(switches >> (6 + step) & 1) / 2.0);
            (optimizer.optimizer_mut().centered, optimizer.optimizer_mut().momentum) = (centered, momentum);
            let g = f64::from(step) - 1.75;
            if centered {
                // The mean square of the centered steps less the square of their mean.
                variance = 0.5 * (variance + m * m) + 0.5 * g * g;
                m += 0.5 * (g - m);
                variance -= m * m;
            } else {
                square += 0.5 * (g * g - square);
            }
            let direction = 0.1 * g / (if centered { variance } else { square }.sqrt() + 1e-3);
            if momentum == 0.0 {
                by_hand -= direction;
            } else {
                u = momentum * u + direction;
                by_hand -= u;
            }
            optimizer.step_slice(&mut x, &[g]).unwrap();
            assert!((x[0] - by_hand).abs() < BY_HAND_TOLERANCE, "{switches:b}, {step}: {x:?}, not {by_hand}");
        }
    }
}

#[test]
fn amsgrad_and_momentum_switched_between_steps_find_what_they_remember() {
    for switches in 0..64_u32 {
        let (mut adam, mut x) = (Adam::new(0.1).beta1(0.0).beta2(0.5).state(), [1.0_f64]);
        let (mut sgd, mut y) = (Sgd::new(0.1).state(), [1.0_f64]);
        let ([mut adam_by_hand, mut sgd_by_hand], mut v, mut largest, mut velocity) = ([1.0; 2], 0.0_f64, 0.0, 0.0);
        for step in 0..6 {
            let on = switches >> step & 1 == 1;
            adam.optimizer_mut().amsgrad = on;
            sgd.optimizer_mut().momentum = if on { 0.5 } else { 0.0 };
            let g = 4.0 - f64::from(step);
            v += 0.5 * (g * g - v);
            let mut below = v;
            if on {
                largest = v.max(largest);
                velocity = 0.5 * velocity + 0.1 * g;
                below = largest;
            }
            adam_by_hand -= 0.1 * g / ((below / (1.0 - 0.5_f64.powi(step + 1))).sqrt() + 1e-8);
            sgd_by_hand -= if on { velocity } else { 0.1 * g };
            adam.step_slice(&mut x, &[g]).unwrap();
            sgd.step_slice(&mut y, &[g]).unwrap();
            assert!((x[0] - adam_by_hand).abs() < BY_HAND_TOLERANCE, "{switches:b}, {step}: {x:?}, not {adam_by_hand}");
            assert!((y[0] - sgd_by_hand).abs() < BY_HAND_TOLERANCE, "{switches:b}, {step}: {y:?}, not {sgd_by_hand}");
        }
    }
}

#[test]
fn a_factor_of_zero_changes_no_parameter() {
    let mut x = [1.0_f32, 2.0];
    let mut optimizer = AdamW::new(0.1, 0.1).state();
    optimizer.set_factor(0.0);
    optimizer.step_slice(&mut x, &[1.0, -1.0]).unwrap();
    assert_eq!((x, optimizer.steps()), ([1.0, 2.0], 1));
}

#[test]
fn a_velocity_with_rates_in_it_goes_on_at_a_factor_of_zero() {
    for (form, expected) in [(MomentumForm::Lecture, [-1.0, -1.5]), (MomentumForm::PyTorch, [-1.0, -1.0])] {
        let (mut optimizer, mut x) = (Sgd { form, ..Sgd::new(1.0).momentum(0.5) }.state(), [0.0_f64]);
        for (factor, expected) in [1.0, 0.0].into_iter().zip(expected) {
            optimizer.set_factor(factor);
            optimizer.step_slice(&mut x, &[1.0]).unwrap();
            assert_eq!(x, [expected], "{form:?}");
        }
    }
}

/// Trains by hand as `Trainer` does, with the factor of each step.
fn by_hand(epochs: u64, factor: impl Fn(u64, u64) -> f64) -> Box<Two> {
    // The order of samples is that of a data set in one batch.
    let data = data();
    let mut network = Two::init(&mut typenet::rng(SEED));
    let mut optimizer: OptimizerState<Sgd, f32> = Sgd::new(0.5).momentum(0.9).state();
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    for epoch in 0..epochs {
        optimizer.set_factor(factor(optimizer.steps(), epoch));
        let pass = Pass::training(0, optimizer.steps());
        let (inputs, targets) = (data.inputs(), data.targets());
        network.gradient(inputs, targets, &Nll, &pass, &mut workspace, &mut gradient).unwrap();
        optimizer.step(&mut *network, &*gradient).unwrap();
    }
    network
}

/// Nearly the same: the order of the samples in the batch is another.
fn assert_near(one: &Two, other: &Two) {
    for (one, other) in one.parameters().iter().zip(other.parameters()) {
        assert!((one - other).abs() < 1e-4, "{one}, {other}");
    }
}

#[test]
fn a_schedule_in_a_trainer_is_that_of_a_loop_of_ones_own() {
    let trainer = || Trainer::new(Nll, Sgd::new(0.5).momentum(0.9)).batch_size(24).epochs(20);
    let train = |mut trainer: Trainer<Nll, Sgd, f32>| {
        let mut network = Two::init(&mut typenet::rng(SEED));
        trainer.fit(&mut network, &data()).unwrap();
        network
    };
    let (plain, cosine) = (train(trainer()), Cosine::new(15).warm_up(3, 0.1));
    assert_near(&plain, &by_hand(20, |_, _| 1.0));
    let scheduled = train(trainer().schedule(cosine));
    assert_near(&scheduled, &by_hand(20, |step, _| cosine.factor(step)));
    assert_ne!(plain.parameters(), scheduled.parameters());
    assert_near(
        &train(trainer().schedule_by_epoch(|epoch| 1.0 / (1.0 + epoch as f64))),
        &by_hand(20, |_, epoch| 1.0 / (1.0 + epoch as f64)),
    );
}

#[test]
fn schedules_by_epoch_keep_the_rate_within_an_epoch_and_count_on_over_fits() {
    let rates = Mutex::new(Vec::new());
    let schedule = Steps::new(1, 0.5);
    let mut trainer = Trainer::new(Nll, Sgd::new(1.0)).batch_size(10).epochs(2).schedule_by_epoch(schedule);
    let mut network = Two::init(&mut typenet::rng(SEED));
    for _ in 0..2 {
        trainer.fit(&mut network, &data()).unwrap();
        rates.lock().unwrap().push((trainer.optimizer().steps(), trainer.optimizer().learning_rate().unwrap()));
    }
    assert_eq!(*rates.lock().unwrap(), [(6, 0.5), (12, 0.125)]);
    trainer.reset();
    assert_eq!(trainer.optimizer().learning_rate(), Some(1.0));
}

#[test]
fn settings_of_schedules_are_checked_before_training() {
    let mut network = Two::init(&mut typenet::rng(SEED));
    let before = network.clone();
    let trainer = || Trainer::new(Nll, Sgd::new(0.5));
    let mut bad = [
        trainer().schedule(Exponential::new(1.5)),
        trainer().schedule(Steps::new(0, 0.5)),
        trainer().schedule(Cosine::new(0)),
        trainer().schedule(|_| f64::NAN),
        trainer().reduce_on_plateau(ReduceOnPlateau::new().factor(1.0)),
        trainer().layer_factor("first", -1.0),
    ];
    for trainer in &mut bad {
        let error = trainer.fit(&mut network, &data()).unwrap_err();
        assert!(matches!(error, Error::Setting { .. }), "{error}");
        assert_eq!(network.parameters(), before.parameters());
    }
}

#[test]
fn a_plateau_of_the_validation_loss_reduces_the_rate() {
    // Validation against the opposite labels becomes worse from the first epoch on.
    let train = data();
    let opposite: Vec<usize> = train.targets().iter().map(|class| 1 - class.index()).collect();
    let validation: Dataset<Vector<2>, Class<2>> = Dataset::labelled(train.inputs().to_vec(), opposite).unwrap();
    let plateau = ReduceOnPlateau::new().factor(0.5).patience(2);
    let mut trainer = Trainer::new(Nll, Sgd::new(0.125)).epochs(6).validation(&validation).reduce_on_plateau(plateau);
    let mut network = Two::init(&mut typenet::rng(SEED));
    let history = trainer.fit(&mut network, &train).unwrap();
    let losses: Vec<f64> = history["val_loss"].to_vec();
    assert!(losses.is_sorted(), "{losses:?}");
    // Epochs 2 and 3 were not better, nor 4 and 5: the sixth has a quarter of the rate.
    assert_eq!(trainer.optimizer().learning_rate(), Some(0.125 / 4.0));
}

#[test]
fn an_average_follows_the_steps_of_a_trainer() {
    let mut average = Average::exponential(0.75);
    let mut expected: Vec<f32> = Vec::new();
    let mut network = Two::init(&mut typenet::rng(SEED));
    Trainer::new(Nll, Sgd::new(0.5))
        .batch_size(10)
        .epochs(3)
        .callback(&mut average)
        .callback(typenet::train::on_step(|network: &Two, _| {
            if expected.is_empty() {
                expected = network.parameters().to_vec();
            } else {
                for (mean, &now) in expected.iter_mut().zip(network.parameters()) {
                    *mean = 0.75 * *mean + 0.25 * now;
                }
            }
            core::ops::ControlFlow::Continue(())
        }))
        .fit(&mut network, &data())
        .unwrap();
    assert_eq!(average.updates(), 9);
    for (ours, by_hand) in average.parameters().iter().zip(&expected) {
        assert!((ours - by_hand).abs() < 1e-6, "{ours}, {by_hand}");
    }
    let last = network.clone();
    let loss = average.with(&mut *network, |network| network.evaluate(&data(), &Nll).loss).unwrap();
    assert_eq!(network.parameters(), last.parameters());
    average.copy_to(&mut *network).unwrap();
    assert_eq!(network.evaluate(&data(), &Nll).loss, loss);
    assert_ne!(network.parameters(), last.parameters());
    let error = Trainer::new(Nll, Sgd::new(0.5)).callback(&mut Average::exponential(1.0)).fit(&mut network, &data());
    assert!(matches!(error, Err(Error::Setting { .. })));
}

#[test]
fn a_rate_that_never_goes_well_leaves_network_and_optimizer_as_they_were() {
    network!(struct Line = Dense<1, 1>);
    let far = Dataset::<Vector<1>, Vector<1>>::new(vec![[1e4]], vec![[1.0]]).unwrap();
    let mut line = Line::zeroed();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1.0)).epochs(50);
    let error = trainer.fit_dividing_rate(&mut line, &far, 3).unwrap_err();
    assert!(matches!(error, Error::NonFiniteLoss { .. } | Error::UpdateTooLarge { .. }), "{error}");
    assert_eq!((line.parameters(), trainer.optimizer().steps()), (&[0.0, 0.0][..], 0));
    assert!((trainer.optimizer().optimizer().learning_rate - 0.01).abs() < 1e-15);
    // One epoch is too short to overflow: it ends above the first loss.
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-2)).epochs(2);
    let error = trainer.fit_dividing_rate(&mut line, &far, 1).unwrap_err();
    assert!(matches!(error, Error::StillDiverging { first: 1.0, .. }), "{error}");
    assert_eq!(line.parameters(), [0.0, 0.0]);
    assert!(matches!(trainer.fit_dividing_rate(&mut line, &far, 0), Err(Error::Setting { .. })));
    trainer.fit_dividing_rate(&mut line, &far, 9).unwrap();
}

#[test]
fn a_network_that_is_right_already_does_not_diverge() {
    network!(struct Line = Dense<1, 1>);
    let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[1.0], [2.0]], vec![[0.0], [0.0]]).unwrap();
    let mut line = Line::zeroed();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(3);
    let history = trainer.fit_dividing_rate(&mut line, &data, 2).unwrap();
    assert_eq!((history.final_loss(), trainer.optimizer().optimizer().learning_rate), (Some(0.0), 0.1));
}

#[test]
fn a_run_with_dropout_is_compared_with_itself() {
    network!(struct Wide = Dense<1, 32>, Tanh, Dropout(0.9), Dense<32, 1>);
    let rows: Vec<[f32; 1]> = (-8_i8..8).map(|x| [f32::from(x) / 8.0]).collect();
    let data = Dataset::<Vector<1>, Vector<1>>::new(rows.clone(), rows).unwrap();
    let mut network = Wide::init(&mut typenet::rng(1));
    let mut trainer = Trainer::new(MeanSquaredError, Adam::new(1e-3)).epochs(100);
    trainer.fit(&mut network, &data).unwrap();
    let first = network.evaluate(&data, &MeanSquaredError).loss;
    let history = trainer.fit_dividing_rate(&mut network, &data, 1).unwrap();
    // With so few neurons left in a step, it has a larger loss than the whole network had at first.
    assert!(history.final_loss() > Some(first));
    assert!(network.evaluate(&data, &MeanSquaredError).loss < first);
}

#[test]
fn callbacks_forget_a_rate_that_was_too_large() {
    network!(struct Line = Dense<1, 1>);
    let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[10.0], [20.0]], vec![[1.0], [2.0]]).unwrap();
    let (mut line, mut average) = (Line::zeroed(), Average::exponential(0.5));
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(4).callback(&mut average);
    trainer.fit_dividing_rate(&mut line, &data, 3).unwrap();
    drop(trainer);
    assert_eq!(average.updates(), 4);
    assert!(average.parameters().iter().all(|parameter| parameter.abs() < 1.0), "{:?}", average.parameters());
}
