//! What may look on, and stop training, at its begin, after each step and epoch, and at its end?

use core::ops::ControlFlow;

use crate::error::Result;
use crate::history::{EpochRecord, History, Measure};
use crate::network::Network;
use crate::train::CallbackState;
#[cfg(doc)]
use crate::train::{on_epoch, on_step};

/// What a call of `fit` is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrainingPlan<'a> {
    /// The number of epochs that were asked for.
    pub epochs: usize,
    /// The number of samples in an epoch; 0 where a source of batches does not know it.
    pub samples: usize,
    /// The number of steps in an epoch; 0 where a source of batches does not know it.
    pub steps: usize,
    /// What is recorded for every epoch.
    pub measures: &'a [Measure],
    /// How many of the epochs an earlier process has made, when this call resumes interrupted training; else 0.
    pub epochs_before: usize,
    /// How many steps of the epoch after these an earlier process has made; else 0.
    pub steps_before: usize,
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct StepRecord {
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// How many steps the epoch has made, this one included.
    pub step: usize,
    /// How many steps the optimizer has made since its state was new, this one included.
    pub total_steps: u64,
    /// The number of samples of the step.
    pub samples: usize,
    /// The mean loss of the samples, measured before the step.
    pub loss: f64,
}

/// Something that is called during training: a custom type, or a closure that takes the record of each epoch.
///
/// Every hook has a body that does nothing. [`begin`](Self::begin), [`step_end`](Self::step_end) and
/// [`epoch_end`](Self::epoch_end) stop the training by `Break`, after the other callbacks are called. Closures that stop it
/// are written [`on_epoch`] and [`on_step`].
///
/// # Threads
/// All hooks are called on the thread that calls `fit`. Where the threads of a pool share the steps, each step that a callback
/// watches is a way of its own into the pool: some microseconds, and an allocation now and then. A callback that has no
/// `step_end` says so by [`WATCHES_STEPS`](Self::WATCHES_STEPS).
///
/// # Example
/// Stop as soon as the training loss is small.
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
    /// `step_end` does something: without that, steps are made without a look at the callback.
    const WATCHES_STEPS: bool = true;

    /// Its `Break` is a pause and not the end of training, which goes on after `Trainer::resume`.
    const PAUSES: bool = false;

    /// Called once per `fit`, before the first epoch.
    ///
    /// # Errors
    /// What the callback cannot work with. `fit` then fails with it, before anything has changed.
    fn begin(&mut self, _network: &N, _plan: &TrainingPlan) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Continue(()))
    }

    /// Called after each step. `Break` ends the epoch here: its record, with the loss of the samples so far, is made,
    /// measured on the validation set and shown as that of a whole one.
    fn step_end(&mut self, _network: &N, _record: &StepRecord) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// Called after an epoch and its validation.
    fn epoch_end(&mut self, _network: &N, _record: &EpochRecord) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// Hands over what it remembers of the training so far, for a checkpoint of `train::Checkpoints`, or to forget a rate that was
    /// too large.
    fn save(&self, _state: &mut CallbackState<N::Scalar>) {}

    /// Takes back what [`save`](Self::save) handed over: after [`begin`](Self::begin) when interrupted training goes on, and
    /// before it when [`fit_dividing_rate`](crate::Trainer::fit_dividing_rate) tries again.
    ///
    /// # Errors
    /// Those of [`CallbackState::take`]; `fit` then fails with it, before anything has changed.
    fn resume(&mut self, _state: &mut CallbackState<N::Scalar>) -> Result<()> {
        Ok(())
    }

    /// Called once at the end, whatever ended the training, an error included, when `begin` of all callbacks went well. It
    /// may change the network: this is where the best parameters are put back.
    fn end(&mut self, _network: &mut N, _history: &History) {}
}
