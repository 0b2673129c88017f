//! The functions, computed one element after another, for any scalar type.

use core::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use crate::kernel::Isa;
use crate::scalar::Scalar;

#[inline(always)]
pub(super) fn sigmoid<T: Scalar, I: Isa>(_: I, values: &mut [T]) {
    for value in values {
        *value = logistic(*value);
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
        // Written so that NaN stays NaN: a diverged network must not be mistaken for a healthy one.
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

#[inline(always)]
pub(super) fn leaky_relu<T: Scalar, I: Isa>(_: I, slope: T, values: &mut [T]) {
    for value in values {
        if *value < T::ZERO {
            *value *= slope;
        }
    }
}

#[inline(always)]
pub(super) fn leaky_relu_gradient<T: Scalar, I: Isa>(_: I, slope: T, output: &[T], gradient: &mut [T]) {
    assert_eq!(output.len(), gradient.len(), "an output per gradient");
    for (g, &y) in gradient.iter_mut().zip(output) {
        if y <= T::ZERO {
            *g *= slope;
        }
    }
}

#[inline(always)]
pub(super) fn elu<T: Scalar, I: Isa>(_: I, alpha: T, values: &mut [T]) {
    for value in values {
        if *value < T::ZERO {
            *value = alpha * value.exp_m1();
        }
    }
}

#[inline(always)]
pub(super) fn elu_gradient<T: Scalar, I: Isa>(_: I, alpha: T, output: &[T], gradient: &mut [T]) {
    assert_eq!(output.len(), gradient.len(), "an output per gradient");
    for (g, &y) in gradient.iter_mut().zip(output) {
        if y <= T::ZERO {
            *g *= y + alpha;
        }
    }
}

/// σ(x) = 1 / (1 + e⁻ˣ)
#[inline(always)]
fn logistic<T: Scalar>(x: T) -> T {
    // The exponential of a non-positive value cannot overflow.
    let e = (-x.absolute()).exp();
    let numerator = if x < T::ZERO { e } else { T::ONE };
    numerator / (T::ONE + e)
}

#[inline(always)]
pub(super) fn silu<T: Scalar, I: Isa>(_: I, values: &mut [T]) {
    for value in values {
        *value *= logistic(*value);
    }
}

#[inline(always)]
pub(super) fn silu_gradient<T: Scalar, I: Isa>(_: I, input: &[T], gradient: &mut [T]) {
    assert_eq!(input.len(), gradient.len(), "an input per gradient");
    for (g, &x) in gradient.iter_mut().zip(input) {
        let y = logistic(x);
        *g *= y * (T::ONE + x * (T::ONE - y));
    }
}

#[inline(always)]
pub(super) fn softplus<T: Scalar, I: Isa>(_: I, beta: T, values: &mut [T]) {
    for value in values {
        let scaled = *value * beta;
        *value = T::ZERO.maximum(*value) + (-scaled.absolute()).exp().ln_1p() / beta;
    }
}

#[inline(always)]
pub(super) fn softplus_gradient<T: Scalar, I: Isa>(_: I, beta: T, input: &[T], gradient: &mut [T]) {
    assert_eq!(input.len(), gradient.len(), "an input per gradient");
    for (g, &x) in gradient.iter_mut().zip(input) {
        *g *= logistic(x * beta);
    }
}

#[inline(always)]
pub(super) fn gelu<T: Scalar, I: Isa>(_: I, values: &mut [T]) {
    for x in values {
        *x *= cumulative(*x);
    }
}

#[inline(always)]
pub(super) fn gelu_gradient<T: Scalar, I: Isa>(_: I, input: &[T], gradient: &mut [T]) {
    assert_eq!(input.len(), gradient.len(), "an input per gradient");
    // φ(x) = e^(-x²/2) / √(2π).
    let [minus_half, at_zero] = [-0.5, 0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI].map(T::from_f64);
    for (g, &x) in gradient.iter_mut().zip(input) {
        *g *= cumulative(x) + x * at_zero * (minus_half * x * x).exp();
    }
}

/// Φ(x), the probability that a standard normal variable is less than x.
#[inline(always)]
fn cumulative<T: Scalar>(x: T) -> T {
    T::from_f64(0.5) * (-x * T::from_f64(FRAC_1_SQRT_2)).erfc()
}

/// √(2/π) (x + 0.044715 x³).
#[inline(always)]
fn argument<T: Scalar>(x: T) -> T {
    T::from_f64(FRAC_1_SQRT_2 * FRAC_2_SQRT_PI) * (x + T::from_f64(0.044_715) * x * x * x)
}

#[inline(always)]
pub(super) fn gelu_tanh<T: Scalar, I: Isa>(_: I, values: &mut [T]) {
    let half = T::from_f64(0.5);
    for x in values {
        *x *= half * (T::ONE + argument(*x).tanh());
    }
}

#[inline(always)]
pub(super) fn gelu_tanh_gradient<T: Scalar, I: Isa>(_: I, input: &[T], gradient: &mut [T]) {
    assert_eq!(input.len(), gradient.len(), "an input per gradient");
    let [half, linear, cubic] = [0.5, FRAC_1_SQRT_2 * FRAC_2_SQRT_PI, 3.0 * 0.044_715].map(T::from_f64);
    for (g, &x) in gradient.iter_mut().zip(input) {
        let y = argument(x).tanh();
        let slope = linear * (T::ONE + cubic * x * x);
        *g *= half * (T::ONE + y + x * (T::ONE - y * y) * slope);
    }
}
