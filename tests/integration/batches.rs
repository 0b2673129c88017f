//! Sources of batches: the bits of `fit`, sources that end early, fail or give wrong numbers, and augmentation.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers of samples and draws")]

use std::ops::ControlFlow;

use typenet::dataset::Batches;
use typenet::prelude::*;
use typenet::train::on_step;
use typenet::{Error, History, Result, StepRecord, random};

network!(struct Classifier = Dense<4, 6>, Tanh, Dropout(0.25), Dense<6, 3>, Softmax);

type Data = Dataset<Vector<4>, Class<3>>;

fn data(samples: usize) -> Data {
    let mut rng = typenet::rng(1);
    let mut row = || -> [f32; 4] { std::array::from_fn(|_| random::normal(&mut rng) as f32) };
    Dataset::labelled((0..samples).map(|_| row()).collect::<Vec<_>>(), (0..samples).map(|i| i % 3)).unwrap()
}

/// The samples in the order of `fit`, some at a time.
struct Source<'a> {
    data: &'a Data,
    order: Vec<usize>,
    at_most: usize,
    seeds: Vec<(u64, u64)>,
    /// What goes wrong when so many samples are left.
    fault: Option<(usize, Fault)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    Fails,
    NonFinite,
    LacksTarget,
    GivesTooMany,
}

impl<'a> Source<'a> {
    fn new(data: &'a Data, at_most: usize) -> Self {
        Self { data, order: Vec::new(), at_most, seeds: Vec::new(), fault: None }
    }
}

impl Batches<f32> for Source<'_> {
    type Input = Vector<4>;
    type Target = Class<3>;
    type Error = &'static str;

    fn begin(&mut self, epoch: u64, seed: u64) -> std::result::Result<(), &'static str> {
        self.seeds.push((epoch, seed));
        self.order = random::permutation(self.data.len(), &mut typenet::rng(seed));
        self.order.reverse();
        Ok(())
    }

    fn fill(
        &mut self,
        count: usize,
        inputs: &mut Vec<[f32; 4]>,
        targets: &mut Vec<Class<3>>,
    ) -> std::result::Result<(), &'static str> {
        let fault = self.fault.filter(|&(left, _)| left >= self.order.len()).map(|(_, fault)| fault);
        if fault == Some(Fault::Fails) {
            return Err("the disk is gone");
        }
        let count = if fault == Some(Fault::GivesTooMany) { count + 1 } else { count.min(self.at_most) };
        for _ in 0..count {
            let Some(sample) = self.order.pop() else { break };
            inputs.push(self.data.inputs()[sample]);
            targets.push(self.data.targets()[sample]);
        }
        match fault {
            Some(Fault::NonFinite) => inputs.last_mut().unwrap()[2] = f32::NAN,
            Some(Fault::LacksTarget) => drop(targets.pop()),
            _ => {}
        }
        Ok(())
    }
}

fn trainer() -> Trainer<Nll, Adam, f32> {
    Trainer::new(Nll, Adam::new(0.01)).epochs(3).batch_size(8).seed(5)
}

fn losses(history: &History) -> Vec<f64> {
    history["loss"].to_vec()
}

fn fitted(trainer: Trainer<Nll, Adam, f32>, data: &Data) -> (Vec<f64>, Vec<f32>) {
    let (mut network, mut trainer) = (Classifier::init(&mut typenet::rng(2)), trainer);
    let history = trainer.fit(&mut network, data).unwrap();
    (losses(&history), network.parameters().to_vec())
}

fn fitted_batches(
    trainer: Trainer<Nll, Adam, f32>,
    source: &mut impl Batches<f32, Input = Vector<4>, Target = Class<3>>,
) -> (Vec<f64>, Vec<f32>) {
    let (mut network, mut trainer) = (Classifier::init(&mut typenet::rng(2)), trainer);
    let history = trainer.fit_batches(&mut network, source).unwrap();
    (losses(&history), network.parameters().to_vec())
}

#[test]
fn the_same_samples_from_a_source_give_the_bits_of_fit() {
    // 64 in whole steps of batches; 61 with a smaller last batch.
    for (samples, accumulate) in [(64, 1), (61, 1), (64, 4), (64, 2)] {
        let data = data(samples);
        let expected = fitted(trainer().accumulate(accumulate), &data);
        for at_most in [1, 3, 8, 1000] {
            let mut source = Source::new(&data, at_most);
            assert_eq!(
                fitted_batches(trainer().accumulate(accumulate), &mut source),
                expected,
                "{samples} by {at_most}"
            );
        }
        let mut same = data.augmented(|_, _| ());
        assert_eq!(fitted_batches(trainer().accumulate(accumulate), &mut same), expected);
    }
}

#[test]
fn a_last_step_of_fewer_batches_takes_the_mean_over_its_samples() {
    // Steps of 24, and one of 8 + 5.
    let data = data(61);
    let (losses, parameters) = fitted(trainer().accumulate(3), &data);
    let (other_losses, other) = fitted_batches(trainer().accumulate(3), &mut Source::new(&data, 1000));
    for (a, b) in losses.iter().zip(&other_losses) {
        assert!((a - b).abs() < 1e-6);
    }
    for (a, b) in parameters.iter().zip(&other) {
        assert!((a - b).abs() < 1e-5, "{a} and {b}");
    }
}

#[test]
fn callbacks_see_every_step_and_can_end_an_epoch() {
    let data = data(64);
    let mut steps = Vec::new();
    let history = trainer()
        .callback(on_step(|_, record: &StepRecord| {
            steps.push((record.epoch, record.step, record.samples));
            if record.step < 5 || record.epoch < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        }))
        .validation(&data)
        .fit_batches(&mut Classifier::init(&mut typenet::rng(2)), &mut Source::new(&data, 3))
        .unwrap();
    assert_eq!(history.epochs().map(|record| record.samples).collect::<Vec<_>>(), [64, 40]);
    assert_eq!(history["val_loss"].len(), 2);
    let expected: Vec<_> = (1..=8).map(|step| (1, step, 8)).chain((1..=5).map(|step| (2, step, 8))).collect();
    assert_eq!(steps, expected);
}

#[test]
fn epochs_go_on_over_calls_with_seeds_of_their_own() {
    let data = data(8);
    let (mut network, mut trainer) = (Classifier::init(&mut typenet::rng(2)), trainer());
    let mut source = Source::new(&data, 8);
    trainer.fit_batches(&mut network, &mut source).unwrap();
    trainer.fit_batches(&mut network, &mut source).unwrap();
    assert_eq!(source.seeds.iter().map(|&(epoch, _)| epoch).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    let mut seeds: Vec<u64> = source.seeds.iter().map(|&(_, seed)| seed).collect();
    seeds.sort_unstable();
    seeds.dedup();
    assert_eq!(seeds.len(), 6);

    // A message has the epoch of its run, as the records have.
    source.fault = Some((8, Fault::Fails));
    let error = trainer.fit_batches(&mut network, &mut source).unwrap_err();
    assert_eq!(error.to_string(), "the source of batches failed in epoch 1: the disk is gone");
}

/// What goes wrong in the third batch of the first epoch, and whether two steps were made before.
fn fault(fault: Fault) -> String {
    let data = data(64);
    let mut source = Source { fault: Some((48, fault)), ..Source::new(&data, 1000) };
    let mut network = Classifier::init(&mut typenet::rng(2));
    let mut trainer = trainer();
    let error = trainer.fit_batches(&mut network, &mut source).unwrap_err();
    assert_eq!(trainer.optimizer().steps(), 2);
    assert!(network.non_finite_tensor().is_none());
    error.to_string()
}

#[test]
fn what_a_source_does_wrong_is_named() {
    assert_eq!(fault(Fault::Fails), "the source of batches failed in epoch 1: the disk is gone");
    assert_eq!(fault(Fault::NonFinite), "input 7 of batch 2 in epoch 1 holds NaN at position 2: data must be finite");
    assert_eq!(fault(Fault::LacksTarget), "there are 8 inputs but 7 targets");
    assert_eq!(
        fault(Fault::GivesTooMany),
        "the source of batches failed in epoch 1: it gave 9 samples where up to 8 were asked for"
    );
}

/// A source that has nothing.
struct Nothing;

impl Batches<f32> for Nothing {
    type Input = Vector<4>;
    type Target = Class<3>;
    type Error = String;

    fn begin(&mut self, _: u64, _: u64) -> std::result::Result<(), String> {
        Ok(())
    }

    fn fill(&mut self, _: usize, _: &mut Vec<[f32; 4]>, _: &mut Vec<Class<3>>) -> std::result::Result<(), String> {
        Ok(())
    }
}

#[test]
fn an_epoch_without_samples_is_an_error() {
    let run: Result<History> = trainer().fit_batches(&mut Classifier::zeroed(), &mut Nothing);
    assert_eq!(run.unwrap_err(), Error::Empty { what: "epoch" });
    // A batch size that no memory holds is no reason to ask for it.
    let data = data(8);
    let history = trainer().batch_size(usize::MAX).accumulate(usize::MAX);
    assert_eq!(fitted_batches(history, &mut Source::new(&data, 8)).0.len(), 3);
}

/// Samples of a source that claims to have more than memory can hold.
struct Boasting<'a>(Source<'a>);

impl Batches<f32> for Boasting<'_> {
    type Input = Vector<4>;
    type Target = Class<3>;
    type Error = &'static str;

    fn samples(&self) -> Option<usize> {
        Some(usize::MAX)
    }

    fn begin(&mut self, epoch: u64, seed: u64) -> std::result::Result<(), &'static str> {
        self.0.begin(epoch, seed)
    }

    fn fill(
        &mut self,
        count: usize,
        inputs: &mut Vec<[f32; 4]>,
        targets: &mut Vec<Class<3>>,
    ) -> std::result::Result<(), &'static str> {
        self.0.fill(count, inputs, targets)
    }
}

#[test]
fn a_source_may_claim_any_number_of_samples() {
    let data = data(8);
    let boasting = || Boasting(Source::new(&data, 8));
    let mut validation = boasting();
    let mut trainer = trainer().batch_size(usize::MAX).metric(Accuracy).validation_batches(&mut validation);
    let history = trainer.fit_batches(&mut Classifier::zeroed(), &mut boasting()).unwrap();
    assert!(history.epochs().all(|record| record.samples == 8));
    let evaluation = Classifier::zeroed().evaluate_batches(&mut boasting(), &Nll, usize::MAX).unwrap();
    assert!((evaluation.loss - 3_f64.ln()).abs() < 1e-6);
}

#[test]
fn an_augmented_sample_depends_on_seed_epoch_and_place_alone() {
    let data = data(20);
    let seen = |batch_size: usize, seed: u64| {
        let mut source = data.augmented(|input: &mut [f32; 4], rng| input[0] += random::normal(rng) as f32);
        source.begin(0, seed).unwrap();
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        loop {
            let before = inputs.len();
            source.fill(batch_size, &mut inputs, &mut targets).unwrap();
            if inputs.len() == before {
                break;
            }
        }
        // Samples are told apart by what does not change.
        inputs.sort_by(|a: &[f32; 4], b| a[1].total_cmp(&b[1]));
        inputs
    };
    assert_eq!(seen(20, 1), seen(3, 1));
    let (one, other) = (seen(20, 1), seen(20, 2));
    assert!(one.iter().zip(&other).all(|(a, b)| a[0] != b[0] && a[1..] == b[1..]));
    assert_eq!(one.len(), 20);
}

#[test]
fn numbers_that_augmentation_breaks_are_an_error() {
    let data = data(8);
    let mut broken = data.augmented(|input: &mut [f32; 4], _| input[3] = f32::INFINITY);
    let error = trainer().fit_batches(&mut Classifier::zeroed(), &mut broken).unwrap_err();
    assert_eq!(error.to_string(), "input 0 of batch 0 in epoch 1 holds inf at position 3: data must be finite");
}

/// A mean of some hundred losses in another order of additions, in `f32`.
const LOSS_TOLERANCE: f64 = 1e-6;

#[test]
fn a_source_is_evaluated_and_measured_as_its_samples_are() {
    let (data, network) = (data(301), Classifier::init(&mut typenet::rng(2)));
    let expected = network.evaluate(&data, &Nll);
    let matrix = network.measure(&data, ConfusionMatrix::<3>::new());
    for (at_most, batch_size) in [(1000, 1000), (7, 32), (1, 301), (1000, 1)] {
        let mut source = Source::new(&data, at_most);
        let found = network.evaluate_batches(&mut source, &Nll, batch_size).unwrap();
        assert_eq!(found.accuracy, expected.accuracy);
        assert!((found.loss - expected.loss).abs() < LOSS_TOLERANCE, "{found} and {expected}");
        let counted = network.measure_batches(&mut source, ConfusionMatrix::<3>::new(), batch_size).unwrap();
        assert_eq!(counted, matrix);
        assert_eq!(source.seeds, [(0, 0); 2]);
    }
}

#[test]
fn what_a_source_that_is_evaluated_does_wrong_is_named() {
    let (data, network) = (data(64), Classifier::init(&mut typenet::rng(2)));
    let failed = |fault| {
        let mut source = Source { fault: Some((48, fault)), ..Source::new(&data, 1000) };
        let measured = network.measure_batches(&mut source, Accuracy, 16).unwrap_err().to_string();
        assert_eq!(network.evaluate_batches(&mut source, &Nll, 16).unwrap_err().to_string(), measured);
        measured
    };
    assert_eq!(failed(Fault::Fails), "the source of batches failed: the disk is gone");
    assert_eq!(failed(Fault::NonFinite), "input 15 of batch 1 holds NaN at position 2: data must be finite");
    assert_eq!(failed(Fault::LacksTarget), "there are 16 inputs but 15 targets");

    let nothing = network.evaluate_batches(&mut Nothing, &Nll, 16).unwrap_err();
    assert_eq!(nothing.to_string(), "the source of batches is empty: it needs at least one sample");
    assert!(network.measure_batches(&mut Nothing, Accuracy, 16).unwrap().is_nan());
    let error = network.evaluate_batches(&mut Source::new(&data, 8), &Nll, 0).unwrap_err();
    assert_eq!(error.to_string(), "the batch size is 0, but must be at least 1");
}

#[test]
fn a_validation_source_is_measured_after_each_epoch_and_changes_nothing_else() {
    let (data, held) = (data(61), self::data(29));
    let mut source = Source::new(&held, 5);
    let mut network = Classifier::init(&mut typenet::rng(2));
    let mut measured = trainer().validation_batches(&mut source);
    let history = measured.fit(&mut network, &data).unwrap();
    drop(measured);
    assert_eq!(source.seeds, [(0, 0); 3]);
    let expected = network.evaluate_batches(&mut source, &Nll, 8).unwrap();
    assert_eq!((history["val_loss"][2], history["val_accuracy"][2]), (expected.loss, expected.accuracy));
    let (losses, parameters) = fitted(trainer(), &data);
    assert_eq!(history["loss"].to_vec(), losses);
    assert_eq!(network.parameters(), parameters);
}

#[test]
fn what_a_validation_source_does_wrong_is_named_with_its_epoch() {
    let (data, held) = (data(64), self::data(29));
    let failed = |fault| {
        let mut source = Source { fault: Some((13, fault)), ..Source::new(&held, 1000) };
        let mut trainer = trainer().validation_batches(&mut source);
        trainer.fit(&mut Classifier::init(&mut typenet::rng(2)), &data).unwrap_err().to_string()
    };
    assert_eq!(failed(Fault::Fails), "the source of validation batches failed in epoch 1: the disk is gone");
    assert_eq!(
        failed(Fault::NonFinite),
        "input 7 of validation batch 2 in epoch 1 holds NaN at position 2: data must be finite"
    );
    let error = trainer().validation_batches(&mut Nothing).fit(&mut Classifier::zeroed(), &data).unwrap_err();
    assert_eq!(error.to_string(), "the source of validation batches is empty: it needs at least one sample");
}
