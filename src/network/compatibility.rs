//! Does a data set belong to a network and its loss? Each question is a trait with one blanket implementation, so that a wrong
//! data set is one error in words.
//!
//! Each question goes through a second trait, an equality that is asked of the network's side. Asked of the data alone,
//! the compiler would take them for the truth about a network that it does not know yet, and complain in its own words
//! about that.

use core::marker::PhantomData;

use crate::layer::{Head, Layer};
use crate::loss::Loss;
use crate::network::Network;
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

#[diagnostic::do_not_recommend]
impl<S: Shape, Input: SameShape<S>> FitsInput<Input> for S {
    #[inline(always)]
    fn arrays<T: Scalar>(samples: &[S::Array<T>]) -> &[Input::Array<T>] {
        Input::same_arrays(samples)
    }
}

/// Equality of shapes.
pub trait SameShape<S: Shape>: Shape {
    /// The same samples.
    fn same_arrays<T: Scalar>(samples: &[S::Array<T>]) -> &[Self::Array<T>];
}

impl<S: Shape> SameShape<S> for S {
    #[inline(always)]
    fn same_arrays<T: Scalar>(samples: &[S::Array<T>]) -> &[S::Array<T>] {
        samples
    }
}

/// The targets of a data set are what a loss compares with.
#[diagnostic::on_unimplemented(
    message = "target mismatch: the data set has targets `{Self}` but the network and its loss want `{Wanted}`",
    label = "this data set does not fit the network and its loss"
)]
pub trait FitsTarget<Wanted: Target>: Target {
    /// The same targets, in the type of the loss.
    fn values<T: Scalar>(values: &[Self::Value<T>]) -> &[Wanted::Value<T>];
}

#[diagnostic::do_not_recommend]
impl<Y: Target, Wanted: SameTarget<Y>> FitsTarget<Wanted> for Y {
    #[inline(always)]
    fn values<T: Scalar>(values: &[Y::Value<T>]) -> &[Wanted::Value<T>] {
        Wanted::same_values(values)
    }
}

/// Equality of kinds of target.
pub trait SameTarget<Y: Target>: Target {
    /// The same targets.
    fn same_values<T: Scalar>(values: &[Y::Value<T>]) -> &[Self::Value<T>];
}

impl<Y: Target> SameTarget<Y> for Y {
    #[inline(always)]
    fn same_values<T: Scalar>(values: &[Y::Value<T>]) -> &[Y::Value<T>] {
        values
    }
}

/// A type of targets is what a loss compares with, in the scalar type `T`.
#[diagnostic::on_unimplemented(
    message = "target mismatch: the targets are `{Self}` but the network and its loss want `{Wanted}` in `{T}`",
    label = "these targets do not fit the network and its loss"
)]
pub trait FitsValue<Wanted: Target, T: Scalar>: Sized {
    /// The same targets, in the type of the loss.
    fn values(values: &[Self]) -> &[Wanted::Value<T>];
}

#[diagnostic::do_not_recommend]
impl<V, Wanted: Target, T: Scalar> FitsValue<Wanted, T> for V
where
    Wanted::Value<T>: SameValue<V>,
{
    #[inline(always)]
    fn values(values: &[V]) -> &[Wanted::Value<T>] {
        SameValue::same(values)
    }
}

/// Equality of types.
pub trait SameValue<V>: Sized {
    /// The same values.
    fn same(values: &[V]) -> &[Self];
}

impl<V> SameValue<V> for V {
    #[inline(always)]
    fn same(values: &[V]) -> &[V] {
        values
    }
}

/// The last layer of a network leaves its loss something to compare: one constant for each pair, so that a wrong one is one
/// error.
pub(super) struct FitsLoss<N, L>(PhantomData<(N, L)>);

impl<N: Network, L: Loss<N::Output>> FitsLoss<N, L> {
    pub(super) const RIGHT: () = assert!(
        !(L::TAKES_RAW_SCORES && matches!(<N::Architecture as Layer>::HEAD, Head::Sigmoid)),
        "the network ends in `Sigmoid`, or another layer that gives probabilities, but its loss takes raw scores\n\nhelp: \
         leave that layer out; for a prediction z of a network trained with `BinaryCrossEntropy`, `function::sigmoid(z)` is \
         the probability"
    );
}
