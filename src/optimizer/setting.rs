//! Which settings may an optimizer have?

use crate::error::{Error, Result};
use crate::scalar::Scalar;

/// What a block of squares of gradients must stay within: a learning rate is at most this many times ε √MAX, with MAX the
/// largest number. Roots of squares that are let through stay below 1e-4 √MAX, so even a rate that was raised between
/// steps makes no update above MAX / 10.
pub(super) const LARGEST_RATE: f64 = 1e3;

/// A share of something that is kept, which must be below 1 also when rounded, or it would be kept for ever.
pub(super) fn check_share<T: Scalar>(name: &'static str, value: f64) -> Result<()> {
    if (0.0..1.0).contains(&value) && T::from_f64(value) < T::ONE {
        return Ok(());
    }
    Err(Error::Setting { name, value, allowed: "at least 0 and below 1" })
}

/// A finite number above zero.
pub(super) fn check_positive(name: &'static str, value: f64) -> Result<()> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(Error::Setting { name, value, allowed: "a finite number above 0" })
}

/// A finite number of at least zero.
pub(super) fn check_not_negative(name: &'static str, value: f64) -> Result<()> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    Err(Error::Setting { name, value, allowed: "a finite number of at least 0" })
}

/// An ε whose square is in the range of the numbers: a smaller one would protect from nothing, as there the squares of
/// gradients are rounded to zero.
pub(super) fn check_epsilon<T: Scalar>(epsilon: f64) -> Result<()> {
    let root = libm::sqrt(T::LARGEST);
    if (2.0 / root..=root / 2.0).contains(&epsilon) {
        return Ok(());
    }
    let allowed = "a number above 0 whose square is in the range of the network's numbers";
    Err(Error::Setting { name: "epsilon", value: epsilon, allowed })
}

/// A learning rate that neither vanishes when rounded nor overflows, also times `first` and divided by `epsilon`.
pub(super) fn check_rate<T: Scalar>(rate: f64, first: f64, epsilon: f64) -> Result<()> {
    let (name, value) = ("learning rate", rate);
    check_positive(name, value)?;
    // Rounded to zero it would learn nothing.
    let (rounded, first) = (T::from_f64(value), T::from_f64(value * first));
    if rounded > T::ZERO && first.is_finite() && value / epsilon <= LARGEST_RATE * libm::sqrt(T::LARGEST) {
        return Ok(());
    }
    let allowed = "within the range of the network's numbers, also when divided by epsilon";
    Err(Error::Setting { name, value, allowed })
}
