//! What is measured after each epoch?

use crate::dataset::Dataset;
use crate::error::Result;
use crate::history::ValidationRecord;
use crate::loss::{Loss, check_targets};
use crate::metric::{Evaluation, Measured};
use crate::network::{FitsInput, FitsTarget, Network, Workspace};

/// A validation set, or none: `()`.
pub trait Validation<N: Network, L>: Sync {
    /// There is a validation set.
    const EXISTS: bool;

    /// Accuracy is among its measures.
    fn has_accuracy(&self) -> bool;

    /// Refuses targets that the loss cannot compare with.
    ///
    /// # Errors
    /// [`Error::TargetOutOfRange`](crate::Error::TargetOutOfRange).
    fn check(&self, loss: &L) -> Result<()>;

    /// The measures of the network.
    fn measure(&self, network: &N, loss: &L, workspace: &mut Workspace<'_, N>) -> Option<ValidationRecord>;
}

impl<N: Network, L> Validation<N, L> for () {
    const EXISTS: bool = false;

    fn has_accuracy(&self) -> bool {
        false
    }

    fn check(&self, _: &L) -> Result<()> {
        Ok(())
    }

    fn measure(&self, _: &N, _: &L, _: &mut Workspace<'_, N>) -> Option<ValidationRecord> {
        None
    }
}

impl<N, L, X, Y> Validation<N, L> for &Dataset<X, Y, N::Scalar>
where
    N: Network,
    L: Loss<N::Output, Target: Measured>,
    X: FitsInput<N::Input>,
    Y: FitsTarget<L::Target>,
{
    const EXISTS: bool = true;

    fn has_accuracy(&self) -> bool {
        <L::Target as Measured>::Evaluation::from_means(0.0, 0.0).accuracy().is_some()
    }

    fn check(&self, loss: &L) -> Result<()> {
        check_targets::<L, N::Output, N::Scalar>(loss, Y::values(self.targets()))
    }

    fn measure(&self, network: &N, loss: &L, workspace: &mut Workspace<'_, N>) -> Option<ValidationRecord> {
        Some(ValidationRecord::of(&network.evaluate_with(self, loss, workspace)))
    }
}
