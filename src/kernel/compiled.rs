//! The kernels of `f32` and `f64`: vector versions, compiled in this crate once per instruction set.

use super::dense::{Forward, InputGradient, WeightGradient};
use super::{AdamStep, DenseSizes, Isa, Kernels, MomentumStep, Portable, Program, activation, softmax, update};
#[cfg(all(feature = "std", target_arch = "x86_64"))]
use super::{Avx2, Avx512, Path};

/// Calls a function that is compiled in this crate once per instruction set: code that uses the kernels holds the call,
/// however many layers it has.
macro_rules! compiled {
    ($generic:ident, |$isa:ident, $($argument:ident: $type:ty),*| -> $output:ty { $($body:tt)* }) => {
        match $generic::PATH {
            #[cfg(all(feature = "std", target_arch = "x86_64"))]
            Path::Avx512 => {
                #[allow(clippy::too_many_arguments, reason = "sizes come apart from their struct")]
                #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
                fn compiled($($argument: $type),*) -> $output {
                    let $isa = Avx512(());
                    $($body)*
                }
                // SAFETY: the path is this one only where the caller's `isa` proves that the machine has it.
                unsafe { compiled($($argument),*) }
            }
            #[cfg(all(feature = "std", target_arch = "x86_64"))]
            Path::Avx2 => {
                #[allow(clippy::too_many_arguments, reason = "sizes come apart from their struct")]
                #[target_feature(enable = "avx2,fma")]
                fn compiled($($argument: $type),*) -> $output {
                    let $isa = Avx2(());
                    $($body)*
                }
                // SAFETY: as above.
                unsafe { compiled($($argument),*) }
            }
            _ => {
                #[allow(clippy::too_many_arguments, reason = "sizes come apart from their struct")]
                fn compiled($($argument: $type),*) -> $output {
                    let $isa = Portable(());
                    $($body)*
                }
                compiled($($argument),*)
            }
        }
    };
}

/// Kernels that replace each number of a slice by a function of it and, for those with a second slice, of the number at the
/// same place there: their names, and those of the vector versions with `[parameter]` and `(second slice)`.
macro_rules! elementwise {
    ($float:ident: $($name:ident = $kernel:ident $([$parameter:ident])? ($($other:ident)?),)*) => {$(
        #[inline]
        fn $name<I: Isa>(_: I, $($parameter: $float,)? $($other: &[$float],)? values: &mut [$float]) {
            compiled!(I, |isa, $($parameter: $float,)? $($other: &[$float],)? values: &mut [$float]| -> () {
                activation::$kernel(isa, $($parameter,)? $($other,)? values);
            });
        }
    )*};
}

macro_rules! vector_kernels {
    ($float:ident) => {
        impl Kernels for $float {
            #[inline]
            fn dense_forward<I: Isa>(
                _: I,
                sizes: DenseSizes,
                weight: &[$float],
                bias: &[$float],
                input: &[$float],
                output: &mut [$float],
            ) {
                // Apart, since a struct would go through memory and its constants be lost on the way.
                let DenseSizes { samples, inputs, outputs } = sizes;
                compiled!(I, |isa,
                              samples: usize,
                              inputs: usize,
                              outputs: usize,
                              weight: &[$float],
                              bias: &[$float],
                              input: &[$float],
                              output: &mut [$float]|
                 -> () {
                    Forward { sizes: DenseSizes { samples, inputs, outputs }, weight, bias, input, output }.run(isa);
                });
            }

            #[inline(always)]
            fn dense_forward_alone<I: Isa>(
                isa: I,
                sizes: DenseSizes,
                weight: &[$float],
                bias: &[$float],
                input: &[$float],
                output: &mut [$float],
            ) {
                Forward { sizes, weight, bias, input, output }.run_alone(isa);
            }

            #[inline(always)]
            fn hyperbolic_tangent_alone<I: Isa>(isa: I, values: &mut [$float]) {
                activation::tanh(isa, values);
            }

            #[inline(always)]
            fn softmax_alone<I: Isa>(isa: I, input: &[$float], output: &mut [$float]) {
                softmax::softmax_into(isa, input.len(), input, output);
            }

            #[inline]
            fn dense_input_gradient<I: Isa>(
                _: I,
                sizes: DenseSizes,
                weight: &[$float],
                grad_output: &[$float],
                grad_input: &mut [$float],
            ) {
                // Apart, since a struct would go through memory and its constants be lost on the way.
                let DenseSizes { samples, inputs, outputs } = sizes;
                compiled!(I, |isa,
                              samples: usize,
                              inputs: usize,
                              outputs: usize,
                              weight: &[$float],
                              grad_output: &[$float],
                              grad_input: &mut [$float]|
                 -> () {
                    InputGradient { sizes: DenseSizes { samples, inputs, outputs }, weight, grad_output, grad_input }
                        .run(isa);
                });
            }

            #[inline]
            fn dense_weight_gradient<I: Isa>(
                _: I,
                sizes: DenseSizes,
                input: &[$float],
                grad_output: &[$float],
                accumulate: bool,
                grad_weight: &mut [$float],
                grad_bias: &mut [$float],
            ) {
                // Apart, since a struct would go through memory and its constants be lost on the way.
                let DenseSizes { samples, inputs, outputs } = sizes;
                compiled!(I, |isa,
                              samples: usize,
                              inputs: usize,
                              outputs: usize,
                              input: &[$float],
                              grad_output: &[$float],
                              accumulate: bool,
                              grad_weight: &mut [$float],
                              grad_bias: &mut [$float]|
                 -> () {
                    WeightGradient {
                        sizes: DenseSizes { samples, inputs, outputs },
                        input,
                        grad_output,
                        accumulate,
                        grad_weight,
                        grad_bias,
                    }
                    .run(isa);
                });
            }

            #[inline]
            fn softmax<I: Isa>(_: I, classes: usize, values: &mut [$float]) {
                compiled!(I, |isa, classes: usize, values: &mut [$float]| -> () {
                    softmax::softmax(isa, classes, values);
                });
            }

            #[inline]
            fn softmax_into<I: Isa>(_: I, classes: usize, input: &[$float], output: &mut [$float]) {
                compiled!(I, |isa, classes: usize, input: &[$float], output: &mut [$float]| -> () {
                    softmax::softmax_into(isa, classes, input, output);
                });
            }

            #[inline]
            fn softmax_nll<I: Isa>(
                _: I,
                logits: &[$float],
                targets: &[u32],
                weight: $float,
                gradient: Option<&mut [$float]>,
            ) -> $float {
                compiled!(I, |isa,
                              logits: &[$float],
                              targets: &[u32],
                              weight: $float,
                              gradient: Option<&mut [$float]>|
                 -> $float { softmax::softmax_nll(isa, logits, targets, weight, gradient) })
            }

            #[inline]
            fn softmax_gradient<I: Isa>(_: I, classes: usize, output: &[$float], gradient: &mut [$float]) {
                compiled!(I, |isa, classes: usize, output: &[$float], gradient: &mut [$float]| -> () {
                    softmax::softmax_gradient(isa, classes, output, gradient);
                });
            }

            #[inline]
            fn add_assign<I: Isa>(_: I, sum: &mut [$float], addend: &[$float]) {
                compiled!(I, |isa, sum: &mut [$float], addend: &[$float]| -> () {
                    update::add_assign(isa, sum, addend)
                });
            }

            #[inline]
            fn largest_magnitude<I: Isa>(_: I, values: &[$float]) -> Option<$float> {
                compiled!(I, |isa, values: &[$float]| -> Option<$float> { update::largest_magnitude(isa, values) })
            }

            #[inline]
            fn sgd<I: Isa>(_: I, rate: $float, parameters: &mut [$float], gradient: &[$float]) {
                compiled!(I, |isa, rate: $float, parameters: &mut [$float], gradient: &[$float]| -> () {
                    update::sgd(isa, rate, parameters, gradient);
                });
            }

            #[inline]
            fn momentum<I: Isa>(
                _: I,
                settings: MomentumStep<$float>,
                parameters: &mut [$float],
                gradient: &[$float],
                velocity: &mut [$float],
            ) {
                compiled!(I, |isa,
                              settings: MomentumStep<$float>,
                              parameters: &mut [$float],
                              gradient: &[$float],
                              velocity: &mut [$float]|
                 -> () {
                    update::momentum(isa, settings, parameters, gradient, velocity);
                });
            }

            #[inline]
            fn adam<I: Isa>(
                _: I,
                settings: AdamStep<$float>,
                parameters: &mut [$float],
                gradient: &[$float],
                first_moment: &mut [$float],
                second_moment: &mut [$float],
            ) {
                compiled!(I, |isa,
                              settings: AdamStep<$float>,
                              parameters: &mut [$float],
                              gradient: &[$float],
                              first_moment: &mut [$float],
                              second_moment: &mut [$float]|
                 -> () {
                    update::adam(isa, settings, parameters, gradient, first_moment, second_moment);
                });
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

// In modules of their own, since a compiler translates modules at the same time, but the functions of one in turn.
mod single {
    #[allow(clippy::wildcard_imports, reason = "what the macro names")]
    use super::*;
    vector_kernels!(f32);
}
mod double {
    #[allow(clippy::wildcard_imports, reason = "what the macro names")]
    use super::*;
    vector_kernels!(f64);
}
