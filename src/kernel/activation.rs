//! Elementwise nonlinear functions, in place, and their derivatives.

mod naive;
mod vector;

use super::compiled::{compiled, for_floats};
use super::{Isa, NaiveKernels};
use crate::scalar::Scalar;

/// Nonlinear functions of each element of a slice, and their derivatives.
pub trait ActivationKernels: Scalar {
    /// Computes y = 1 / (1 + e⁻ˣ), in place.
    fn sigmoid<I: Isa>(isa: I, values: &mut [Self]) {
        naive::sigmoid(isa, values);
    }

    /// Computes g ← g y (1 - y), where y is the output of the logistic function.
    fn sigmoid_gradient<I: Isa>(isa: I, output: &[Self], gradient: &mut [Self]) {
        naive::sigmoid_gradient(isa, output, gradient);
    }

    /// Computes y = tanh x, in place.
    fn hyperbolic_tangent<I: Isa>(isa: I, values: &mut [Self]) {
        naive::tanh(isa, values);
    }

    /// The same as [`hyperbolic_tangent`](ActivationKernels::hyperbolic_tangent), inlined into the caller.
    #[inline(always)]
    fn hyperbolic_tangent_alone<I: Isa>(isa: I, values: &mut [Self]) {
        Self::hyperbolic_tangent(isa, values);
    }

    /// Computes g ← g (1 - y²), where y is the output of tanh.
    fn hyperbolic_tangent_gradient<I: Isa>(isa: I, output: &[Self], gradient: &mut [Self]) {
        naive::tanh_gradient(isa, output, gradient);
    }

    /// Computes y = max(0, x), in place.
    fn relu<I: Isa>(isa: I, values: &mut [Self]) {
        naive::relu(isa, values);
    }

    /// Computes g ← g if y > 0, and 0 otherwise, where y is the output of ReLU.
    fn relu_gradient<I: Isa>(isa: I, output: &[Self], gradient: &mut [Self]) {
        naive::relu_gradient(isa, output, gradient);
    }

    /// Computes y = x if x > 0, and s x otherwise, in place, where s is the slope.
    fn leaky_relu<I: Isa>(isa: I, slope: Self, values: &mut [Self]) {
        naive::leaky_relu(isa, slope, values);
    }

    /// Computes g ← g if y > 0, and s g otherwise, where y is the output of the leaky ReLU with slope s > 0.
    fn leaky_relu_gradient<I: Isa>(isa: I, slope: Self, output: &[Self], gradient: &mut [Self]) {
        naive::leaky_relu_gradient(isa, slope, output, gradient);
    }

    /// Computes y = x if x > 0, and α (eˣ - 1) otherwise, in place.
    fn elu<I: Isa>(isa: I, alpha: Self, values: &mut [Self]) {
        naive::elu(isa, alpha, values);
    }

    /// Computes g ← g if y > 0, and g (y + α) otherwise, where y is the output of ELU and α > 0.
    fn elu_gradient<I: Isa>(isa: I, alpha: Self, output: &[Self], gradient: &mut [Self]) {
        naive::elu_gradient(isa, alpha, output, gradient);
    }

    /// Computes y = x σ(x) with σ(x) = 1 / (1 + e⁻ˣ), in place.
    fn silu<I: Isa>(isa: I, values: &mut [Self]) {
        naive::silu(isa, values);
    }

    /// Computes g ← g σ(x) (1 + x (1 - σ(x))), where x is the input of SiLU.
    fn silu_gradient<I: Isa>(isa: I, input: &[Self], gradient: &mut [Self]) {
        naive::silu_gradient(isa, input, gradient);
    }

    /// Computes y = ln (1 + e^(β x)) / β, in place.
    fn softplus<I: Isa>(isa: I, beta: Self, values: &mut [Self]) {
        naive::softplus(isa, beta, values);
    }

    /// Computes g ← g σ(β x), where x is the input of softplus.
    fn softplus_gradient<I: Isa>(isa: I, beta: Self, input: &[Self], gradient: &mut [Self]) {
        naive::softplus_gradient(isa, beta, input, gradient);
    }

    /// Computes y = x Φ(x) = x (1 + erf(x / √2)) / 2, in place.
    fn gelu<I: Isa>(isa: I, values: &mut [Self]) {
        naive::gelu(isa, values);
    }

    /// Computes g ← g (Φ(x) + x φ(x)), where x is the input of GELU and φ(x) = e^(-x²/2) / √(2π).
    fn gelu_gradient<I: Isa>(isa: I, input: &[Self], gradient: &mut [Self]) {
        naive::gelu_gradient(isa, input, gradient);
    }

    /// Computes y = x (1 + t) / 2 with t = tanh (√(2/π) (x + 0.044715 x³)), in place.
    fn gelu_tanh<I: Isa>(isa: I, values: &mut [Self]) {
        naive::gelu_tanh(isa, values);
    }

    /// Computes g ← g (1 + t + x (1 - t²) √(2/π) (1 + 3 · 0.044715 x²)) / 2, where x is the input and t the same as in
    /// [`gelu_tanh`](ActivationKernels::gelu_tanh).
    fn gelu_tanh_gradient<I: Isa>(isa: I, input: &[Self], gradient: &mut [Self]) {
        naive::gelu_tanh_gradient(isa, input, gradient);
    }
}

impl<T: NaiveKernels> ActivationKernels for T {}

/// Defines kernels that replace each element of a slice by a function of it and, with a second slice, of the element at the
/// same position there. The arguments are their names, and those of the vector versions with `[parameter]` and
/// `(second slice)`.
macro_rules! elementwise {
    ($float:ident: $($name:ident = $kernel:ident $([$parameter:ident])? ($($other:ident)?),)*) => {$(
        #[inline]
        fn $name<I: Isa>(_: I, $($parameter: $float,)? $($other: &[$float],)? values: &mut [$float]) {
            compiled!(I, |isa, $($parameter: $float,)? $($other: &[$float],)? values: &mut [$float]| -> () {
                vector::$kernel(isa, $($parameter,)? $($other,)? values);
            });
        }
    )*};
}

macro_rules! activation_kernels {
    ($float:ident) => {
        impl ActivationKernels for $float {
            #[inline(always)]
            fn hyperbolic_tangent_alone<I: Isa>(isa: I, values: &mut [$float]) {
                vector::tanh(isa, values);
            }

            elementwise! {
                $float:
                sigmoid = sigmoid(), sigmoid_gradient = sigmoid_gradient(output),
                hyperbolic_tangent = tanh(), hyperbolic_tangent_gradient = tanh_gradient(output),
                relu = relu(), relu_gradient = relu_gradient(output),
                gelu = gelu(), gelu_gradient = gelu_gradient(input),
                gelu_tanh = gelu_tanh(), gelu_tanh_gradient = gelu_tanh_gradient(input),
                silu = silu(), silu_gradient = silu_gradient(input),
                leaky_relu = leaky_relu[slope](), leaky_relu_gradient = leaky_relu_gradient[slope](output),
                elu = elu[alpha](), elu_gradient = elu_gradient[alpha](output),
                softplus = softplus[beta](), softplus_gradient = softplus_gradient[beta](input),
            }
        }
    };
}

for_floats!(activation_kernels);

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use crate::kernel::lanes::Vectors;
    use crate::kernel::{Isa, Kernels, Path, Program};

    /// The allowed difference between the kernels and their naive twins, which call libm, for values around one, in units of
    /// the type's precision. The naive GELU subtracts values of about one, whatever the magnitude of the result.
    const TOLERANCE: f64 = 8.0;

    /// The results of the kernels and of their naive twins on values (including NaN, zeros and infinities) and gradients.
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
                    super::naive::$naive(isa, $(T::from_f64($parameter),)? $($input,)? &mut naive);
                    results.push((stringify!($kernel), ours, naive));
                )*};
            }
            compare! {
                sigmoid sigmoid of (values);
                sigmoid_gradient sigmoid_gradient of (gradient, values);
                hyperbolic_tangent tanh of (values);
                hyperbolic_tangent_gradient tanh_gradient of (gradient, values);
                relu relu of (values);
                relu_gradient relu_gradient of (gradient, values);
                gelu gelu of (values);
                gelu_gradient gelu_gradient of (gradient, values);
                gelu_tanh gelu_tanh of (values);
                gelu_tanh_gradient gelu_tanh_gradient of (gradient, values);
                leaky_relu [0.3] leaky_relu of (values);
                leaky_relu_gradient [0.3] leaky_relu_gradient of (gradient, values);
                elu [0.7] elu of (values);
                elu_gradient [0.7] elu_gradient of (gradient, values);
                silu silu of (values);
                silu_gradient silu_gradient of (gradient, values);
                softplus [1.5] softplus of (values);
                softplus_gradient [1.5] softplus_gradient of (gradient, values);
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
    fn kernels_agree_with_their_twins() {
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
