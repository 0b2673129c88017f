//! How does a formula transform every feature of a sample?

use core::slice;

use crate::dataset::SampleArray;
use crate::scalar::Scalar;

/// Returns the elements of one sample, mutably.
pub(super) fn flat_mut<A: SampleArray>(sample: &mut A) -> &mut [A::Scalar] {
    A::flat_batch_mut(slice::from_mut(sample))
}

/// Applies a formula to every finite element of a sample, given its position, and keeps it finite. Other elements stay
/// unchanged.
pub(super) fn change<T: Scalar>(values: &mut [T], formula: impl Fn(usize, f64) -> f64) {
    for (place, value) in values.iter_mut().enumerate() {
        if value.is_finite() {
            *value = T::from_f64(formula(place, value.to_f64()).clamp(-T::LARGEST, T::LARGEST));
        }
    }
}

/// Computes (x - low) / (high - low) for low < high, also if these differences are not finite.
pub(super) fn fraction(x: f64, low: f64, high: f64) -> f64 {
    let (part, whole) = (x - low, high - low);
    if part.is_finite() && whole.is_finite() { part / whole } else { (x / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0) }
}

/// Computes low + t (high - low) for low ≤ high, from the nearer end, so that 0 gives exactly `low` and 1 exactly `high`.
pub(super) fn between(t: f64, low: f64, high: f64) -> f64 {
    let whole = high - low;
    let part = |t: f64| if whole.is_finite() { t * whole } else { 2.0 * (t * (high / 2.0 - low / 2.0)) };
    if t < 0.5 { low + part(t) } else { high - part(1.0 - t) }
}
