//! When does training write checkpoints?

use core::ops::ControlFlow;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::gradient::Gradient;
use crate::history::{EpochRecord, History, Monitor, Watched};
use crate::io::{self, Stored};
use crate::network::Network;
#[cfg(doc)]
use crate::train::Callback;
use crate::train::checkpoint::{CheckpointContents, TrainingPosition, bytes};
use crate::train::hooks::Hooks;
use crate::train::stop::Stop;
use crate::train::{CallbackState, StepRecord, TrainingPlan};

/// Writes checkpoints during [`fit`](crate::Trainer::fit), each of which replaces the one before: the argument of
/// [`Trainer::checkpoints`](crate::Trainer::checkpoints).
///
/// After [`Trainer::resume`](crate::Trainer::resume), the next `fit` finishes the training. With the same settings, metrics and
/// callbacks, it has the same bits, the same history and the same end as uninterrupted training,
/// [`EarlyStopping`](crate::EarlyStopping) included. Training that has ended performs no further epoch. Training that a
/// [`TimeLimit`](crate::TimeLimit) stopped has not ended: it continues, with a new limit.
///
/// The file contains the state of every callback that implements [`Callback::save`]. In this library, those are
/// [`EarlyStopping`](crate::EarlyStopping) and `&mut` [`Average`](crate::Average). Closures, and callbacks without `save`,
/// start anew.
///
/// The file is complete at any time: see [`io`](crate::io). It is written after all callbacks have seen the epoch, or the step
/// within the epoch. In the latter case, it also contains the position in the epoch, and training continues with the next
/// batch. A source of [`Batches`](crate::dataset::Batches) must provide the batches before that position again, and training
/// skips them.
///
/// # Errors
/// `fit` returns [`Error::File`] if a checkpoint cannot be written (before its first step, if the folder does not exist), and
/// [`Error::Setting`] if an interval is 0.
///
/// # Example
/// A program that may be killed at any time, and is started again until it has finished.
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
/// // Simulates a process that was killed after its seventh epoch: the file contains six.
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

/// The best epoch so far.
#[derive(Clone, Debug, Default)]
struct Best {
    watched: Option<Watched>,
    /// The number of epochs seen.
    epochs: usize,
    cost: Option<f64>,
    /// Whether the last of them is better than all before.
    is_last: bool,
}

impl Best {
    /// Takes an epoch into account, and the epochs before it that an earlier process performed.
    fn observe(&mut self, record: &EpochRecord) {
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

/// The interval from one checkpoint to the next.
#[derive(Clone, Copy, Debug)]
enum Interval {
    Epochs(usize),
    Steps(usize),
    /// Until the next epoch that is better than all before.
    Best,
}

impl Checkpoints {
    /// Writes a checkpoint after every `epochs` epochs, and when a callback stops the training: at the end of that epoch, or
    /// within it if the stop is a pause, as with [`TimeLimit`](crate::TimeLimit).
    #[must_use]
    pub fn every(epochs: usize, path: impl Into<PathBuf>) -> Self {
        Self::new(path, Interval::Epochs(epochs))
    }

    /// Writes a checkpoint whenever the total number of steps is a multiple of `steps`, also within an epoch, and when a
    /// callback stops the training. Use it for long epochs.
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
    /// // The file contains 50 of the 60 steps of the epoch.
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

    /// Writes a checkpoint after each epoch that is the best so far: by the loss on the validation set, or the training loss
    /// without one, or by a [`monitor`](Self::monitor). Keras's `ModelCheckpoint(save_best_only=True)` does the same.
    ///
    /// # Example
    /// Loads the network with the best accuracy from the checkpoint.
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
    /// // Accuracy is measured before the step of an epoch. It first reached 1 in the second of the nine epochs.
    /// let best = Guess::load(&path)?;
    /// assert!(best.parameters() != guess.parameters() && best.evaluate(&data, &Nll).accuracy == 1.0);
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn best(path: impl Into<PathBuf>) -> Self {
        Self::new(path, Interval::Best)
    }

    /// Sets the measure that [`best`](Self::best) compares: any measure of training or on the validation set, by name.
    /// The default is the loss, [`Monitor::LOSS`].
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

    /// Returns how many steps can follow `total_steps` steps before the next checkpoint is due.
    fn steps_to_next(&self, total_steps: u64) -> usize {
        match self.interval {
            #[allow(clippy::cast_possible_truncation, reason = "the remainder is below a `usize`")]
            Interval::Steps(steps) => steps - (total_steps % steps as u64) as usize,
            Interval::Epochs(_) | Interval::Best => usize::MAX,
        }
    }

    fn is_due(&self, position: &TrainingPosition<'_>) -> bool {
        let &TrainingPosition { history, total_steps, stop, within_epoch, .. } = position;
        match self.interval {
            Interval::Epochs(epochs) => stop != Stop::No || (!within_epoch && history.len().is_multiple_of(epochs)),
            Interval::Steps(steps) => stop != Stop::No || total_steps.is_multiple_of(steps as u64),
            Interval::Best => !within_epoch && self.best.is_last,
        }
    }
}

/// Hooks followed by checkpoints: what [`Trainer::checkpoints`](crate::Trainer::checkpoints) adds to a trainer.
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

    fn step_gradient(&mut self, network: &N, gradient: &Gradient<N>, record: &StepRecord) {
        self.hooks.step_gradient(network, gradient, record);
    }

    fn step_end(&mut self, network: &N, record: &StepRecord) -> Stop {
        self.hooks.step_end(network, record)
    }

    fn epoch_end(&mut self, network: &N, record: &EpochRecord) -> Stop {
        self.checkpoints.best.observe(record);
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

    fn steps_before_look(&self, total_steps: u64) -> usize {
        self.hooks.steps_before_look(total_steps).min(self.checkpoints.steps_to_next(total_steps))
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
        // The contents may be due only for other checkpoints.
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
    fn unwatched_steps_are_performed_together_between_checkpoints() {
        let seven = Checkpoints::every_steps(7, "nowhere");
        assert_eq!([0, 1, 6, 7, 13].map(|steps| seven.steps_to_next(steps)), [7, 6, 1, 7, 1]);
        assert_eq!(Checkpoints::every(3, "nowhere").steps_to_next(5), usize::MAX);
    }
}
