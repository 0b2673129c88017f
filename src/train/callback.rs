//! What can observe and stop training, at its beginning, after each step and epoch, and at its end?

use core::ops::ControlFlow;

use crate::error::Result;
use crate::gradient::Gradient;
use crate::history::{EpochRecord, History, Measure};
use crate::network::Network;
use crate::train::CallbackState;
#[cfg(doc)]
use crate::train::{on_epoch, on_step};

/// The plan of a call of `fit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrainingPlan<'a> {
    /// The requested number of epochs, or that of the epochs before an interruption if it is larger.
    pub epochs: usize,
    /// The number of samples in an epoch; 0 if a source of batches does not know it.
    pub samples: usize,
    /// The number of steps in an epoch; 0 if a source of batches does not know it.
    pub steps: usize,
    /// The measures that are recorded for every epoch.
    pub measures: &'a [Measure],
    /// The number of epochs that an earlier process has performed, if this call resumes interrupted training; otherwise 0.
    pub epochs_before: usize,
    /// The number of steps that an earlier process has performed in the epoch after these; otherwise 0.
    pub steps_before: usize,
}

/// The record of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct StepRecord {
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// The number of steps in the epoch so far, this one included.
    pub step: usize,
    /// The number of steps of the optimizer since its state was new, this one included.
    pub total_steps: u64,
    /// The number of samples in the step.
    pub samples: usize,
    /// The mean loss over the samples, computed before the update.
    pub loss: f64,
    /// The learning rate of the update, before layer factors, or `None` if the optimizer has none.
    pub learning_rate: Option<f64>,
}

/// A type that is called during training: a custom type, or a closure that takes the record of each epoch.
///
/// Every hook does nothing by default. [`begin`](Self::begin), [`step_end`](Self::step_end) and [`epoch_end`](Self::epoch_end)
/// stop the training by returning `Break`, after the other callbacks have been called. Closures that can stop the training are
/// written with [`on_epoch`] and [`on_step`].
///
/// # Threads
/// All hooks are called on the thread that calls `fit`. If the threads of a pool share the steps, each step that a callback
/// watches enters the pool separately, which takes a few microseconds and sometimes an allocation. A callback without
/// `step_gradient` and `step_end` should set [`WATCHES_STEPS`](Self::WATCHES_STEPS) to `false`.
///
/// # Example
/// Stops as soon as the training loss is small.
/// ```
/// use core::ops::ControlFlow;
/// use typenet::prelude::*;
///
/// struct Until(f64);
/// impl<N: Network> Callback<N> for Until {
///     fn epoch_end(&mut self, _: &N, record: &EpochRecord) -> ControlFlow<()> {
///         if record.loss < self.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
///     }
/// }
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
/// let mut losses = Vec::new();
/// let history = Trainer::new(MeanSquaredError, Sgd::new(0.5))
///     .epochs(1000)
///     .callback(Until(1e-6))
///     .callback(|record: &EpochRecord| losses.push(record.loss))
///     .fit(&mut Line::zeroed(), &data)?;
/// assert!(history.len() < 1000);
/// assert_eq!(losses.len(), history.len());
/// # Ok::<(), typenet::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a callback",
    note = "a closure is written `|record: &EpochRecord| ..` and returns `()`; to stop training, write \
            `on_epoch(|_, record| ..)` or `on_step(|_, record| ..)`, or implement `Callback`; a callback that is lent \
            is written `by_ref(&mut callback)`, and checkpoints are added by `Trainer::checkpoints`"
)]
pub trait Callback<N: Network> {
    /// Whether `step_gradient` or `step_end` does something. If `false`, steps are performed without calling the callback.
    const WATCHES_STEPS: bool = true;

    /// Whether its `Break` is a pause instead of the end of training, so that training continues after `Trainer::resume`.
    const PAUSES: bool = false;

    /// Called once per `fit`, before the first epoch.
    ///
    /// # Errors
    /// An error if the callback cannot work with the network or the plan. `fit` then returns this error, before anything has
    /// changed.
    fn begin(&mut self, _network: &N, _plan: &TrainingPlan) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Continue(()))
    }

    /// Called after each step, before [`step_end`](Self::step_end), with the gradient that the optimizer has followed: the mean
    /// over the samples of the step, clipped, and 0 where parameters are frozen.
    ///
    /// # Example
    /// ```
    /// use typenet::StepRecord;
    /// use typenet::prelude::*;
    ///
    /// #[derive(Default)]
    /// struct LongestStep(f64);
    /// impl<N: Network> Callback<N> for LongestStep {
    ///     fn step_gradient(&mut self, _: &N, gradient: &Gradient<N>, _: &StepRecord) {
    ///         self.0 = self.0.max(gradient.norm());
    ///     }
    /// }
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]], vec![[1.0]])?;
    /// let mut longest = LongestStep::default();
    /// let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(5);
    /// trainer.callback(typenet::train::by_ref(&mut longest)).fit(&mut Line::zeroed(), &data)?;
    /// // That of the first step: 2 · (0 - 1).
    /// assert_eq!(longest.0, 2.0);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    fn step_gradient(&mut self, _network: &N, _gradient: &Gradient<N>, _record: &StepRecord) {}

    /// Called after each step. `Break` ends the epoch here: its record contains the loss of the samples so far, and it is
    /// validated, recorded and shown like a whole epoch.
    fn step_end(&mut self, _network: &N, _record: &StepRecord) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// Called after an epoch and its validation.
    fn epoch_end(&mut self, _network: &N, _record: &EpochRecord) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// Saves its state, for a checkpoint of `train::Checkpoints`, or to undo an attempt with a learning rate that was too high.
    fn save(&self, _state: &mut CallbackState<N::Scalar>) {}

    /// Restores the state that [`save`](Self::save) wrote: after [`begin`](Self::begin) when interrupted training is resumed,
    /// and before it when [`fit_dividing_rate`](crate::Trainer::fit_dividing_rate) makes another attempt.
    ///
    /// # Errors
    /// The errors of [`CallbackState::take`]. `fit` then returns this error, before anything has changed.
    fn resume(&mut self, _state: &mut CallbackState<N::Scalar>) -> Result<()> {
        Ok(())
    }

    /// Called once at the end, whatever ended the training, errors included, if `begin` of all callbacks succeeded. It may
    /// change the network, for example to restore the best parameters.
    fn end(&mut self, _network: &mut N, _history: &History) {}
}
