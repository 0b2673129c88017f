//! Runs that are killed inside of `fit` and go on from the checkpoint of `Checkpoints`.
#![cfg(feature = "safetensors")]
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers of samples and draws")]

use std::fs;
use std::ops::ControlFlow;

use typenet::metric::{Metric, number};
use typenet::prelude::*;
use typenet::schedule::{Exponential, ReduceOnPlateau};
use typenet::train::{CallbackState, StepRecord, TrainingPlan, on_epoch};
use typenet::dataset::Batches;
use typenet::{Average, Error, History, Result};

use crate::support::folder::Folder;

network!(struct Net = Dense<4, 6>, Tanh, Dropout(0.2), Dense<6, 3>, Softmax);

type Data = Dataset<Vector<4>, Class<3>>;

/// Rows that repeat, with labels that their number explains in two of three cases: validation has a best epoch in the middle.
fn data(samples: usize) -> Data {
    let number = |i: usize, j: usize| ((i * 37 + j * 11) % 17) as f32 / 17.0;
    let rows: Vec<[f32; 4]> = (0..samples).map(|i| std::array::from_fn(|j| number(i, j))).collect();
    Dataset::labelled(rows, (0..samples).map(|i| if i % 3 == 0 { i * i / 3 % 3 } else { i % 17 / 6 })).unwrap()
}

const EPOCHS: usize = 30;

/// A metric that is no mean over samples.
fn macro_recall() -> impl Metric<Probabilities<3>, Target = Class<3>, Value = f64> {
    number("macro_recall", ConfusionMatrix::<3>::default(), ConfusionMatrix::macro_recall).larger_is_better()
}

/// All that a run leaves, but for how long it took.
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

/// A run with early stopping that is killed, by a panic, after some epoch; nothing for one that is left alone. It goes on from
/// its checkpoint, where there is one.
fn run(folder: &Folder, patience: usize, every: usize, killed: Option<usize>) -> Option<Outcome> {
    let (path, data, validation) = (folder.path("run"), data(60), data(20));
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
fn a_killed_run_ends_as_one_that_was_not() {
    for (patience, every) in [(4, 1), (4, 3), (EPOCHS, 5)] {
        let whole = run(&Folder::new("whole"), patience, every, None).unwrap();
        assert!(whole.epochs() > patience + 1 || patience == EPOCHS, "the first epoch is not the best");
        assert_eq!(whole.epochs() < EPOCHS, patience < EPOCHS, "early stopping ends the first two alone");
        for killed in 1..whole.epochs() {
            let folder = Folder::new("killed");
            assert_eq!(run(&folder, patience, every, Some(killed)), None);
            assert_eq!(run(&folder, patience, every, None).unwrap(), whole, "killed after epoch {killed}");
            // Once more: the run is over, and its end is the same.
            assert_eq!(run(&folder, patience, every, None).unwrap(), whole);
            assert_eq!(folder.names(), ["run"]);
        }
    }
}

#[test]
fn a_run_can_be_killed_often() {
    let whole = run(&Folder::new("rarely"), 6, 1, None).unwrap();
    let folder = Folder::new("often");
    for killed in 2..whole.epochs() {
        assert_eq!(run(&folder, 6, 1, Some(killed)), None);
    }
    assert_eq!(run(&folder, 6, 1, None).unwrap(), whole);
}

fn trainer(epochs: usize) -> Trainer<Nll, Adam, f32> {
    Trainer::new(Nll, Adam::new(0.05)).epochs(epochs).batch_size(16).seed(3)
}

#[test]
fn the_best_epoch_is_kept_apart() {
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
    // The weights alone are read from it, too.
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
fn the_next_fit_after_an_interrupted_one_is_a_new_one() {
    let folder = Folder::new("next");
    let (path, data) = (folder.path("run"), data(60));
    let mut network = Net::init(&mut typenet::rng(1));
    trainer(4).checkpoints(Checkpoints::every(3, &path)).fit(&mut network, &data).unwrap();
    let mut resumed = trainer(4);
    resumed.resume(&mut network, &path).unwrap();
    // A checkpoint of a run without callbacks that remember can be finished by any such program.
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
fn an_interrupted_run_waits_for_a_number_of_threads_that_can_be_had() {
    let folder = Folder::new("threads");
    let (path, data) = (folder.path("run"), data(60));
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

/// Counts epochs over interruptions.
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
fn callbacks_of_ones_own_remember_and_other_callbacks_are_refused() {
    let folder = Folder::new("own");
    let (path, data) = (folder.path("run"), data(60));
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
    // Nothing has changed, and the run still waits for its callbacks.
    let mut early = trainer(8).callback(EarlyStopping::patience(3));
    early.resume(&mut network, &path).unwrap();
    for _ in 0..2 {
        assert_eq!(early.fit(&mut network, &data).unwrap_err(), other("EarlyStopping"));
    }
    assert_ne!(network.parameters(), start);
}

/// Stops for now after so many steps of a call of `fit`.
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

/// Four steps an epoch. Calls of `fit` follow each other, each in a program of its own, until all epochs are made.
fn paused(after: usize, every: usize) -> (Vec<f32>, Vec<f64>, usize) {
    let folder = Folder::new("paused");
    let (path, data) = (folder.path("run"), data(60));
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
    panic!("the run is never over");
}

#[test]
fn a_pause_is_not_the_end_of_the_run() {
    let (parameters, losses, calls) = paused(usize::MAX, 1);
    assert_eq!((losses.len(), calls), (6, 1));
    // At the end of an epoch, in the middle of one, and at the end of one that no checkpoint would be due after.
    for (after, every) in [(1, 9), (3, 1), (4, 1), (6, 1), (7, 9), (9, 1), (8, 5)] {
        let expected = (parameters.clone(), losses.clone(), 24_usize.div_ceil(after));
        assert_eq!(paused(after, every), expected, "{after} steps, {every}");
    }
}

/// Notes how much was made before each call of `fit`.
struct Before<'a>(&'a mut Vec<(usize, usize)>);

impl<N: Network> Callback<N> for Before<'_> {
    fn begin(&mut self, _: &N, plan: &TrainingPlan) -> Result<ControlFlow<()>> {
        self.0.push((plan.epochs_before, plan.steps_before));
        Ok(ControlFlow::Continue(()))
    }
}

#[test]
fn the_plan_of_a_resumed_run_says_what_was_made_before() {
    let folder = Folder::new("before");
    let (path, data) = (folder.path("run"), data(60));
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
    // Four steps are an epoch. The second call of each is no longer that of the interrupted training.
    assert_eq!(before, [(0, 0), (0, 0), (1, 0), (0, 0), (1, 2), (0, 0)]);
}

/// Ends the program after so many steps in all.
struct KilledAfter(u64);

impl<N: Network> Callback<N> for KilledAfter {
    fn step_end(&mut self, _: &N, record: &StepRecord) -> ControlFlow<()> {
        if record.total_steps == self.0 {
            std::panic::resume_unwind(Box::new("killed"));
        }
        ControlFlow::Continue(())
    }
}

/// A run of 4 epochs of 60 samples, with steps of two batches of 8, early stopping, an average, a plateau and a schedule, from
/// a data set or from a source of batches.
fn run_in_steps(folder: &Folder, every: usize, from_source: bool, killed: u64) -> Option<(Outcome, Vec<f32>)> {
    let (path, data, validation) = (folder.path("run"), data(60), data(20));
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
fn a_run_that_is_killed_after_any_step_ends_as_one_that_was_not() {
    for from_source in [false, true] {
        let whole = run_in_steps(&Folder::new("whole_steps"), 3, from_source, u64::MAX).unwrap();
        assert_eq!(whole.0.steps, 16);
        for every in [1, 3, 4, 7] {
            for killed in 1..=16 {
                let folder = Folder::new("steps");
                assert_eq!(run_in_steps(&folder, every, from_source, killed), None);
                // Killed once more, soon after.
                assert_eq!(folder.names().is_empty(), killed <= every as u64);
                run_in_steps(&folder, every, from_source, killed + 2);
                let resumed = run_in_steps(&folder, every, from_source, u64::MAX).unwrap();
                assert_eq!(resumed, whole, "killed after step {killed}, a checkpoint every {every}");
            }
        }
    }
}

#[test]
fn a_run_that_lost_samples_does_not_go_on_within_an_epoch() {
    let folder = Folder::new("lost");
    let (path, whole) = (folder.path("run"), data(60));
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
    let (path, data) = (folder.path("run"), data(16));
    let mut network = Net::init(&mut typenet::rng(1));
    let limit = || TimeLimit::new(std::time::Duration::ZERO);
    // Each epoch is one step, and each call makes one.
    for made in 1..=3 {
        let mut limited = trainer(9).callback(limit()).checkpoints(Checkpoints::every(2, &path));
        if made > 1 {
            limited.resume(&mut network, &path).unwrap();
        }
        assert_eq!(limited.fit(&mut network, &data).unwrap().len(), made);
    }
}

#[test]
fn an_average_goes_on() {
    let folder = Folder::new("average");
    let (path, data) = (folder.path("run"), data(60));
    let run = |epochs: usize, resumes: bool| {
        let (mut network, mut average) = (Net::init(&mut typenet::rng(1)), Average::exponential(0.9));
        let mut averaged = trainer(epochs).callback(&mut average).checkpoints(Checkpoints::every(2, &path));
        if resumes {
            averaged.resume(&mut network, &path).unwrap();
        }
        averaged.fit(&mut network, &data).unwrap();
        drop(averaged);
        (average.parameters().to_vec(), average.updates())
    };
    run(3, false);
    let resumed = run(6, true);
    assert_eq!(resumed, run(6, false));
    assert_eq!(resumed.1, 24);
}

/// Counts the calls of `begin` and `end`, and remembers nothing.
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
fn callbacks_see_the_end_of_a_run_that_refuses_others() {
    let folder = Folder::new("ends");
    let (path, data) = (folder.path("run"), data(60));
    let mut network = Net::init(&mut typenet::rng(1));
    let early = || EarlyStopping::patience(3).restore_best();
    trainer(5).callback(early()).checkpoints(Checkpoints::every(5, &path)).fit(&mut network, &data).unwrap();
    let mut calls = [0; 2];
    // The first takes its own up, and would put the best parameters back; the second has nothing to take.
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
    let path = folder.path("missing/run");
    // Before the first step, whenever the first checkpoint were due; a folder has the name in the second case.
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
fn every_flip_and_cut_of_an_interrupted_run_is_an_error() {
    let folder = Folder::new("damage");
    let path = folder.path("run");
    let early = || trainer(3).callback(EarlyStopping::patience(3).restore_best());
    early().checkpoints(Checkpoints::every(2, &path)).fit(&mut Net::init(&mut typenet::rng(1)), &data(60)).unwrap();
    let bytes = fs::read(&path).unwrap();
    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
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
fn a_run_goes_on_with_the_measures_that_it_recorded_and_no_others() {
    let folder = Folder::new("measures");
    let (path, data, validation) = (folder.path("run"), data(60), data(20));
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
    // A metric of the same name that counts something else.
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
