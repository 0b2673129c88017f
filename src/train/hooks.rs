//! What does the training loop call, and what can stop it?

use core::ops::ControlFlow;

use crate::error::Result;
use crate::gradient::Gradient;
use crate::history::{EpochRecord, History};
use crate::network::Network;
#[cfg(feature = "safetensors")]
use crate::train::checkpoint::{CheckpointContents, TrainingPosition};
use crate::train::stop::Stop;
use crate::train::{Callback, CallbackState, StepRecord, TrainingPlan};

/// The callbacks and checkpoints of a trainer, in the order in which they were added.
///
/// [`Trainer::callback`](crate::Trainer::callback) and, with the feature `safetensors`, `Trainer::checkpoints` add to them.
/// [`Callback`] describes what a type does during training.
pub trait Hooks<N: Network> {
    /// Whether a hook watches every step.
    #[doc(hidden)]
    const WATCHES_STEPS: bool;

    #[doc(hidden)]
    fn begin(&mut self, network: &N, plan: &TrainingPlan) -> Result<ControlFlow<()>>;

    #[doc(hidden)]
    fn step_gradient(&mut self, network: &N, gradient: &Gradient<N>, record: &StepRecord);

    #[doc(hidden)]
    fn step_end(&mut self, network: &N, record: &StepRecord) -> Stop;

    #[doc(hidden)]
    fn epoch_end(&mut self, network: &N, record: &EpochRecord) -> Stop;

    #[doc(hidden)]
    fn end(&mut self, network: &mut N, history: &History);

    #[doc(hidden)]
    fn save(&self, state: &mut CallbackState<N::Scalar>);

    #[doc(hidden)]
    fn resume(&mut self, state: &mut CallbackState<N::Scalar>) -> Result<()>;

    /// Returns how many steps can follow `total_steps` steps before a hook must see one.
    #[doc(hidden)]
    fn steps_before_look(&self, total_steps: u64) -> usize;

    /// Returns whether a checkpoint is due. The training loop asks before it copies the state of the callbacks.
    #[cfg(feature = "safetensors")]
    #[doc(hidden)]
    fn is_due(&self, position: &TrainingPosition<'_>) -> bool;

    /// Writes the checkpoints that are due, after all callbacks have seen the step or the epoch.
    #[cfg(feature = "safetensors")]
    #[doc(hidden)]
    fn write(
        &mut self,
        network: &N,
        position: &TrainingPosition<'_>,
        contents: &CheckpointContents<'_, N::Scalar>,
    ) -> Result<()>;
}

impl<N: Network> Hooks<N> for () {
    const WATCHES_STEPS: bool = false;

    fn begin(&mut self, _: &N, _: &TrainingPlan) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Continue(()))
    }

    fn step_gradient(&mut self, _: &N, _: &Gradient<N>, _: &StepRecord) {}

    fn step_end(&mut self, _: &N, _: &StepRecord) -> Stop {
        Stop::No
    }

    fn epoch_end(&mut self, _: &N, _: &EpochRecord) -> Stop {
        Stop::No
    }

    fn end(&mut self, _: &mut N, _: &History) {}

    fn save(&self, _: &mut CallbackState<N::Scalar>) {}

    fn resume(&mut self, _: &mut CallbackState<N::Scalar>) -> Result<()> {
        Ok(())
    }

    fn steps_before_look(&self, _: u64) -> usize {
        usize::MAX
    }

    #[cfg(feature = "safetensors")]
    fn is_due(&self, _: &TrainingPosition<'_>) -> bool {
        false
    }

    #[cfg(feature = "safetensors")]
    fn write(&mut self, _: &N, _: &TrainingPosition<'_>, _: &CheckpointContents<'_, N::Scalar>) -> Result<()> {
        Ok(())
    }
}

/// A callback after others. All of them are called, and each of them can stop the training.
impl<N: Network, H: Hooks<N>, C: Callback<N>> Hooks<N> for (H, C) {
    const WATCHES_STEPS: bool = H::WATCHES_STEPS || C::WATCHES_STEPS;

    fn begin(&mut self, network: &N, plan: &TrainingPlan) -> Result<ControlFlow<()>> {
        let (first, second) = (self.0.begin(network, plan)?, self.1.begin(network, plan)?);
        Ok(if first.is_break() { first } else { second })
    }

    fn step_gradient(&mut self, network: &N, gradient: &Gradient<N>, record: &StepRecord) {
        self.0.step_gradient(network, gradient, record);
        self.1.step_gradient(network, gradient, record);
    }

    fn step_end(&mut self, network: &N, record: &StepRecord) -> Stop {
        let first = self.0.step_end(network, record);
        first.max(Stop::new(self.1.step_end(network, record), C::PAUSES))
    }

    fn epoch_end(&mut self, network: &N, record: &EpochRecord) -> Stop {
        let first = self.0.epoch_end(network, record);
        first.max(Stop::new(self.1.epoch_end(network, record), C::PAUSES))
    }

    fn end(&mut self, network: &mut N, history: &History) {
        self.0.end(network, history);
        self.1.end(network, history);
    }

    fn save(&self, state: &mut CallbackState<N::Scalar>) {
        self.0.save(state);
        self.1.save(state);
    }

    fn resume(&mut self, state: &mut CallbackState<N::Scalar>) -> Result<()> {
        self.0.resume(state)?;
        self.1.resume(state)
    }

    fn steps_before_look(&self, total_steps: u64) -> usize {
        if C::WATCHES_STEPS { 1 } else { self.0.steps_before_look(total_steps) }
    }

    #[cfg(feature = "safetensors")]
    fn is_due(&self, position: &TrainingPosition<'_>) -> bool {
        self.0.is_due(position)
    }

    #[cfg(feature = "safetensors")]
    fn write(
        &mut self,
        network: &N,
        position: &TrainingPosition<'_>,
        contents: &CheckpointContents<'_, N::Scalar>,
    ) -> Result<()> {
        self.0.write(network, position, contents)
    }
}
