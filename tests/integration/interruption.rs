//! Training that is killed inside `fit` and continues from a checkpoint of `Checkpoints`.
#![cfg(feature = "safetensors")]
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers of samples and draws")]

use std::fs;
use std::ops::ControlFlow;

use typenet::dataset::Batches;
use typenet::metric::{Metric, number};
use typenet::prelude::*;
use typenet::schedule::{Exponential, ReduceOnPlateau};
use typenet::train::{CallbackState, StepRecord, TrainingPlan, on_epoch};
use typenet::{Average, Error, History, Result};

use crate::support::folder::Folder;

network!(struct Net = Dense<4, 6>, Tanh, Dropout(0.2), Dense<6, 3>, Softmax);

type Data = Dataset<Vector<4>, Class<3>>;

/// Repeating rows. In two of three cases the label follows from the row, so that the best epoch on the validation set is in
/// the middle.
fn data(samples: usize) -> Data {
    let element = |i: usize, j: usize| ((i * 37 + j * 11) % 17) as f32 / 17.0;
    let rows: Vec<[f32; 4]> = (0..samples).map(|i| std::array::from_fn(|j| element(i, j))).collect();
    Dataset::labelled(rows, (0..samples).map(|i| if i % 3 == 0 { i * i / 3 % 3 } else { i % 17 / 6 })).unwrap()
}

const EPOCHS: usize = 30;

/// A metric that is not a mean over samples.
fn macro_recall() -> impl Metric<Probabilities<3>, Target = Class<3>, Value = f64> {
    number("macro_recall", ConfusionMatrix::<3>::new(), ConfusionMatrix::macro_recall).larger_is_better()
}

/// The results of training, except for its duration.
#[derive(Debug, PartialEq)]
struct Outcome {
    parameters: Vec<f32>,
    measures: Vec<(String, Vec<f64>)>,
    steps: u64,
}

impl Outcome {
    fn epochs(&self) -> usize {
        self.measures[0].1.len()
    }
}

fn outcome(network: &Net, history: &History, steps: u64) -> Outcome {
    let names = history.measures().iter().map(|measure| measure.name.clone());
    let measures = names.map(|name| (name.clone(), history[&*name].to_vec())).collect();
    Outcome { parameters: network.parameters().to_vec(), measures, steps }
}

/// Trains with early stopping, from the checkpoint if there is one. Returns `None` if training was killed, by a panic, after
/// the given epoch.
fn train(folder: &Folder, patience: usize, every: usize, killed: Option<usize>) -> Option<Outcome> {
    let (path, data, validation) = (folder.path("checkpoint"), data(60), data(20));
    let attempt = std::panic::catch_unwind(|| {
        let mut network = Net::init(&mut typenet::rng(1));
        let mut trainer = Trainer::new(Nll, Adam::new(0.05))
            .epochs(EPOCHS)
            .batch_size(16)
            .seed(3)
            .validation(&validation)
            .metric(Accuracy)
            .metric(macro_recall())
            .callback(EarlyStopping::patience(patience).restore_best())
            .checkpoints(Checkpoints::every(every, &path))
            .callback(|record: &EpochRecord| {
                if killed == Some(record.epoch) {
                    std::panic::resume_unwind(Box::new("killed"));
                }
            });
        if path.exists() {
            trainer.resume(&mut network, &path).unwrap();
        }
        let history = trainer.fit(&mut network, &data).unwrap();
        outcome(&network, &history, trainer.optimizer().steps())
    });
    attempt.ok()
}

#[test]
fn killed_training_ends_like_uninterrupted_training() {
    for (patience, every) in [(4, 1), (4, 3), (EPOCHS, 5)] {
        let whole = train(&Folder::new("whole"), patience, every, None).unwrap();
        assert!(whole.epochs() > patience + 1 || patience == EPOCHS, "the first epoch is not the best");
        assert_eq!(whole.epochs() < EPOCHS, patience < EPOCHS, "early stopping ends only the first two cases");
        for killed in 1..whole.epochs() {
            let folder = Folder::new("killed");
            assert_eq!(train(&folder, patience, every, Some(killed)), None);
            assert_eq!(train(&folder, patience, every, None).unwrap(), whole, "killed after epoch {killed}");
            // Once more after the end: the outcome is the same.
            assert_eq!(train(&folder, patience, every, None).unwrap(), whole);
            assert_eq!(folder.names(), ["checkpoint"]);
        }
    }
}

#[test]
fn training_can_be_killed_often() {
    let whole = train(&Folder::new("rarely"), 6, 1, None).unwrap();
    let folder = Folder::new("often");
    for killed in 2..whole.epochs() {
        assert_eq!(train(&folder, 6, 1, Some(killed)), None);
    }
    assert_eq!(train(&folder, 6, 1, None).unwrap(), whole);
}

fn trainer(epochs: usize) -> Trainer<Nll, Adam, f32> {
    Trainer::new(Nll, Adam::new(0.05)).epochs(epochs).batch_size(16).seed(3)
}

#[test]
fn the_best_epoch_has_its_own_checkpoint() {
    let folder = Folder::new("best");
    let (path, data, validation) = (folder.path("best"), data(60), data(20));
    let mut network = Net::init(&mut typenet::rng(1));
    let mut copies = Vec::new();
    let history = trainer(EPOCHS)
        .validation(&validation)
        .callback(on_epoch(|network: &Net, _| {
            copies.push(network.parameters().to_vec());
            ControlFlow::Continue(())
        }))
        .checkpoints(Checkpoints::best(&path))
        .fit(&mut network, &data)
        .unwrap();
    let best = history.best().unwrap().epoch;
    assert!(best > 1 && best < EPOCHS - 1, "{best}");
    // Its weights can also be loaded alone.
    assert_eq!(Net::load(&path).unwrap().parameters(), copies[best - 1]);

    let (mut network, mut resumed) = (Net::zeroed(), trainer(best + 2).validation(&validation));
    resumed.resume(&mut network, &path).unwrap();
    let rest = resumed.fit(&mut network, &data).unwrap();
    assert_eq!(network.parameters(), copies[best + 1]);
    let losses = |history: &History| history["loss"].to_vec();
    assert_eq!(losses(&rest), losses(&history)[..best + 2]);
}

#[test]
fn the_best_epoch_before_an_interruption_counts_after_it() {
    let data = data(60);
    let fit = |folder: &Folder, killed: Option<usize>| {
        let (path, best) = (folder.path("last"), folder.path("best"));
        let attempt = std::panic::catch_unwind(|| {
            let mut network = Net::init(&mut typenet::rng(1));
            let mut trainer = trainer(12)
                .metric(macro_recall())
                .checkpoints(Checkpoints::best(&best).monitor("macro_recall"))
                .checkpoints(Checkpoints::every(1, &path))
                .callback(|record: &EpochRecord| {
                    if killed == Some(record.epoch) {
                        std::panic::resume_unwind(Box::new("killed"));
                    }
                });
            if path.exists() {
                trainer.resume(&mut network, &path).unwrap();
            }
            trainer.fit(&mut network, &data).unwrap()
        });
        let saved = best.exists().then(|| Net::load(&best).unwrap().parameters().to_vec());
        attempt.ok().map(|history| (history["macro_recall"].to_vec(), saved))
    };
    let whole = fit(&Folder::new("best_whole"), None).unwrap();
    assert!(whole.0.windows(2).any(|pair| pair[1] < pair[0]), "an epoch is worse than the one before: {:?}", whole.0);
    for killed in 2..=12 {
        let folder = Folder::new("best_killed");
        assert_eq!(fit(&folder, Some(killed)), None);
        assert_eq!(fit(&folder, None).unwrap(), whole, "killed after epoch {killed}");
    }
}

#[test]
fn the_next_fit_after_a_resumed_one_starts_anew() {
    let folder = Folder::new("next");
    let (path, data) = (folder.path("checkpoint"), data(60));
    let mut network = Net::init(&mut typenet::rng(1));
    trainer(4).checkpoints(Checkpoints::every(3, &path)).fit(&mut network, &data).unwrap();
    let mut resumed = trainer(4);
    resumed.resume(&mut network, &path).unwrap();
    // Without callbacks that have a state, any such program can finish the training of a checkpoint.
    assert_eq!(resumed.fit(&mut network, &data).unwrap().len(), 4);
    let mut expected = network.clone();
    let again = resumed.clone().fit(&mut expected, &data).unwrap();
    assert_eq!(again.epochs().map(|record| record.epoch).collect::<Vec<_>>(), [1, 2, 3, 4]);
    resumed.resume(&mut network, &path).unwrap();
    resumed.reset();
    assert_eq!(resumed.fit(&mut network, &data).unwrap().last().unwrap().epoch, 4);
}

#[cfg(feature = "rayon")]
#[test]
fn interrupted_training_can_still_be_resumed_after_a_refused_number_of_threads() {
    let folder = Folder::new("threads");
    let (path, data) = (folder.path("checkpoint"), data(60));
    let mut network = Net::init(&mut typenet::rng(1));
    trainer(4).checkpoints(Checkpoints::every(3, &path)).fit(&mut network, &data).unwrap();
    let expected = network.clone();
    let mut resumed = trainer(4).threads(100_000);
    resumed.resume(&mut network, &path).unwrap();
    let refused = resumed.fit(&mut network, &data);
    assert!(matches!(refused, Err(Error::Setting { name: "number of threads", .. })), "{refused:?}");
    let history = resumed.threads(2).fit(&mut network, &data).unwrap();
    assert_eq!((history.len(), network.parameters()), (4, expected.parameters()));
}

/// Counts epochs across interruptions.
struct Counter<'a>(&'a mut u64);

impl<N: Network> Callback<N> for Counter<'_> {
    fn epoch_end(&mut self, _: &N, _: &EpochRecord) -> ControlFlow<()> {
        *self.0 += 1;
        ControlFlow::Continue(())
    }

    fn save(&self, state: &mut CallbackState<N::Scalar>) {
        state.push("Counter", &[*self.0, u64::MAX], None);
    }

    fn resume(&mut self, state: &mut CallbackState<N::Scalar>) -> Result<()> {
        let (words, _) = state.take("Counter")?;
        assert_eq!(words[1], u64::MAX);
        *self.0 = words[0];
        Ok(())
    }
}

#[test]
fn custom_callbacks_are_restored_and_other_callbacks_are_refused() {
    let folder = Folder::new("custom");
    let (path, data) = (folder.path("checkpoint"), data(60));
    let mut network = Net::init(&mut typenet::rng(1));
    let mut count = 0;
    trainer(5)
        .callback(Counter(&mut count))
        .checkpoints(Checkpoints::every(5, &path))
        .fit(&mut network, &data)
        .unwrap();
    let mut count = 0;
    let mut longer = trainer(8).callback(Counter(&mut count));
    longer.resume(&mut network, &path).unwrap();
    longer.fit(&mut network, &data).unwrap();
    drop(longer);
    assert_eq!(count, 8);

    let other = |name: &str| Error::OtherCallbacks { name: name.into() };
    let start = network.parameters().to_vec();
    let mut none = trainer(8);
    none.resume(&mut network, &path).unwrap();
    assert_eq!(none.fit(&mut network, &data).unwrap_err(), other("Counter"));
    // Nothing has changed, and training can still be resumed with its callbacks.
    let mut early = trainer(8).callback(EarlyStopping::patience(3));
    early.resume(&mut network, &path).unwrap();
    for _ in 0..2 {
        assert_eq!(early.fit(&mut network, &data).unwrap_err(), other("EarlyStopping"));
    }
    assert_ne!(network.parameters(), start);
}

/// Pauses after some steps of a call of `fit`.
struct Pause {
    after: usize,
    steps: usize,
}

impl<N: Network> Callback<N> for Pause {
    const PAUSES: bool = true;

    fn begin(&mut self, _: &N, _: &TrainingPlan) -> Result<ControlFlow<()>> {
        self.steps = 0;
        Ok(ControlFlow::Continue(()))
    }

    fn step_end(&mut self, _: &N, _: &StepRecord) -> ControlFlow<()> {
        self.steps += 1;
        if self.steps < self.after { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

/// Trains with four steps an epoch and repeated calls of `fit`, each with a new trainer, until all epochs are complete.
fn paused(after: usize, every: usize) -> (Vec<f32>, Vec<f64>, usize) {
    let folder = Folder::new("paused");
    let (path, data) = (folder.path("checkpoint"), data(60));
    for calls in 1..=40 {
        let mut network = Net::init(&mut typenet::rng(1));
        let pause = Pause { after, steps: 0 };
        let mut trainer = trainer(6).callback(pause).checkpoints(Checkpoints::every(every, &path));
        if path.exists() {
            trainer.resume(&mut network, &path).unwrap();
        }
        let history = trainer.fit(&mut network, &data).unwrap();
        if history.epochs().last().is_some_and(|record| (record.epoch, record.samples) == (6, 60)) {
            let losses = history["loss"].to_vec();
            return (network.parameters().to_vec(), losses, calls);
        }
    }
    panic!("training never ends");
}

#[test]
fn a_pause_is_not_the_end_of_training() {
    let (parameters, losses, calls) = paused(usize::MAX, 1);
    assert_eq!((losses.len(), calls), (6, 1));
    // Pauses at the end of an epoch, within an epoch, and at the end of an epoch after which no checkpoint would be due.
    for (after, every) in [(1, 9), (3, 1), (4, 1), (6, 1), (7, 9), (9, 1), (8, 5)] {
        let expected = (parameters.clone(), losses.clone(), 24_usize.div_ceil(after));
        assert_eq!(paused(after, every), expected, "{after} steps, {every}");
    }
}

/// Records the epochs and steps that were completed before each call of `fit`.
struct Before<'a>(&'a mut Vec<(usize, usize)>);

impl<N: Network> Callback<N> for Before<'_> {
    fn begin(&mut self, _: &N, plan: &TrainingPlan) -> Result<ControlFlow<()>> {
        self.0.push((plan.epochs_before, plan.steps_before));
        Ok(ControlFlow::Continue(()))
    }
}

#[test]
fn the_plan_of_resumed_training_has_the_completed_epochs_and_steps() {
    let folder = Folder::new("before");
    let (path, data) = (folder.path("checkpoint"), data(60));
    let mut before = Vec::new();
    for made in [0, 4, 6] {
        let (mut network, pause) = (Net::init(&mut typenet::rng(1)), Pause { after: made, steps: 0 });
        if made > 0 {
            trainer(3).callback(pause).checkpoints(Checkpoints::every(9, &path)).fit(&mut network, &data).unwrap();
        }
        let mut resumed = trainer(3).callback(Before(&mut before));
        if made > 0 {
            resumed.resume(&mut network, &path).unwrap();
        }
        resumed.fit(&mut network, &data).unwrap();
        resumed.fit(&mut network, &data).unwrap();
    }
    // Four steps are an epoch. The second call of `fit` no longer continues the interrupted training.
    assert_eq!(before, [(0, 0), (0, 0), (1, 0), (0, 0), (1, 2), (0, 0)]);
}

/// Kills training after this total number of steps.
struct KilledAfter(u64);

impl<N: Network> Callback<N> for KilledAfter {
    fn step_end(&mut self, _: &N, record: &StepRecord) -> ControlFlow<()> {
        if record.total_steps == self.0 {
            std::panic::resume_unwind(Box::new("killed"));
        }
        ControlFlow::Continue(())
    }
}

/// Trains for 4 epochs of 60 samples, with steps of two batches of 8, early stopping, an average, a plateau and a schedule, on
/// a data set or a source of batches.
fn train_in_steps(folder: &Folder, every: usize, from_source: bool, killed: u64) -> Option<(Outcome, Vec<f32>)> {
    let (path, data, validation) = (folder.path("checkpoint"), data(60), data(20));
    let attempt = std::panic::catch_unwind(|| {
        let (mut network, mut average) = (Net::init(&mut typenet::rng(1)), Average::exponential(0.9));
        let mut trainer = Trainer::new(Nll, Adam::new(0.05))
            .epochs(4)
            .batch_size(8)
            .accumulate(2)
            .seed(3)
            .schedule_by_epoch(Exponential::new(0.9))
            .reduce_on_plateau_of("val_top_2_accuracy", ReduceOnPlateau::new().patience(1))
            .validation(&validation)
            .metric(macro_recall())
            .metric(TopK::<2>)
            .callback(EarlyStopping::patience(3).monitor("macro_recall").restore_best())
            .callback(&mut average)
            .checkpoints(Checkpoints::every_steps(every, &path))
            .callback(KilledAfter(killed));
        if path.exists() {
            trainer.resume(&mut network, &path).unwrap();
        }
        let history = if from_source {
            let moved = |x: &mut [f32; 4], rng: &mut _| x[0] += 0.01 * typenet::random::below(rng, 3) as f32;
            trainer.fit_batches(&mut network, &mut data.augmented(moved)).unwrap()
        } else {
            trainer.fit(&mut network, &data).unwrap()
        };
        let outcome = outcome(&network, &history, trainer.optimizer().steps());
        drop(trainer);
        (outcome, average.parameters().to_vec())
    });
    attempt.ok()
}

#[test]
fn training_that_is_killed_after_any_step_ends_like_uninterrupted_training() {
    for from_source in [false, true] {
        let whole = train_in_steps(&Folder::new("whole_steps"), 3, from_source, u64::MAX).unwrap();
        assert_eq!(whole.0.steps, 16);
        for every in [1, 3, 4, 7] {
            for killed in 1..=16 {
                let folder = Folder::new("steps");
                assert_eq!(train_in_steps(&folder, every, from_source, killed), None);
                // Kill it once more, soon after.
                assert_eq!(folder.names().is_empty(), killed <= every as u64);
                train_in_steps(&folder, every, from_source, killed + 2);
                let resumed = train_in_steps(&folder, every, from_source, u64::MAX).unwrap();
                assert_eq!(resumed, whole, "killed after step {killed}, a checkpoint every {every}");
            }
        }
    }
}

#[test]
fn training_with_fewer_samples_does_not_continue_within_an_epoch() {
    let folder = Folder::new("lost");
    let (path, whole) = (folder.path("checkpoint"), data(60));
    let mut network = Net::init(&mut typenet::rng(1));
    let steps = |callback| trainer(2).checkpoints(Checkpoints::every_steps(3, &path)).callback(callback);
    steps(Pause { after: 3, steps: 0 }).fit(&mut network, &whole).unwrap();
    let mut resumed = steps(Pause { after: 9, steps: 0 });
    resumed.resume(&mut network, &path).unwrap();
    let before = network.parameters().to_vec();
    let error = resumed.fit(&mut network, &data(40)).unwrap_err();
    assert_eq!(error, Error::OtherSampleCount { before: 60, now: 40 });
    assert_eq!(error.to_string(), "the interrupted training had 60 samples per epoch, but the data has 40");
    let error = resumed.fit_batches(&mut network, &mut OfUnknownLength { data: data(40), taken: 0 }).unwrap_err();
    assert_eq!(error, Error::FewerSamples { samples: 40, needed: 48 });
    assert_eq!(error.to_string(), "the interrupted epoch had already used 48 samples, but there are only 40");
    assert_eq!(network.parameters(), before);
}

#[test]
fn an_interval_of_no_steps_is_refused() {
    let never = Checkpoints::every_steps(0, "nowhere");
    let error = trainer(3).checkpoints(never).fit(&mut Net::zeroed(), &data(60)).unwrap_err();
    assert_eq!(error.to_string(), "the interval of checkpoints is 0, but must be at least 1 step");
}

#[test]
fn a_time_limit_is_a_pause() {
    let folder = Folder::new("limit");
    let (path, data) = (folder.path("checkpoint"), data(16));
    let mut network = Net::init(&mut typenet::rng(1));
    let limit = || TimeLimit::new(std::time::Duration::ZERO);
    // Each epoch is one step, and each call takes one step.
    for made in 1..=3 {
        let mut limited = trainer(9).callback(limit()).checkpoints(Checkpoints::every(2, &path));
        if made > 1 {
            limited.resume(&mut network, &path).unwrap();
        }
        assert_eq!(limited.fit(&mut network, &data).unwrap().len(), made);
    }
}

#[test]
fn an_average_continues_after_an_interruption() {
    let folder = Folder::new("average");
    let (path, data) = (folder.path("checkpoint"), data(60));
    let train = |epochs: usize, resumes: bool| {
        let (mut network, mut average) = (Net::init(&mut typenet::rng(1)), Average::exponential(0.9));
        let mut averaged = trainer(epochs).callback(&mut average).checkpoints(Checkpoints::every(2, &path));
        if resumes {
            averaged.resume(&mut network, &path).unwrap();
        }
        averaged.fit(&mut network, &data).unwrap();
        drop(averaged);
        (average.parameters().to_vec(), average.updates())
    };
    train(3, false);
    let resumed = train(6, true);
    assert_eq!(resumed, train(6, false));
    assert_eq!(resumed.1, 24);
}

/// Counts the calls of `begin` and `end`, and has no state in checkpoints.
struct Ends<'a>(&'a mut [usize; 2]);

impl<N: Network> Callback<N> for Ends<'_> {
    fn begin(&mut self, _: &N, _: &TrainingPlan) -> Result<ControlFlow<()>> {
        self.0[0] += 1;
        Ok(ControlFlow::Continue(()))
    }

    fn end(&mut self, _: &mut N, _: &History) {
        self.0[1] += 1;
    }
}

#[test]
fn callbacks_see_the_end_of_training_that_refuses_other_callbacks() {
    let folder = Folder::new("ends");
    let (path, data) = (folder.path("checkpoint"), data(60));
    let mut network = Net::init(&mut typenet::rng(1));
    let early = || EarlyStopping::patience(3).restore_best();
    trainer(5).callback(early()).checkpoints(Checkpoints::every(5, &path)).fit(&mut network, &data).unwrap();
    let mut calls = [0; 2];
    // The first takes its state and would restore the best parameters. The second has no state to take.
    let mut others = trainer(8).callback(early()).callback(early()).callback(Ends(&mut calls));
    others.resume(&mut network, &path).unwrap();
    let before = network.parameters().to_vec();
    assert_eq!(others.fit(&mut network, &data).unwrap_err(), Error::OtherCallbacks { name: "EarlyStopping".into() });
    drop(others);
    assert_eq!(network.parameters(), before);
    assert_eq!(calls, [1, 1]);
}

#[test]
fn a_checkpoint_that_cannot_be_written_is_an_error_before_the_first_step() {
    let folder = Folder::new("nowhere");
    let path = folder.path("missing/checkpoint");
    // This holds whenever the first checkpoint is due. In the second case, a folder has the name.
    for path in [&path, &folder.path("")] {
        let mut network = Net::init(&mut typenet::rng(1));
        let before = network.parameters().to_vec();
        let error = trainer(3).checkpoints(Checkpoints::every(2, path)).fit(&mut network, &data(60)).unwrap_err();
        assert!(matches!(error, Error::File { verb: "write", .. }), "{error}");
        assert_eq!(network.parameters(), before);
    }
    assert!(folder.names().is_empty());
    let error = trainer(3).checkpoints(Checkpoints::every(0, &path)).fit(&mut Net::zeroed(), &data(60)).unwrap_err();
    assert_eq!(error.to_string(), "the interval of checkpoints is 0, but must be at least 1 epoch");
}

#[test]
fn every_bit_flip_and_truncation_of_a_checkpoint_is_an_error() {
    let folder = Folder::new("damage");
    let path = folder.path("checkpoint");
    let early = || trainer(3).callback(EarlyStopping::patience(3).restore_best());
    early().checkpoints(Checkpoints::every(2, &path)).fit(&mut Net::init(&mut typenet::rng(1)), &data(60)).unwrap();
    let bytes = fs::read(&path).unwrap();
    let refused = |bytes: &[u8]| {
        folder.write("checkpoint", bytes);
        let mut network = Net::zeroed();
        let error = early().resume(&mut network, &path).unwrap_err();
        assert!(matches!(error, Error::Unreadable { .. } | Error::WrongTensors { .. }), "{error}");
        assert!(network.parameters().iter().all(|&x| x == 0.0));
    };
    for place in (0..bytes.len()).step_by(7) {
        let mut damaged = bytes.clone();
        damaged[place] ^= 1 << (place % 8);
        refused(&damaged);
        refused(&bytes[..place]);
    }
    fs::write(&path, &bytes).unwrap();
    early().resume(&mut Net::zeroed(), &path).unwrap();
}

#[test]
fn training_continues_with_the_measures_that_it_recorded_and_no_others() {
    let folder = Folder::new("measures");
    let (path, data, validation) = (folder.path("checkpoint"), data(60), data(20));
    let start = Net::init(&mut typenet::rng(1));
    let mut network = start.clone();
    let pause = Pause { after: 6, steps: 0 };
    let first = trainer(3).metric(Accuracy).validation(&validation).callback(pause);
    first.checkpoints(Checkpoints::every(9, &path)).fit(&mut network, &data).unwrap();

    let other = |name: &str| Error::OtherMeasures { name: name.into() };
    let refused = |fit: &dyn Fn(&mut Net) -> Result<History>| {
        let mut network = start.clone();
        let error = fit(&mut network).unwrap_err();
        (error, network.parameters() != start.parameters())
    };
    let fewer = |network: &mut Net| {
        let mut trainer = trainer(3).validation(&validation);
        trainer.resume(network, &path)?;
        trainer.fit(network, &data)
    };
    assert_eq!(refused(&fewer), (other("accuracy"), true));
    let unvalidated = |network: &mut Net| {
        let mut trainer = trainer(3).metric(Accuracy);
        trainer.resume(network, &path)?;
        trainer.fit(network, &data)
    };
    assert_eq!(refused(&unvalidated), (other("val_loss"), true));
    // A metric of the same name that measures something else.
    let counted_otherwise = |network: &mut Net| {
        let metric = typenet::metric::named("accuracy", macro_recall());
        let mut trainer = trainer(3).metric(metric).validation(&validation);
        trainer.resume(network, &path)?;
        trainer.fit(network, &data)
    };
    assert_eq!(refused(&counted_otherwise), (other("accuracy"), true));

    let mut right = trainer(3).metric(Accuracy).validation(&validation);
    right.resume(&mut network, &path).unwrap();
    let resumed = right.fit(&mut network, &data).unwrap();
    let mut whole = start.clone();
    let expected = trainer(3).metric(Accuracy).validation(&validation).fit(&mut whole, &data).unwrap();
    assert_eq!(outcome(&network, &resumed, 12), outcome(&whole, &expected, 12));
}

/// A source that does not know its number of samples.
struct OfUnknownLength {
    data: Data,
    taken: usize,
}

impl Batches<f32> for OfUnknownLength {
    type Input = Vector<4>;
    type Target = Class<3>;
    type Error = Error;

    fn begin(&mut self, _: u64, _: u64) -> Result<()> {
        self.taken = 0;
        Ok(())
    }

    fn fill(&mut self, count: usize, inputs: &mut Vec<[f32; 4]>, targets: &mut Vec<Class<3>>) -> Result<()> {
        let next = self.taken..self.data.len().min(self.taken + count);
        inputs.extend_from_slice(&self.data.inputs()[next.clone()]);
        targets.extend_from_slice(&self.data.targets()[next.clone()]);
        self.taken = next.end;
        Ok(())
    }
}

#[test]
fn training_resumes_only_with_the_number_of_samples_that_it_had() {
    let folder = Folder::new("other_data");
    let path = folder.path("between_epochs");
    let mut network = Net::init(&mut typenet::rng(1));
    trainer(2).checkpoints(Checkpoints::every(1, &path)).fit(&mut network, &data(60)).unwrap();
    for samples in [59, 61] {
        let mut resumed = trainer(3);
        resumed.resume(&mut network, &path).unwrap();
        let before = network.parameters().to_vec();
        let error = resumed.fit(&mut network, &data(samples)).unwrap_err();
        assert_eq!(error, Error::OtherSampleCount { before: 60, now: samples });
        assert_eq!(network.parameters(), before);
        // The interrupted training still waits for its data.
        assert_eq!(resumed.fit(&mut network, &data(60)).unwrap().len(), 3);
    }
}

#[test]
fn resumed_training_that_already_has_its_epochs_shows_them() {
    let folder = Folder::new("no_more");
    let path = folder.path("checkpoint");
    let mut network = Net::init(&mut typenet::rng(1));
    trainer(2).checkpoints(Checkpoints::every(1, &path)).fit(&mut network, &data(60)).unwrap();
    let mut resumed = trainer(1);
    resumed.resume(&mut network, &path).unwrap();
    let history = resumed.fit(&mut network, &data(60)).unwrap();
    assert_eq!(history.len(), 2);
    assert!(history.to_string().contains("epoch 2/2"), "{history}");
}
