//! How is a moving average of the parameters kept during training?

use core::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::network::Network;
use crate::optimizer::Average;
use crate::train::{Callback, CallbackState, StepRecord, TrainingPlan};

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
