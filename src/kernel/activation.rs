//! Elementwise nonlinear functions, in place, and their derivatives in terms of their outputs.

use super::Isa;
use crate::scalar::Scalar;

#[inline(always)]
pub(super) fn sigmoid<T: Scalar, I: Isa>(_: I, values: &mut [T]) {
    for value in values {
        // The exponential of a number that is not positive cannot overflow.
        let e = (-value.absolute()).exp();
        let numerator = if *value < T::ZERO { e } else { T::ONE };
        *value = numerator / (T::ONE + e);
    }
}

#[inline(always)]
pub(super) fn sigmoid_gradient<T: Scalar, I: Isa>(_: I, output: &[T], gradient: &mut [T]) {
    assert_eq!(output.len(), gradient.len(), "an output per gradient");
    for (g, &y) in gradient.iter_mut().zip(output) {
        *g *= y * (T::ONE - y);
    }
}

#[inline(always)]
pub(super) fn tanh<T: Scalar, I: Isa>(_: I, values: &mut [T]) {
    for value in values {
        *value = value.tanh();
    }
}

#[inline(always)]
pub(super) fn tanh_gradient<T: Scalar, I: Isa>(_: I, output: &[T], gradient: &mut [T]) {
    assert_eq!(output.len(), gradient.len(), "an output per gradient");
    for (g, &y) in gradient.iter_mut().zip(output) {
        *g *= T::ONE - y * y;
    }
}

#[inline(always)]
pub(super) fn relu<T: Scalar, I: Isa>(_: I, values: &mut [T]) {
    for value in values {
        // Written so that NaN stays NaN: a diverged network must not look healthy.
        if *value < T::ZERO {
            *value = T::ZERO;
        }
    }
}

#[inline(always)]
pub(super) fn relu_gradient<T: Scalar, I: Isa>(_: I, output: &[T], gradient: &mut [T]) {
    assert_eq!(output.len(), gradient.len(), "an output per gradient");
    for (g, &y) in gradient.iter_mut().zip(output) {
        if y <= T::ZERO {
            *g = T::ZERO;
        }
    }
}
