//! What may look on, and stop training, at its begin, after each step and epoch, and at its end?

use core::fmt::{self, Debug};
use core::marker::PhantomData;
use core::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::history::{EpochRecord, History};
use crate::network::Network;
use crate::optimizer::Average;
use crate::train::CallbackState;
#[cfg(feature = "safetensors")]
use crate::train::RunState;

/// What a call of `fit` is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrainingPlan {
    /// The number of epochs that were asked for.
    pub epochs: usize,
    /// The number of samples in an epoch; 0 where a source of batches does not know it.
    pub samples: usize,
    /// The number of steps in an epoch; 0 where a source of batches does not know it.
    pub steps: usize,
    /// A validation set is measured after each epoch.
    pub validation: bool,
    /// Its targets are classes, so that records of epochs have an accuracy.
    pub accuracy: bool,
    /// How many of the epochs an earlier process has made, when this call resumes an interrupted run; else 0.
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

/// Something that runs during training: a type of one's own, or a closure that takes the record of each epoch.
///
/// Every hook has a body that does nothing. [`begin`](Self::begin), [`step_end`](Self::step_end) and
/// [`epoch_end`](Self::epoch_end) stop the training by `Break`, after the other callbacks have run. Closures that stop it
/// are written [`on_epoch`] and [`on_step`].
///
/// # Threads
/// All hooks run on the thread that calls `fit`. Where the threads of a pool share the steps, each step that a callback
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
/// assert!(history.epochs().len() < 1000);
/// assert_eq!(losses.len(), history.epochs().len());
/// # Ok::<(), typenet::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a callback",
    note = "a closure is written `|record: &EpochRecord| ..` and returns `()`; to stop training, write \
            `on_epoch(|_, record| ..)` or `on_step(|_, record| ..)`, or implement `Callback`; a callback that is lent \
            is written `by_ref(&mut callback)`"
)]
pub trait Callback<N: Network> {
    /// `step_end` does something: without that, steps are made without a look at the callback.
    const WATCHES_STEPS: bool = true;

    /// Its `Break` is a pause and not the end of the run: after `Trainer::resume` the run goes on.
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

    /// Hands over what it remembers of the run so far, for a checkpoint of `train::Checkpoints`, or to forget a rate that was
    /// too large.
    fn save(&self, _state: &mut CallbackState<N::Scalar>) {}

    /// Takes back what [`save`](Self::save) handed over: after [`begin`](Self::begin) when an interrupted run goes on, and
    /// before it when [`fit_dividing_rate`](crate::Trainer::fit_dividing_rate) tries again.
    ///
    /// # Errors
    /// Those of [`CallbackState::take`]; `fit` then fails with it, before anything has changed.
    fn resume(&mut self, _state: &mut CallbackState<N::Scalar>) -> Result<()> {
        Ok(())
    }

    /// What `step_end` says, and whether that is the end of the run.
    #[doc(hidden)]
    fn stop_step(&mut self, network: &N, record: &StepRecord) -> Stop {
        Stop::new(self.step_end(network, record), Self::PAUSES)
    }

    /// What `epoch_end` says, and whether that is the end of the run.
    #[doc(hidden)]
    fn stop_epoch(&mut self, network: &N, record: &EpochRecord) -> Stop {
        Stop::new(self.epoch_end(network, record), Self::PAUSES)
    }

    /// How many steps can be made before it looks at one, when there were so many in all.
    #[doc(hidden)]
    fn steps_to_look(&self, _total_steps: u64) -> usize {
        if Self::WATCHES_STEPS { 1 } else { usize::MAX }
    }

    /// It wants to write down the run as it is: asked before what callbacks remember is copied.
    #[cfg(feature = "safetensors")]
    #[doc(hidden)]
    fn is_due(&self, _moment: &Moment<'_>) -> bool {
        false
    }

    /// Called after a step or an epoch that all callbacks have seen, where one of them writes the run down.
    ///
    /// # Errors
    /// What could not be written; `fit` then fails with it.
    #[cfg(feature = "safetensors")]
    #[doc(hidden)]
    fn write(&mut self, _network: &N, _state: &RunState<'_, N::Scalar>) -> Result<()> {
        Ok(())
    }

    /// Called once at the end, whatever ended the training, an error included, when `begin` of all callbacks went well. It
    /// may change the network: this is where the best parameters are put back.
    fn end(&mut self, _network: &mut N, _history: &History) {}
}

impl<N: Network> Callback<N> for () {
    const WATCHES_STEPS: bool = false;
}

/// Whether callbacks stop the training, the stronger the later.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    No,
    /// For now: the run goes on when it is resumed.
    Pause,
    /// The run is over.
    End,
}

impl Stop {
    const fn new(flow: ControlFlow<()>, pauses: bool) -> Self {
        match flow {
            ControlFlow::Continue(()) => Self::No,
            ControlFlow::Break(()) if pauses => Self::Pause,
            ControlFlow::Break(()) => Self::End,
        }
    }
}

/// When a run could be written down: after a step or an epoch that all callbacks have seen.
#[cfg(feature = "safetensors")]
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    pub history: &'a History,
    /// The steps of the optimizer so far.
    pub total_steps: u64,
    pub stop: Stop,
    /// The epoch goes on, and is not in the history.
    pub within_epoch: bool,
}

/// Both are called, and either can stop.
fn either(first: ControlFlow<()>, second: ControlFlow<()>) -> ControlFlow<()> {
    if first.is_break() { first } else { second }
}

impl<N: Network, A: Callback<N>, B: Callback<N>> Callback<N> for (A, B) {
    const WATCHES_STEPS: bool = A::WATCHES_STEPS || B::WATCHES_STEPS;

    fn begin(&mut self, network: &N, plan: &TrainingPlan) -> Result<ControlFlow<()>> {
        Ok(either(self.0.begin(network, plan)?, self.1.begin(network, plan)?))
    }

    fn step_end(&mut self, network: &N, record: &StepRecord) -> ControlFlow<()> {
        either(self.0.step_end(network, record), self.1.step_end(network, record))
    }

    fn epoch_end(&mut self, network: &N, record: &EpochRecord) -> ControlFlow<()> {
        either(self.0.epoch_end(network, record), self.1.epoch_end(network, record))
    }

    fn stop_step(&mut self, network: &N, record: &StepRecord) -> Stop {
        self.0.stop_step(network, record).max(self.1.stop_step(network, record))
    }

    fn stop_epoch(&mut self, network: &N, record: &EpochRecord) -> Stop {
        self.0.stop_epoch(network, record).max(self.1.stop_epoch(network, record))
    }

    fn steps_to_look(&self, total_steps: u64) -> usize {
        self.0.steps_to_look(total_steps).min(self.1.steps_to_look(total_steps))
    }

    #[cfg(feature = "safetensors")]
    fn is_due(&self, moment: &Moment<'_>) -> bool {
        self.0.is_due(moment) || self.1.is_due(moment)
    }

    fn save(&self, state: &mut CallbackState<N::Scalar>) {
        self.0.save(state);
        self.1.save(state);
    }

    fn resume(&mut self, state: &mut CallbackState<N::Scalar>) -> Result<()> {
        self.0.resume(state)?;
        self.1.resume(state)
    }

    #[cfg(feature = "safetensors")]
    fn write(&mut self, network: &N, state: &RunState<'_, N::Scalar>) -> Result<()> {
        self.0.write(network, state)?;
        self.1.write(network, state)
    }

    fn end(&mut self, network: &mut N, history: &History) {
        self.0.end(network, history);
        self.1.end(network, history);
    }
}

/// Updated after each step, and read or copied into the network when `fit` has returned: `.callback(&mut average)`.
/// Checkpoints of `train::Checkpoints` hold it.
impl<N: Network> Callback<N> for &mut Average<N::Scalar> {
    fn begin(&mut self, network: &N, _: &TrainingPlan) -> Result<ControlFlow<()>> {
        self.check()?;
        let (first_count, second_count) = (network.parameters().len(), self.parameters().len());
        if second_count > 0 && first_count != second_count {
            return Err(Error::CountMismatch { first: "parameters", first_count, second: "averages", second_count });
        }
        Ok(ControlFlow::Continue(()))
    }

    fn step_end(&mut self, network: &N, _: &StepRecord) -> ControlFlow<()> {
        let updated = self.update(network);
        debug_assert!(updated.is_ok(), "checked at the begin");
        ControlFlow::Continue(())
    }

    fn save(&self, state: &mut CallbackState<N::Scalar>) {
        let parameters = (self.updates() > 0).then_some(self.parameters());
        state.push("Average", &[self.updates()], parameters);
    }

    fn resume(&mut self, state: &mut CallbackState<N::Scalar>) -> Result<()> {
        let (words, parameters) = state.take("Average")?;
        match (&words[..], parameters) {
            (&[0], None) => self.reset(),
            (&[updates], Some(parameters)) if updates > 0 => self.restore(&parameters, updates),
            _ => return Err(Error::OtherCallbacks { name: "Average".into() }),
        }
        Ok(())
    }
}

impl<N: Network, F: FnMut(&EpochRecord)> Callback<N> for F {
    const WATCHES_STEPS: bool = false;

    fn epoch_end(&mut self, _: &N, record: &EpochRecord) -> ControlFlow<()> {
        self(record);
        ControlFlow::Continue(())
    }
}

/// A closure as a callback, see [`on_epoch`].
pub struct OnEpoch<N, F> {
    closure: F,
    network: PhantomData<fn(&N)>,
}

/// A callback from a closure that runs after each epoch, sees the network, and may stop the training.
///
/// A closure that looks into the network names its type: `|network: &Line, record| ..`.
///
/// # Example
/// ```
/// use core::ops::ControlFlow;
/// use typenet::prelude::*;
/// use typenet::train::on_epoch;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
/// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1))
///     .epochs(1000)
///     .callback(on_epoch(|line: &Line, _| match line.predict(&[0.0]) {
///         [y] if y > 0.5 => ControlFlow::Break(()),
///         _ => ControlFlow::Continue(()),
///     }))
///     .callback(on_epoch(|_, record| if record.epoch < 500 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }))
///     .fit(&mut Line::zeroed(), &data)?;
/// assert!(history.epochs().len() < 500);
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn on_epoch<N, F>(closure: F) -> OnEpoch<N, F>
where
    F: FnMut(&N, &EpochRecord) -> ControlFlow<()>,
{
    OnEpoch { closure, network: PhantomData }
}

impl<N: Network, F: FnMut(&N, &EpochRecord) -> ControlFlow<()>> Callback<N> for OnEpoch<N, F> {
    const WATCHES_STEPS: bool = false;

    fn epoch_end(&mut self, network: &N, record: &EpochRecord) -> ControlFlow<()> {
        (self.closure)(network, record)
    }
}

impl<N, F> Debug for OnEpoch<N, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnEpoch(..)")
    }
}

/// A closure as a callback, see [`on_step`].
pub struct OnStep<N, F> {
    closure: F,
    network: PhantomData<fn(&N)>,
}

/// A callback from a closure that runs after each step, sees the network, and may stop the training.
///
/// # Example
/// Ten steps, in the middle of the first epoch.
/// ```
/// use core::ops::ControlFlow;
/// use typenet::prelude::*;
/// use typenet::train::on_step;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.5]; 64], vec![[1.0]; 64])?;
/// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1))
///     .batch_size(2)
///     .callback(on_step(|_, record| if record.step == 10 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }))
///     .fit(&mut Line::zeroed(), &data)?;
/// assert_eq!(history.epochs()[0].samples, 20);
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn on_step<N, F>(closure: F) -> OnStep<N, F>
where
    F: FnMut(&N, &StepRecord) -> ControlFlow<()>,
{
    OnStep { closure, network: PhantomData }
}

impl<N: Network, F: FnMut(&N, &StepRecord) -> ControlFlow<()>> Callback<N> for OnStep<N, F> {
    fn step_end(&mut self, network: &N, record: &StepRecord) -> ControlFlow<()> {
        (self.closure)(network, record)
    }
}

impl<N, F> Debug for OnStep<N, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnStep(..)")
    }
}
