//! Does a data set belong to a network and its loss? The questions are traits with one blanket answer, so that a wrong
//! data set is one error in words.

use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;

/// The inputs of a data set are what a network takes.
#[diagnostic::on_unimplemented(
    message = "shape mismatch: the data set has inputs `{Self}` but the network takes `{Input}`",
    label = "this data set does not fit the network"
)]
pub trait FitsInput<Input: Shape>: Shape {
    /// The same samples, as the network's.
    fn arrays<T: Scalar>(samples: &[Self::Array<T>]) -> &[Input::Array<T>];
}

impl<S: Shape> FitsInput<S> for S {
    #[inline(always)]
    fn arrays<T: Scalar>(samples: &[S::Array<T>]) -> &[S::Array<T>] {
        samples
    }
}

/// The targets of a data set are what a loss compares with.
#[diagnostic::on_unimplemented(
    message = "target mismatch: the data set has targets `{Self}` but the network and its loss want `{Wanted}`",
    label = "this data set does not fit the network and its loss"
)]
pub trait FitsTarget<Wanted: Target>: Target {
    /// The same answers, as the loss's.
    fn values<T: Scalar>(values: &[Self::Value<T>]) -> &[Wanted::Value<T>];
}

impl<Y: Target> FitsTarget<Y> for Y {
    #[inline(always)]
    fn values<T: Scalar>(values: &[Y::Value<T>]) -> &[Y::Value<T>] {
        values
    }
}
