//! Which settings of optimizers are in range?

use crate::error::{Error, Result};
use crate::scalar::Scalar;

/// The limit on the learning rate of an optimizer that divides by roots of squared gradients: the rate must not exceed this
/// many times ε √MAX, where MAX is the largest finite value. The roots stay below 1e-4 √MAX, since larger squares are refused,
/// so an update stays below MAX / 10 even if the rate was raised between steps.
pub(super) const LARGEST_RATE: f64 = 1e3;

/// Checks the share of a quantity that is kept. It must be below 1 after rounding too, or the quantity would be kept forever.
pub(super) fn check_share<T: Scalar>(name: &'static str, value: f64) -> Result<()> {
    if (0.0..1.0).contains(&value) && T::from_f64(value) < T::ONE {
        return Ok(());
    }
    Err(Error::Setting { name, value, allowed: "at least 0 and below 1" })
}

/// Checks that a setting is finite and above zero.
pub(super) fn check_positive(name: &'static str, value: f64) -> Result<()> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(Error::Setting { name, value, allowed: "a finite number above 0" })
}

/// Checks that a setting is finite and not negative.
pub(super) fn check_not_negative(name: &'static str, value: f64) -> Result<()> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    Err(Error::Setting { name, value, allowed: "a finite number of at least 0" })
}

/// Checks that the square of ε is in the range of `T`. A smaller ε would protect against nothing, since there the squares of
/// gradients round to zero.
pub(super) fn check_epsilon<T: Scalar>(epsilon: f64) -> Result<()> {
    let root = libm::sqrt(T::LARGEST);
    if (2.0 / root..=root / 2.0).contains(&epsilon) {
        return Ok(());
    }
    let allowed = "a number above 0 whose square is in the range of the scalar type";
    Err(Error::Setting { name: "epsilon", value: epsilon, allowed })
}

/// Checks that a learning rate does not round to zero, and does not overflow when multiplied by `first` or divided by
/// `epsilon`.
pub(super) fn check_rate<T: Scalar>(rate: f64, first: f64, epsilon: f64) -> Result<()> {
    let (name, value) = ("learning rate", rate);
    check_positive(name, value)?;
    // A rate rounded to zero would learn nothing.
    let (rounded, first) = (T::from_f64(value), T::from_f64(value * first));
    if rounded > T::ZERO && first.is_finite() && value / epsilon <= LARGEST_RATE * libm::sqrt(T::LARGEST) {
        return Ok(());
    }
    let allowed = "within the range of the scalar type, also when divided by epsilon";
    Err(Error::Setting { name, value, allowed })
}
