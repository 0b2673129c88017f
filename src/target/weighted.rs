//! How much does a sample count?

use core::marker::PhantomData;

use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::target::Target;

/// A kind of target with a weight for each sample. [`Dataset::weighted`](crate::Dataset::weighted) turns targets `Y` into it,
/// and [`SampleWeights`](crate::loss::SampleWeights) uses it.
///
/// The weight is part of the target, so whatever operates on samples, such as shuffling, splitting and gathering, keeps each
/// weight with its sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Weighted<Y>(PhantomData<fn() -> Y>);

/// A target with the weight of its sample, which is finite and not negative.
///
/// # Errors
/// [`WeightedValue::new`] rejects other weights, so a value of this type is always in range.
///
/// # Example
/// ```
/// use typenet::Class;
/// use typenet::target::WeightedValue;
///
/// let value = WeightedValue::new(Class::<3>::new(2)?, 0.5_f32)?;
/// assert_eq!((value.target().index(), value.weight()), (2, 0.5));
/// assert!(WeightedValue::new([1.0], -0.5).is_err());
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightedValue<V, T> {
    target: V,
    weight: T,
}

impl<V, T: Scalar> WeightedValue<V, T> {
    /// Combines a target with its weight.
    ///
    /// # Errors
    /// [`Error::WeightOutOfRange`] if the weight is negative, infinite or NaN.
    pub fn new(target: V, weight: T) -> Result<Self> {
        if weight.is_finite() && weight >= T::ZERO {
            Ok(Self { target, weight })
        } else {
            Err(Error::WeightOutOfRange { what: "sample", position: None, value: weight.to_f64() })
        }
    }

    /// Returns the target.
    #[must_use]
    #[inline(always)]
    pub const fn target(&self) -> &V {
        &self.target
    }

    /// Returns the weight.
    #[must_use]
    #[inline(always)]
    pub const fn weight(&self) -> T {
        self.weight
    }
}

impl<Y: Target> Target for Weighted<Y> {
    const ELEMENTS: usize = Y::ELEMENTS;
    const LEAVES_OUT_STEPS: bool = Y::LEAVES_OUT_STEPS;

    type Value<T: Scalar> = WeightedValue<Y::Value<T>, T>;

    fn elements<T: Scalar>(value: &Self::Value<T>) -> impl Iterator<Item = (usize, T)> {
        Y::elements(&value.target)
    }

    fn end<T: Scalar>(value: &Self::Value<T>) -> Option<usize> {
        Y::end::<T>(&value.target)
    }

    fn label<T: Scalar>(value: &Self::Value<T>) -> Option<usize> {
        Y::label::<T>(&value.target)
    }
}
