//! How is every number of a sample changed by a formula of its feature?

use core::slice;

use crate::dataset::SampleArray;
use crate::scalar::Scalar;

/// The numbers of one sample, to be changed.
pub(super) fn flat_mut<A: SampleArray>(sample: &mut A) -> &mut [A::Scalar] {
    A::flat_batch_mut(slice::from_mut(sample))
}

/// Changes every finite number of a sample, given its place, and keeps it finite. Others stay what they are.
pub(super) fn change<T: Scalar>(numbers: &mut [T], formula: impl Fn(usize, f64) -> f64) {
    for (place, number) in numbers.iter_mut().enumerate() {
        if number.is_finite() {
            *number = T::from_f64(formula(place, number.to_f64()).clamp(-T::LARGEST, T::LARGEST));
        }
    }
}

/// (x - low) / (high - low) for low < high, also where these differences are not finite.
pub(super) fn fraction(x: f64, low: f64, high: f64) -> f64 {
    let (part, whole) = (x - low, high - low);
    if part.is_finite() && whole.is_finite() { part / whole } else { (x / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0) }
}

/// low + t (high - low) for low ≤ high, from the nearer end, so that 0 gives `low` and 1 gives `high` exactly.
pub(super) fn between(t: f64, low: f64, high: f64) -> f64 {
    let whole = high - low;
    let part = |t: f64| if whole.is_finite() { t * whole } else { 2.0 * (t * (high / 2.0 - low / 2.0)) };
    if t < 0.5 { low + part(t) } else { high - part(1.0 - t) }
}
