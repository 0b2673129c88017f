//! How can a callback be read after training?

use core::ops::ControlFlow;

use crate::error::Result;
use crate::gradient::Gradient;
use crate::history::{EpochRecord, History};
use crate::network::Network;
use crate::train::{Callback, CallbackState, StepRecord, TrainingPlan};

/// A callback that is lent to a trainer: see [`by_ref`].
#[derive(Debug)]
pub struct ByRef<'a, C>(&'a mut C);

/// Lends a callback to a trainer, so that the values it has collected can be read after training.
///
/// # Example
/// ```
/// use core::ops::ControlFlow;
/// use typenet::prelude::*;
/// use typenet::train::by_ref;
///
/// #[derive(Default)]
/// struct Epochs(usize);
/// impl<N: Network> Callback<N> for Epochs {
///     fn epoch_end(&mut self, _: &N, _: &EpochRecord) -> ControlFlow<()> {
///         self.0 += 1;
///         ControlFlow::Continue(())
///     }
/// }
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
/// let mut epochs = Epochs::default();
/// Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(7).callback(by_ref(&mut epochs)).fit(&mut Line::zeroed(), &data)?;
/// assert_eq!(epochs.0, 7);
/// # Ok::<(), typenet::Error>(())
/// ```
pub const fn by_ref<C>(callback: &mut C) -> ByRef<'_, C> {
    ByRef(callback)
}

impl<N: Network, C: Callback<N>> Callback<N> for ByRef<'_, C> {
    const WATCHES_STEPS: bool = C::WATCHES_STEPS;
    const PAUSES: bool = C::PAUSES;

    fn begin(&mut self, network: &N, plan: &TrainingPlan) -> Result<ControlFlow<()>> {
        self.0.begin(network, plan)
    }

    fn step_gradient(&mut self, network: &N, gradient: &Gradient<N>, record: &StepRecord) {
        self.0.step_gradient(network, gradient, record);
    }

    fn step_end(&mut self, network: &N, record: &StepRecord) -> ControlFlow<()> {
        self.0.step_end(network, record)
    }

    fn epoch_end(&mut self, network: &N, record: &EpochRecord) -> ControlFlow<()> {
        self.0.epoch_end(network, record)
    }

    fn save(&self, state: &mut CallbackState<N::Scalar>) {
        self.0.save(state);
    }

    fn resume(&mut self, state: &mut CallbackState<N::Scalar>) -> Result<()> {
        self.0.resume(state)
    }

    fn end(&mut self, network: &mut N, history: &History) {
        self.0.end(network, history);
    }
}
