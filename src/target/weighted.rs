//! How much does a sample count?

use core::marker::PhantomData;

use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::target::Target;

/// A kind of target whose every answer has a weight: what [`Dataset::weighted`](crate::Dataset::weighted) makes of `Y`, and
/// [`SampleWeights`](crate::loss::SampleWeights) compares with.
///
/// The weight is part of the answer, so that whatever is done to samples, shuffling, splitting and gathering for one, is
/// done to their weights too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Weighted<Y>(PhantomData<fn() -> Y>);

/// An answer with the weight of its sample, which is finite and not negative.
///
/// # Errors
/// [`WeightedValue::new`] refuses other weights, so a value of this type is always in range.
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
    /// An answer with its weight.
    ///
    /// # Errors
    /// [`Error::WeightOutOfRange`] when the weight is negative, infinite or NaN.
    pub fn new(target: V, weight: T) -> Result<Self> {
        if weight.is_finite() && weight >= T::ZERO {
            Ok(Self { target, weight })
        } else {
            Err(Error::WeightOutOfRange { what: "sample", position: None, value: weight.to_f64() })
        }
    }

    /// The answer.
    #[must_use]
    #[inline(always)]
    pub const fn target(&self) -> &V {
        &self.target
    }

    /// The weight.
    #[must_use]
    #[inline(always)]
    pub const fn weight(&self) -> T {
        self.weight
    }
}

impl<Y: Target> Target for Weighted<Y> {
    type Value<T: Scalar> = WeightedValue<Y::Value<T>, T>;

    fn numbers<T: Scalar>(value: &Self::Value<T>) -> &[T] {
        Y::numbers(&value.target)
    }
}
