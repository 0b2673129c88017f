//! Does a data set fit a network and its loss?
//!
//! Each requirement is a trait with one blanket implementation, so that a wrong data set is a single compile error with a
//! custom message.
//!
//! Each trait goes through a second one, an equality that is required of the network's side. If the equality were required of
//! the data set alone, the compiler would infer the network's types from it where they are not known yet, and report errors of
//! its own about them.

use core::marker::PhantomData;

use crate::error::{Error, Result};
use crate::layer::{Head, Layer, Plan};
use crate::loss::{Admits, EndsInSigmoid, Loss, Values, check_targets};
use crate::network::{Network, PlanOf, Sample};
use crate::scalar::Scalar;
use crate::shape::{PaddedPart, Shape};
use crate::target::Target;

/// The inputs of a data set have the shape that a network takes.
#[diagnostic::on_unimplemented(
    message = "shape mismatch: the data set has inputs `{Self}` but the network takes `{Input}`",
    label = "this data set does not fit the network"
)]
pub trait FitsInput<Input: Shape>: Shape {
    /// Returns the same samples in the network's type.
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
    /// Returns the same samples.
    fn same_arrays<T: Scalar>(samples: &[S::Array<T>]) -> &[Self::Array<T>];
}

impl<S: Shape> SameShape<S> for S {
    #[inline(always)]
    fn same_arrays<T: Scalar>(samples: &[S::Array<T>]) -> &[S::Array<T>] {
        samples
    }
}

/// The targets of a data set are of the kind that a loss compares with.
#[diagnostic::on_unimplemented(
    message = "target mismatch: the data set has targets `{Self}` but the network and its loss want `{Wanted}`",
    label = "this data set does not fit the network and its loss"
)]
pub trait FitsTarget<Wanted: Target>: Target {
    /// Returns the same targets in the type of the loss.
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
    /// Returns the same targets.
    fn same_values<T: Scalar>(values: &[Y::Value<T>]) -> &[Self::Value<T>];
}

impl<Y: Target> SameTarget<Y> for Y {
    #[inline(always)]
    fn same_values<T: Scalar>(values: &[Y::Value<T>]) -> &[Y::Value<T>] {
        values
    }
}

/// The type of some targets is the one that a loss compares with, in the scalar type `T`.
#[diagnostic::on_unimplemented(
    message = "target mismatch: the targets are `{Self}` but the network and its loss want `{Wanted}` in `{T}`",
    label = "these targets do not fit the network and its loss"
)]
pub trait FitsValue<Wanted: Target, T: Scalar>: Sized {
    /// Returns the same targets in the type of the loss.
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
    /// Returns the same values.
    fn same(values: &[V]) -> &[Self];
}

impl<V> SameValue<V> for V {
    #[inline(always)]
    fn same(values: &[V]) -> &[V] {
        values
    }
}

/// Checks that a network and its loss fit. This is one constant for each pair of network and loss, so that a wrong pair is a single error.
///
/// That the network does not end in `Sigmoid` is a bound where the loss is given, unless the network has an
/// [`UnknownHead`](crate::loss::UnknownHead).
pub(super) struct FitsLoss<N, L>(PhantomData<(N, L)>);

impl<N: Network, L: Loss<N::Output>> FitsLoss<N, L> {
    pub(super) const RIGHT: () = {
        let () = FitsSteps::<N, L::Target>::RIGHT;
        assert!(
            !(<L::Takes as Admits<EndsInSigmoid<false>>>::RAW_SCORES
                && matches!(<N::Architecture as Layer>::HEAD, Head::Sigmoid)),
            "the network ends in `Sigmoid`, or another layer that gives probabilities, but its loss takes raw scores\n\nhelp: \
             leave that layer out; for a prediction z of a network trained with `BinaryCrossEntropy`, `function::sigmoid(z)` is \
             the probability"
        );
    };
}

/// Rejects targets that a loss cannot compare with, and those behind the end of a padded sequence.
pub(crate) fn check_samples<N: Network, L: Loss<N::Output>>(
    loss: &L,
    inputs: &[Sample<N, N::Input>],
    targets: &[Values<L, N::Output, N::Scalar>],
) -> Result<()> {
    check_targets::<L, N::Output, N::Scalar>(loss, targets)?;
    FitsSteps::<N, L::Target>::check(inputs, targets)
}

/// Checks that no step of padding is compared with a target. This is one constant for each pair of network and kind of target.
pub(super) struct FitsSteps<N, Y>(PhantomData<(N, Y)>);

impl<N: Network, Y: Target> FitsSteps<N, Y> {
    pub(super) const RIGHT: () = assert!(
        Y::LEAVES_OUT_STEPS || !<PlanOf<N> as Plan>::ORIGINS.are_padded::<N::Input>(<N::Output as Shape>::PARTS.len()),
        "the network gives an element for each step of a padded sequence, but the loss or the metric compares all of them, padding \
         too\n\nhelp: write `Masked(..)` around the loss or the metric, with targets `[Option<Class<K>>; L]` or \
         `[Option<Vector<N>>; L]`, which are `None` at the padding"
    );

    /// The place of the steps of the output in a sample, if they are padded.
    const STEPS: Option<PaddedPart> = <PlanOf<N> as Plan>::ORIGINS.place::<N::Input>(0);

    /// Rejects a target behind the end of a padded sequence.
    fn check(inputs: &[Sample<N, N::Input>], targets: &[Y::Value<N::Scalar>]) -> Result<()> {
        let Some(part) = Self::STEPS else { return Ok(()) };
        for (sample, (input, target)) in inputs.iter().zip(targets).enumerate() {
            let steps = part.count(N::Input::flat(input));
            if let Some(end) = Y::end::<N::Scalar>(target).filter(|&end| end > steps) {
                return Err(Error::TargetBehindEnd { sample, step: end - 1, steps });
            }
        }
        Ok(())
    }
}
