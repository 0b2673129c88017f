//! When are checkpoints written during training?

use core::ops::ControlFlow;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::history::{EpochRecord, History, Monitor, Watched};
use crate::io::{self, Stored};
use crate::network::Network;
#[cfg(doc)]
use crate::train::Callback;
use crate::train::checkpoint::{CheckpointContents, TrainingPosition, bytes};
use crate::train::hooks::Hooks;
use crate::train::stop::Stop;
use crate::train::{CallbackState, StepRecord, TrainingPlan};

/// Writes checkpoints during [`fit`](crate::Trainer::fit), each in the place of the one before: what
/// [`Trainer::checkpoints`](crate::Trainer::checkpoints) takes.
///
/// After [`Trainer::resume`](crate::Trainer::resume) the next `fit` finishes the training: with the same settings, metrics and
/// callbacks, it has the bits, the history and the end of training that was never interrupted, [`EarlyStopping`](crate::EarlyStopping)
/// included. Training that had ended makes no further epoch; training that a [`TimeLimit`](crate::TimeLimit) stopped has not ended,
/// and goes on with a limit that begins anew.
///
/// What a callback remembers is in the file where it has [`Callback::save`]: of the library's, [`EarlyStopping`](crate::EarlyStopping)
/// and `&mut` [`Average`](crate::Average). Closures, and callbacks without `save`, begin anew.
///
/// The file is complete at any time: see [`io`](crate::io). It is written when all callbacks have seen the epoch, or the step
/// within it: then it has the position in the epoch too, and training goes on from the next batch. A source of
/// [`Batches`](crate::dataset::Batches) is asked for the batches before that once more, and these are passed over.
///
/// # Errors
/// `fit` fails with [`Error::File`] when a checkpoint cannot be written, before its first step where there is no such folder, and
/// refuses an interval of 0 ([`Error::Setting`]).
///
/// # Example
/// A program that may be killed at any time, and is started again until it is done.
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Xor = Dense<2, 8>, Tanh, Dense<8, 2>, Softmax);
///
/// let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let data = Dataset::<Vector<2>, Class<2>>::labelled(inputs, [0, 1, 1, 0])?;
/// let path = std::env::temp_dir().join(format!("xor-killed-{}.checkpoint", std::process::id()));
///
/// let train = |epochs| -> typenet::Result<_> {
///     let mut network = Xor::init(&mut typenet::rng(37));
///     let mut trainer = Trainer::new(Nll, Adam::new(0.01))
///         .epochs(epochs)
///         .callback(EarlyStopping::patience(5).restore_best())
///         .checkpoints(Checkpoints::every(2, &path));
///     if path.exists() {
///         trainer.resume(&mut network, &path)?;
///     }
///     let history = trainer.fit(&mut network, &data)?;
///     Ok((history.len(), network))
/// };
///
/// // As if the first call had been killed after its seventh epoch: six are in the file.
/// train(7)?;
/// let (epochs, network) = train(20)?;
/// # std::fs::remove_file(&path).unwrap();
/// let (expected, uninterrupted) = train(20)?;
/// assert_eq!((epochs, network.parameters()), (expected, uninterrupted.parameters()));
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Checkpoints {
    path: PathBuf,
    interval: Interval,
    monitor: Monitor,
    best: Best,
}

/// What the best epoch so far is.
#[derive(Clone, Debug, Default)]
struct Best {
    watched: Option<Watched>,
    /// How many epochs were looked at.
    epochs: usize,
    cost: Option<f64>,
    /// The last of them is better than all before.
    is_last: bool,
}

impl Best {
    /// Looks at an epoch, and at those before it that an earlier process made.
    fn look(&mut self, record: &EpochRecord) {
        let Some(watched) = self.watched else { return };
        for record in record.history().epochs().skip(self.epochs) {
            let cost = watched.cost(&record);
            self.is_last = !cost.is_nan() && self.cost.is_none_or(|best| cost < best);
            if self.is_last {
                self.cost = Some(cost);
            }
            self.epochs += 1;
        }
    }
}

/// How long it is from one to the next.
#[derive(Clone, Copy, Debug)]
enum Interval {
    Epochs(usize),
    Steps(usize),
    /// To the next epoch that is better than all before.
    Best,
}

impl Checkpoints {
    /// A checkpoint after each so many epochs, and where a callback stopped the training: at the end of the epoch in which it
    /// did, or, for a pause as that of [`TimeLimit`](crate::TimeLimit), within it.
    #[must_use]
    pub fn every(epochs: usize, path: impl Into<PathBuf>) -> Self {
        Self::new(path, Interval::Epochs(epochs))
    }

    /// A checkpoint whenever the number of all steps is a multiple of this, within an epoch too, and where a callback stopped
    /// the training: for epochs that take long.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.5]; 60], vec![[1.0]; 60])?;
    /// let path = std::env::temp_dir().join(format!("line-steps-{}.checkpoint", std::process::id()));
    /// let trainer = || Trainer::new(MeanSquaredError, Adam::new(0.01)).batch_size(1).checkpoints(Checkpoints::every_steps(25, &path));
    /// let mut whole = Line::zeroed();
    /// trainer().fit(&mut whole, &data)?;
    ///
    /// // 50 of the 60 steps of the epoch are in the file.
    /// let (mut line, mut resumed) = (Line::zeroed(), trainer());
    /// resumed.resume(&mut line, &path)?;
    /// assert_eq!(resumed.optimizer().steps(), 50);
    /// assert_eq!(resumed.fit(&mut line, &data)?.last().map(|record| record.samples), Some(60));
    /// assert_eq!(line.parameters(), whole.parameters());
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn every_steps(steps: usize, path: impl Into<PathBuf>) -> Self {
        Self::new(path, Interval::Steps(steps))
    }

    /// A checkpoint after each epoch that is the best so far: by the loss on the validation set, or the training loss without one,
    /// or by a [`monitor`](Self::monitor). Keras's `ModelCheckpoint(save_best_only=True)` does this.
    ///
    /// # Example
    /// The network with the best accuracy, read back on its own.
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Guess = Dense<1, 2>, Softmax);
    /// let data = Dataset::<Vector<1>, Class<2>>::labelled([[0.0], [1.0]], [0, 1])?;
    /// let path = std::env::temp_dir().join(format!("guess-best-{}.checkpoint", std::process::id()));
    /// let mut guess = Guess::zeroed();
    /// Trainer::new(Nll, Sgd::new(0.1))
    ///     .epochs(9)
    ///     .metric(Accuracy)
    ///     .checkpoints(Checkpoints::best(&path).monitor("accuracy"))
    ///     .fit(&mut guess, &data)?;
    /// // Accuracy is measured before the step of an epoch, and was first 1 in the second of the nine.
    /// let best = Guess::load(&path)?;
    /// assert!(best.parameters() != guess.parameters() && best.evaluate(&data, &Nll).accuracy == 1.0);
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn best(path: impl Into<PathBuf>) -> Self {
        Self::new(path, Interval::Best)
    }

    /// Sets what [`best`](Self::best) compares: any measure of training or on the validation set, by its name.
    #[must_use]
    pub fn monitor(self, monitor: impl Into<Monitor>) -> Self {
        Self { monitor: monitor.into(), ..self }
    }

    fn new(path: impl Into<PathBuf>, interval: Interval) -> Self {
        Self { path: path.into(), interval, monitor: Monitor::LOSS, best: Best::default() }
    }
}

impl Checkpoints {
    fn begin(&mut self, plan: &TrainingPlan) -> Result<()> {
        let zero = |allowed| Err(Error::Setting { name: "interval of checkpoints", value: 0.0, allowed });
        match self.interval {
            Interval::Epochs(0) => return zero("at least 1 epoch"),
            Interval::Steps(0) => return zero("at least 1 step"),
            Interval::Epochs(_) | Interval::Steps(_) => {}
            Interval::Best => {
                self.best = Best { watched: Some(self.monitor.find(plan.measures)?), ..Best::default() };
            }
        }
        io::check_place(&self.path)
    }

    /// How many steps can be made before the next checkpoint, when there were so many in all.
    fn steps_to_next(&self, total_steps: u64) -> usize {
        match self.interval {
            #[allow(clippy::cast_possible_truncation, reason = "the remainder is below a `usize`")]
            Interval::Steps(steps) => steps - (total_steps % steps as u64) as usize,
            Interval::Epochs(_) | Interval::Best => usize::MAX,
        }
    }

    fn is_due(&self, position: &TrainingPosition<'_>) -> bool {
        let &TrainingPosition { history, total_steps, stop, within_epoch } = position;
        match self.interval {
            Interval::Epochs(epochs) => stop != Stop::No || (!within_epoch && history.len().is_multiple_of(epochs)),
            Interval::Steps(steps) => stop != Stop::No || total_steps.is_multiple_of(steps as u64),
            Interval::Best => !within_epoch && self.best.is_last,
        }
    }
}

/// Hooks with checkpoints after them: what [`Trainer::checkpoints`](crate::Trainer::checkpoints) adds to a trainer.
#[derive(Clone, Debug)]
pub struct WithCheckpoints<H> {
    hooks: H,
    checkpoints: Checkpoints,
}

impl<H> WithCheckpoints<H> {
    pub(super) fn new(hooks: H, checkpoints: Checkpoints) -> Self {
        Self { hooks, checkpoints }
    }
}

impl<N: Network<Scalar: Stored>, H: Hooks<N>> Hooks<N> for WithCheckpoints<H> {
    const WATCHES_STEPS: bool = H::WATCHES_STEPS;

    fn begin(&mut self, network: &N, plan: &TrainingPlan) -> Result<ControlFlow<()>> {
        let flow = self.hooks.begin(network, plan)?;
        self.checkpoints.begin(plan).map(|()| flow)
    }

    fn step_end(&mut self, network: &N, record: &StepRecord) -> Stop {
        self.hooks.step_end(network, record)
    }

    fn epoch_end(&mut self, network: &N, record: &EpochRecord) -> Stop {
        self.checkpoints.best.look(record);
        self.hooks.epoch_end(network, record)
    }

    fn end(&mut self, network: &mut N, history: &History) {
        self.hooks.end(network, history);
    }

    fn save(&self, state: &mut CallbackState<N::Scalar>) {
        self.hooks.save(state);
    }

    fn resume(&mut self, state: &mut CallbackState<N::Scalar>) -> Result<()> {
        self.hooks.resume(state)
    }

    fn steps_to_look(&self, total_steps: u64) -> usize {
        self.hooks.steps_to_look(total_steps).min(self.checkpoints.steps_to_next(total_steps))
    }

    fn is_due(&self, position: &TrainingPosition<'_>) -> bool {
        self.hooks.is_due(position) || self.checkpoints.is_due(position)
    }

    fn write(
        &mut self,
        network: &N,
        position: &TrainingPosition<'_>,
        contents: &CheckpointContents<'_, N::Scalar>,
    ) -> Result<()> {
        self.hooks.write(network, position, contents)?;
        // Others may have asked for the contents.
        if self.checkpoints.is_due(position) {
            io::replace(&self.checkpoints.path, &bytes(network, contents)?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Checkpoints;

    #[test]
    fn steps_that_nobody_watches_are_made_together_between_checkpoints() {
        let seven = Checkpoints::every_steps(7, "nowhere");
        assert_eq!([0, 1, 6, 7, 13].map(|steps| seven.steps_to_next(steps)), [7, 6, 1, 7, 1]);
        assert_eq!(Checkpoints::every(3, "nowhere").steps_to_next(5), usize::MAX);
    }
}
