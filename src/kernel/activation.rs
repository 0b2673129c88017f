//! Elementwise nonlinear functions, in place, and their derivatives.
//!
//! The naive loops take one number after the other, for any type of number. The others take vector registers.

use core::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use super::Isa;
use super::function::{self, map};
use super::lanes::{Lanes, Vectors};
use crate::scalar::Scalar;

#[inline(always)]
pub(super) fn naive_sigmoid<T: Scalar, I: Isa>(_: I, values: &mut [T]) {
    for value in values {
        *value = naive_logistic(*value);
    }
}

#[inline(always)]
pub(super) fn sigmoid<T: Vectors, I: Isa>(isa: I, values: &mut [T]) {
    map!(T::In<I>, isa, values, |x| function::logistic(x));
}

#[inline(always)]
pub(super) fn naive_sigmoid_gradient<T: Scalar, I: Isa>(_: I, output: &[T], gradient: &mut [T]) {
    assert_eq!(output.len(), gradient.len(), "an output per gradient");
    for (g, &y) in gradient.iter_mut().zip(output) {
        *g *= y * (T::ONE - y);
    }
}

#[inline(always)]
pub(super) fn sigmoid_gradient<T: Vectors, I: Isa>(isa: I, output: &[T], gradient: &mut [T]) {
    let one = <T::In<I>>::splat(isa, T::ONE);
    map!(T::In<I>, isa, gradient, output, |g, y| g.mul(y.mul(one.sub(y))));
}

#[inline(always)]
pub(super) fn naive_tanh<T: Scalar, I: Isa>(_: I, values: &mut [T]) {
    for value in values {
        *value = value.tanh();
    }
}

#[inline(always)]
pub(super) fn tanh<T: Vectors, I: Isa>(isa: I, values: &mut [T]) {
    map!(T::In<I>, isa, values, |x| function::tanh(x));
}

#[inline(always)]
pub(super) fn naive_tanh_gradient<T: Scalar, I: Isa>(_: I, output: &[T], gradient: &mut [T]) {
    assert_eq!(output.len(), gradient.len(), "an output per gradient");
    for (g, &y) in gradient.iter_mut().zip(output) {
        *g *= T::ONE - y * y;
    }
}

#[inline(always)]
pub(super) fn tanh_gradient<T: Vectors, I: Isa>(isa: I, output: &[T], gradient: &mut [T]) {
    let one = <T::In<I>>::splat(isa, T::ONE);
    map!(T::In<I>, isa, gradient, output, |g, y| g.mul(one.sub(y.mul(y))));
}

#[inline(always)]
pub(super) fn naive_relu<T: Scalar, I: Isa>(_: I, values: &mut [T]) {
    for value in values {
        // Written so that NaN stays NaN: a diverged network must not look healthy.
        if *value < T::ZERO {
            *value = T::ZERO;
        }
    }
}

#[inline(always)]
pub(super) fn relu<T: Vectors, I: Isa>(isa: I, values: &mut [T]) {
    // Of zero and NaN this is NaN.
    let zero = <T::In<I>>::splat(isa, T::ZERO);
    map!(T::In<I>, isa, values, |x| zero.maximum(x));
}

#[inline(always)]
pub(super) fn naive_relu_gradient<T: Scalar, I: Isa>(_: I, output: &[T], gradient: &mut [T]) {
    assert_eq!(output.len(), gradient.len(), "an output per gradient");
    for (g, &y) in gradient.iter_mut().zip(output) {
        if y <= T::ZERO {
            *g = T::ZERO;
        }
    }
}

#[inline(always)]
pub(super) fn relu_gradient<T: Vectors, I: Isa>(isa: I, output: &[T], gradient: &mut [T]) {
    // Less than the smallest number above zero is at most zero.
    let least = <T::In<I>>::splat(isa, T::LEAST);
    map!(T::In<I>, isa, gradient, output, |g, y| g.zero_where(y.less(least)));
}

#[inline(always)]
pub(super) fn naive_leaky_relu<T: Scalar, I: Isa>(_: I, slope: T, values: &mut [T]) {
    for value in values {
        if *value < T::ZERO {
            *value *= slope;
        }
    }
}

#[inline(always)]
pub(super) fn leaky_relu<T: Vectors, I: Isa>(isa: I, slope: T, values: &mut [T]) {
    let [zero, slope] = [T::ZERO, slope].map(|value| <T::In<I>>::splat(isa, value));
    map!(T::In<I>, isa, values, |x| x.mul(slope).select(x.less(zero), x));
}

#[inline(always)]
pub(super) fn naive_leaky_relu_gradient<T: Scalar, I: Isa>(_: I, slope: T, output: &[T], gradient: &mut [T]) {
    assert_eq!(output.len(), gradient.len(), "an output per gradient");
    for (g, &y) in gradient.iter_mut().zip(output) {
        if y <= T::ZERO {
            *g *= slope;
        }
    }
}

#[inline(always)]
pub(super) fn leaky_relu_gradient<T: Vectors, I: Isa>(isa: I, slope: T, output: &[T], gradient: &mut [T]) {
    let [least, slope] = [T::LEAST, slope].map(|value| <T::In<I>>::splat(isa, value));
    map!(T::In<I>, isa, gradient, output, |g, y| g.mul(slope).select(y.less(least), g));
}

#[inline(always)]
pub(super) fn naive_elu<T: Scalar, I: Isa>(_: I, alpha: T, values: &mut [T]) {
    for value in values {
        if *value < T::ZERO {
            *value = alpha * value.exp_m1();
        }
    }
}

#[inline(always)]
pub(super) fn elu<T: Vectors, I: Isa>(isa: I, alpha: T, values: &mut [T]) {
    let [zero, alpha] = [T::ZERO, alpha].map(|value| <T::In<I>>::splat(isa, value));
    map!(T::In<I>, isa, values, |x| {
        let negative = function::exponential_minus_one_of_non_positive(zero.minimum(x));
        negative.mul(alpha).select(x.less(zero), x)
    });
}

#[inline(always)]
pub(super) fn naive_elu_gradient<T: Scalar, I: Isa>(_: I, alpha: T, output: &[T], gradient: &mut [T]) {
    assert_eq!(output.len(), gradient.len(), "an output per gradient");
    for (g, &y) in gradient.iter_mut().zip(output) {
        if y <= T::ZERO {
            *g *= y + alpha;
        }
    }
}

#[inline(always)]
pub(super) fn elu_gradient<T: Vectors, I: Isa>(isa: I, alpha: T, output: &[T], gradient: &mut [T]) {
    let [least, alpha] = [T::LEAST, alpha].map(|value| <T::In<I>>::splat(isa, value));
    map!(T::In<I>, isa, gradient, output, |g, y| g.mul(y.add(alpha)).select(y.less(least), g));
}

/// σ(x) = 1 / (1 + e⁻ˣ)
#[inline(always)]
fn naive_logistic<T: Scalar>(x: T) -> T {
    // The exponential of a number that is not positive cannot overflow.
    let e = (-x.absolute()).exp();
    let numerator = if x < T::ZERO { e } else { T::ONE };
    numerator / (T::ONE + e)
}

#[inline(always)]
pub(super) fn naive_silu<T: Scalar, I: Isa>(_: I, values: &mut [T]) {
    for value in values {
        *value *= naive_logistic(*value);
    }
}

#[inline(always)]
pub(super) fn silu<T: Vectors, I: Isa>(isa: I, values: &mut [T]) {
    map!(T::In<I>, isa, values, |x| x.mul(function::logistic(x)));
}

#[inline(always)]
pub(super) fn naive_silu_gradient<T: Scalar, I: Isa>(_: I, input: &[T], gradient: &mut [T]) {
    assert_eq!(input.len(), gradient.len(), "an input per gradient");
    for (g, &x) in gradient.iter_mut().zip(input) {
        let y = naive_logistic(x);
        *g *= y * (T::ONE + x * (T::ONE - y));
    }
}

#[inline(always)]
pub(super) fn silu_gradient<T: Vectors, I: Isa>(isa: I, input: &[T], gradient: &mut [T]) {
    let one = <T::In<I>>::splat(isa, T::ONE);
    map!(T::In<I>, isa, gradient, input, |g, x| {
        let y = function::logistic(x);
        g.mul(y.mul(x.mul_add(one.sub(y), one)))
    });
}

#[inline(always)]
pub(super) fn naive_softplus<T: Scalar, I: Isa>(_: I, beta: T, values: &mut [T]) {
    for value in values {
        let scaled = *value * beta;
        *value = T::ZERO.maximum(*value) + (-scaled.absolute()).exp().ln_1p() / beta;
    }
}

#[inline(always)]
pub(super) fn softplus<T: Vectors, I: Isa>(isa: I, beta: T, values: &mut [T]) {
    let beta = <T::In<I>>::splat(isa, beta);
    map!(T::In<I>, isa, values, |x| function::softplus(x, beta));
}

#[inline(always)]
pub(super) fn naive_softplus_gradient<T: Scalar, I: Isa>(_: I, beta: T, input: &[T], gradient: &mut [T]) {
    assert_eq!(input.len(), gradient.len(), "an input per gradient");
    for (g, &x) in gradient.iter_mut().zip(input) {
        *g *= naive_logistic(x * beta);
    }
}

#[inline(always)]
pub(super) fn softplus_gradient<T: Vectors, I: Isa>(isa: I, beta: T, input: &[T], gradient: &mut [T]) {
    let beta = <T::In<I>>::splat(isa, beta);
    map!(T::In<I>, isa, gradient, input, |g, x| g.mul(function::logistic(x.mul(beta))));
}

#[inline(always)]
pub(super) fn naive_gelu<T: Scalar, I: Isa>(_: I, values: &mut [T]) {
    for x in values {
        *x *= cumulative(*x);
    }
}

#[inline(always)]
pub(super) fn gelu<T: Vectors, I: Isa>(isa: I, values: &mut [T]) {
    map!(T::In<I>, isa, values, |x| function::gelu(x));
}

#[inline(always)]
pub(super) fn naive_gelu_gradient<T: Scalar, I: Isa>(_: I, input: &[T], gradient: &mut [T]) {
    assert_eq!(input.len(), gradient.len(), "an input per gradient");
    // φ(x) = e^(-x²/2) / √(2π).
    let [minus_half, at_zero] = [-0.5, 0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI].map(T::from_f64);
    for (g, &x) in gradient.iter_mut().zip(input) {
        *g *= cumulative(x) + x * at_zero * (minus_half * x * x).exp();
    }
}

/// Φ(x), the probability that a standard normal number is less than x.
#[inline(always)]
fn cumulative<T: Scalar>(x: T) -> T {
    T::from_f64(0.5) * (-x * T::from_f64(FRAC_1_SQRT_2)).erfc()
}

#[inline(always)]
pub(super) fn gelu_gradient<T: Vectors, I: Isa>(isa: I, input: &[T], gradient: &mut [T]) {
    map!(T::In<I>, isa, gradient, input, |g, x| g.mul(function::gelu_derivative(x)));
}

/// √(2/π) (x + 0.044715 x³).
#[inline(always)]
fn argument<T: Scalar>(x: T) -> T {
    T::from_f64(FRAC_1_SQRT_2 * FRAC_2_SQRT_PI) * (x + T::from_f64(0.044_715) * x * x * x)
}

#[inline(always)]
pub(super) fn naive_gelu_tanh<T: Scalar, I: Isa>(_: I, values: &mut [T]) {
    let half = T::from_f64(0.5);
    for x in values {
        *x *= half * (T::ONE + argument(*x).tanh());
    }
}

#[inline(always)]
pub(super) fn gelu_tanh<T: Vectors, I: Isa>(isa: I, values: &mut [T]) {
    map!(T::In<I>, isa, values, |x| function::gelu_tanh(x));
}

#[inline(always)]
pub(super) fn naive_gelu_tanh_gradient<T: Scalar, I: Isa>(_: I, input: &[T], gradient: &mut [T]) {
    assert_eq!(input.len(), gradient.len(), "an input per gradient");
    let [half, linear, cubic] = [0.5, FRAC_1_SQRT_2 * FRAC_2_SQRT_PI, 3.0 * 0.044_715].map(T::from_f64);
    for (g, &x) in gradient.iter_mut().zip(input) {
        let y = argument(x).tanh();
        let slope = linear * (T::ONE + cubic * x * x);
        *g *= half * (T::ONE + y + x * (T::ONE - y * y) * slope);
    }
}

#[inline(always)]
pub(super) fn gelu_tanh_gradient<T: Vectors, I: Isa>(isa: I, input: &[T], gradient: &mut [T]) {
    map!(T::In<I>, isa, gradient, input, |g, x| g.mul(function::gelu_tanh_derivative(x)));
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use crate::kernel::lanes::Vectors;
    use crate::kernel::{Isa, Kernels, Path, Program};

    /// What the kernels may differ by from their naive twins, which call libm, for numbers around one: in units of the
    /// type's precision. The naive GELU subtracts numbers of the size of one, whatever the size of the result.
    const TOLERANCE: f64 = 8.0;

    /// Results of the kernels and of their naive twins on values (NaN, zeros and infinities among them) and gradients.
    struct Compare<'a, T>(&'a [T], &'a [T]);

    impl<T: Kernels + Vectors> Program for Compare<'_, T> {
        type Output = Vec<(&'static str, Vec<T>, Vec<T>)>;

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) -> Self::Output {
            let Self(values, gradient) = self;
            let mut results = Vec::new();
            macro_rules! compare {
                ($($kernel:ident $([$parameter:literal])? $naive:ident of ($start:ident $(, $input:ident)?);)*) => {$(
                    let (mut ours, mut naive) = ($start.to_vec(), $start.to_vec());
                    T::$kernel(isa, $(T::from_f64($parameter),)? $($input,)? &mut ours);
                    super::$naive(isa, $(T::from_f64($parameter),)? $($input,)? &mut naive);
                    results.push((stringify!($kernel), ours, naive));
                )*};
            }
            compare! {
                sigmoid naive_sigmoid of (values);
                sigmoid_gradient naive_sigmoid_gradient of (gradient, values);
                hyperbolic_tangent naive_tanh of (values);
                hyperbolic_tangent_gradient naive_tanh_gradient of (gradient, values);
                relu naive_relu of (values);
                relu_gradient naive_relu_gradient of (gradient, values);
                gelu naive_gelu of (values);
                gelu_gradient naive_gelu_gradient of (gradient, values);
                gelu_tanh naive_gelu_tanh of (values);
                gelu_tanh_gradient naive_gelu_tanh_gradient of (gradient, values);
                leaky_relu [0.3] naive_leaky_relu of (values);
                leaky_relu_gradient [0.3] naive_leaky_relu_gradient of (gradient, values);
                elu [0.7] naive_elu of (values);
                elu_gradient [0.7] naive_elu_gradient of (gradient, values);
                silu naive_silu of (values);
                silu_gradient naive_silu_gradient of (gradient, values);
                softplus [1.5] naive_softplus of (values);
                softplus_gradient [1.5] naive_softplus_gradient of (gradient, values);
            }
            results
        }
    }

    fn check<T: Kernels + Vectors>(precision: f64, specials: &[f64]) {
        let values: Vec<T> =
            (-40..40).map(|k| f64::from(k) / 16.0).chain(specials.iter().copied()).map(T::from_f64).collect();
        let gradient: Vec<T> = (0..values.len()).map(|k| T::from_count(k % 7).mul_add(T::ONE, T::ONE)).collect();
        for path in Path::available() {
            for len in (0..values.len()).step_by(5).chain([values.len()]) {
                for (kernel, ours, naive) in path.run(Compare(&values[..len], &gradient[..len])) {
                    for ((x, ours), naive) in values.iter().zip(ours).zip(naive) {
                        let (ours, naive) = (ours.to_f64(), naive.to_f64());
                        let same = ours == naive || ours.is_nan() && naive.is_nan();
                        let exact = ["relu", "relu_gradient", "sigmoid_gradient", "hyperbolic_tangent_gradient"];
                        let near = !exact.contains(&kernel) && (ours - naive).abs() <= TOLERANCE * precision;
                        assert!(same || near, "{kernel} at {x} on {path:?}: {ours}, not {naive}");
                    }
                }
            }
        }
    }

    #[test]
    fn kernels_agree_with_their_naive_twins() {
        let specials = [0.0, -0.0, f64::NAN, 1e-30, -1e-30];
        check::<f32>(f32::EPSILON.into(), &specials);
        check::<f64>(f64::EPSILON, &specials);
    }

    #[test]
    fn relu_keeps_nan_and_infinities() {
        for path in Path::available() {
            let values = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::from_bits(1), -f32::from_bits(1)];
            for (kernel, ours, naive) in path.run(Compare(&values, &[1.0, f32::NAN, f32::NAN, 2.0, 3.0])) {
                let same = |(a, b): (&f32, &f32)| a == b || a.is_nan() && b.is_nan();
                assert!(
                    !kernel.starts_with("relu") || ours.iter().zip(&naive).all(same),
                    "{kernel}: {ours:?}, not {naive:?}"
                );
            }
        }
    }
}
