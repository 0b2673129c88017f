//! How is a moving average of the parameters kept during training?

use core::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::network::Network;
use crate::optimizer::Average;
use crate::train::{Callback, CallbackState, StepRecord, TrainingPlan};

/// Updates the average after each step. Pass it as `.callback(&mut average)`, and read it or copy it into the network after
/// `fit`. Checkpoints of `train::Checkpoints` contain it.
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
        debug_assert!(updated.is_ok(), "`begin` has checked the settings and the length");
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
