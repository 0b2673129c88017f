//! Which loops are there, and which implementation does each type of number take?

use super::dense::blocked::{Forward, InputGradient, WeightGradient};
#[cfg(all(feature = "std", target_arch = "x86_64"))]
use super::{Avx2, Avx512, Path};
use super::{Isa, Portable, Program, activation, dense, softmax, update};
use crate::scalar::Scalar;

/// The loops over numbers that layers, losses and optimizers are made of, for one type of number.
///
/// All slices are flat and dense: batches are sample after sample. A weight of `H` outputs and `N` inputs has its outputs
/// contiguous: element (o, i) stands at `i * H + o`.
///
/// # Panics
/// A kernel panics when the lengths of its slices contradict one another. The layers of typenet never do that.
pub trait Kernels: Scalar {
    /// `y[s, o] = b[o] + Σ_i x[s, i] w[o, i]`, added in the order of i, the bias first. From 16 inputs on they are cut into
    /// four runs of ⌊N/4⌋, the last with what is left: each run but the first is summed from zero, and the sums of the runs are
    /// added one after the other.
    fn dense_forward<I: Isa>(
        isa: I,
        sizes: DenseSizes,
        weight: &[Self],
        bias: &[Self],
        input: &[Self],
        output: &mut [Self],
    ) {
        dense::naive_forward(isa, sizes, weight, bias, input, output);
    }

    /// As [`dense_forward`](Kernels::dense_forward) for one sample, written out where it is called: for layers so small that
    /// a call weighs beside them.
    #[inline(always)]
    fn dense_forward_alone<I: Isa>(
        isa: I,
        sizes: DenseSizes,
        weight: &[Self],
        bias: &[Self],
        input: &[Self],
        output: &mut [Self],
    ) {
        Self::dense_forward(isa, sizes, weight, bias, input, output);
    }

    /// `dx[s, i] = Σ_o g[s, o] w[o, i]`, added in the order of o, in runs of 128: each run is summed from zero, and the sums
    /// of the runs are added one after the other.
    fn dense_input_gradient<I: Isa>(
        isa: I,
        sizes: DenseSizes,
        weight: &[Self],
        grad_output: &[Self],
        grad_input: &mut [Self],
    ) {
        dense::naive_input_gradient(isa, sizes, weight, grad_output, grad_input);
    }

    /// `dw[o, i] = Σ_s g[s, o] x[s, i]` and `db[o] = Σ_s g[s, o]`, summed from zero in the order of s, and then written or,
    /// where `accumulate` says so, added to what is there.
    fn dense_weight_gradient<I: Isa>(
        isa: I,
        sizes: DenseSizes,
        input: &[Self],
        grad_output: &[Self],
        accumulate: bool,
        grad_weight: &mut [Self],
        grad_bias: &mut [Self],
    ) {
        dense::naive_weight_gradient(isa, sizes, input, grad_output, accumulate, grad_weight, grad_bias);
    }

    /// y = 1 / (1 + e⁻ˣ), in place.
    fn sigmoid<I: Isa>(isa: I, values: &mut [Self]) {
        activation::naive_sigmoid(isa, values);
    }

    /// g ← g y (1 - y), with y the output of the logistic function.
    fn sigmoid_gradient<I: Isa>(isa: I, output: &[Self], gradient: &mut [Self]) {
        activation::naive_sigmoid_gradient(isa, output, gradient);
    }

    /// y = tanh x, in place.
    fn hyperbolic_tangent<I: Isa>(isa: I, values: &mut [Self]) {
        activation::naive_tanh(isa, values);
    }

    /// As [`hyperbolic_tangent`](Kernels::hyperbolic_tangent), written out where it is called.
    #[inline(always)]
    fn hyperbolic_tangent_alone<I: Isa>(isa: I, values: &mut [Self]) {
        Self::hyperbolic_tangent(isa, values);
    }

    /// g ← g (1 - y²), with y the output of tanh.
    fn hyperbolic_tangent_gradient<I: Isa>(isa: I, output: &[Self], gradient: &mut [Self]) {
        activation::naive_tanh_gradient(isa, output, gradient);
    }

    /// y = max(0, x), in place.
    fn relu<I: Isa>(isa: I, values: &mut [Self]) {
        activation::naive_relu(isa, values);
    }

    /// g ← g where y > 0, else 0, with y the output of ReLU.
    fn relu_gradient<I: Isa>(isa: I, output: &[Self], gradient: &mut [Self]) {
        activation::naive_relu_gradient(isa, output, gradient);
    }

    /// y = x Φ(x) = x (1 + erf(x / √2)) / 2, in place.
    fn gelu<I: Isa>(isa: I, values: &mut [Self]) {
        activation::naive_gelu(isa, values);
    }

    /// g ← g (Φ(x) + x φ(x)), with x the input of GELU and φ(x) = e^(-x²/2) / √(2π).
    fn gelu_gradient<I: Isa>(isa: I, input: &[Self], gradient: &mut [Self]) {
        activation::naive_gelu_gradient(isa, input, gradient);
    }

    /// y = x (1 + t) / 2 with t = tanh (√(2/π) (x + 0.044715 x³)), in place.
    fn gelu_tanh<I: Isa>(isa: I, values: &mut [Self]) {
        activation::naive_gelu_tanh(isa, values);
    }

    /// g ← g (1 + t + x (1 - t²) √(2/π) (1 + 3 · 0.044715 x²)) / 2, with x the input and t as in
    /// [`gelu_tanh`](Kernels::gelu_tanh).
    fn gelu_tanh_gradient<I: Isa>(isa: I, input: &[Self], gradient: &mut [Self]) {
        activation::naive_gelu_tanh_gradient(isa, input, gradient);
    }

    /// `y[s, c] = e^(x[s, c] - m) / Σ_k e^(x[s, k] - m)`, with m the largest of the sample.
    ///
    /// Sums over classes have a fixed order: class k joins partial sum k mod 16; partial sums are added in halves.
    fn softmax<I: Isa>(isa: I, classes: usize, values: &mut [Self]) {
        softmax::naive_softmax(isa, classes, values);
    }

    /// As [`softmax`](Kernels::softmax), from one place to another.
    fn softmax_into<I: Isa>(isa: I, classes: usize, input: &[Self], output: &mut [Self]) {
        output.copy_from_slice(input);
        Self::softmax(isa, classes, output);
    }

    /// As [`softmax_into`](Kernels::softmax_into) for one sample, written out where it is called.
    #[inline(always)]
    fn softmax_alone<I: Isa>(isa: I, input: &[Self], output: &mut [Self]) {
        Self::softmax_into(isa, input.len(), input, output);
    }

    /// `dx[s, c] = y[s, c] (g[s, c] - Σ_k g[s, k] y[s, k])`, in place of g, with y the output of softmax.
    fn softmax_gradient<I: Isa>(isa: I, classes: usize, output: &[Self], gradient: &mut [Self]) {
        softmax::softmax_gradient(isa, classes, output, gradient);
    }

    /// The sum over samples of the negative log likelihood of each one's target class under the softmax of its logits, in
    /// nats, added in the order of the samples. Where wanted, the gradient by the logits times `weight` is written too. Sums
    /// over classes are as in [`softmax`](Kernels::softmax), the target class last.
    fn softmax_nll<I: Isa>(
        isa: I,
        logits: &[Self],
        targets: &[u32],
        weight: Self,
        gradient: Option<&mut [Self]>,
    ) -> Self {
        softmax::naive_softmax_nll(isa, logits, targets, weight, gradient)
    }

    /// a ← a + b.
    fn add_assign<I: Isa>(isa: I, sum: &mut [Self], addend: &[Self]) {
        update::add_assign(isa, sum, addend);
    }

    /// The largest magnitude among the values, or nothing when one is infinite or NaN.
    fn largest_magnitude<I: Isa>(isa: I, values: &[Self]) -> Option<Self> {
        update::largest_magnitude(isa, values)
    }

    /// One step of stochastic gradient descent: θ ← θ - η ∇.
    fn sgd<I: Isa>(isa: I, rate: Self, parameters: &mut [Self], gradient: &[Self]) {
        update::sgd(isa, rate, parameters, gradient);
    }

    /// One step with momentum: v ← γ v + s ∇, then θ ← θ - r d with d = v, or d = γ v + s ∇ for Nesterov's form.
    ///
    /// `scale` s and `rate` r tell the lecture's form (s = η, r = 1) from PyTorch's (s = 1, r = η).
    fn momentum<I: Isa>(
        isa: I,
        settings: MomentumStep<Self>,
        parameters: &mut [Self],
        gradient: &[Self],
        velocity: &mut [Self],
    ) {
        update::momentum(isa, settings, parameters, gradient, velocity);
    }

    /// One step of Adam: m ← m + a (∇ - m), v ← v + b (∇² - v), then θ ← θ - r m / (√v + ε).
    fn adam<I: Isa>(
        isa: I,
        settings: AdamStep<Self>,
        parameters: &mut [Self],
        gradient: &[Self],
        first_moment: &mut [Self],
        second_moment: &mut [Self],
    ) {
        update::adam(isa, settings, parameters, gradient, first_moment, second_moment);
    }
}

/// The sizes of a product of a batch with a weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DenseSizes {
    /// The number of samples.
    pub samples: usize,
    /// Inputs per sample, N.
    pub inputs: usize,
    /// Outputs per sample, H.
    pub outputs: usize,
}

/// The numbers of one step with momentum, see [`Kernels::momentum`].
#[derive(Clone, Copy, Debug)]
pub struct MomentumStep<T> {
    /// γ, the share of the velocity that is kept.
    pub momentum: T,
    /// s, what the gradient is multiplied by before it joins the velocity.
    pub scale: T,
    /// r, what the velocity is multiplied by before it is subtracted.
    pub rate: T,
    /// Nesterov's form.
    pub nesterov: bool,
}

/// The numbers of one step of Adam, see [`Kernels::adam`]. Corrections of the bias are part of them.
#[derive(Clone, Copy, Debug)]
pub struct AdamStep<T> {
    /// a = 1 - β₁, how far the first moment moves towards the gradient.
    pub first_share: T,
    /// b = 1 - β₂, how far the second moment moves towards the square of the gradient.
    pub second_share: T,
    /// r, what the quotient of the moments is multiplied by before it is subtracted.
    pub rate: T,
    /// ε, what is added to the root of the second moment. Above zero, or a gradient of zero may make NaN.
    pub epsilon: T,
}

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

            #[inline]
            fn sigmoid<I: Isa>(_: I, values: &mut [$float]) {
                compiled!(I, |isa, values: &mut [$float]| -> () {
                    activation::sigmoid(isa, values);
                });
            }

            #[inline]
            fn sigmoid_gradient<I: Isa>(_: I, output: &[$float], gradient: &mut [$float]) {
                compiled!(I, |isa, output: &[$float], gradient: &mut [$float]| -> () {
                    activation::sigmoid_gradient(isa, output, gradient);
                });
            }

            #[inline]
            fn hyperbolic_tangent<I: Isa>(_: I, values: &mut [$float]) {
                compiled!(I, |isa, values: &mut [$float]| -> () {
                    activation::tanh(isa, values);
                });
            }

            #[inline]
            fn hyperbolic_tangent_gradient<I: Isa>(_: I, output: &[$float], gradient: &mut [$float]) {
                compiled!(I, |isa, output: &[$float], gradient: &mut [$float]| -> () {
                    activation::tanh_gradient(isa, output, gradient);
                });
            }

            #[inline]
            fn relu<I: Isa>(_: I, values: &mut [$float]) {
                compiled!(I, |isa, values: &mut [$float]| -> () {
                    activation::relu(isa, values);
                });
            }

            #[inline]
            fn gelu<I: Isa>(_: I, values: &mut [$float]) {
                compiled!(I, |isa, values: &mut [$float]| -> () {
                    activation::gelu(isa, values);
                });
            }

            #[inline]
            fn gelu_gradient<I: Isa>(_: I, input: &[$float], gradient: &mut [$float]) {
                compiled!(I, |isa, input: &[$float], gradient: &mut [$float]| -> () {
                    activation::gelu_gradient(isa, input, gradient);
                });
            }

            #[inline]
            fn gelu_tanh<I: Isa>(_: I, values: &mut [$float]) {
                compiled!(I, |isa, values: &mut [$float]| -> () {
                    activation::gelu_tanh(isa, values);
                });
            }

            #[inline]
            fn gelu_tanh_gradient<I: Isa>(_: I, input: &[$float], gradient: &mut [$float]) {
                compiled!(I, |isa, input: &[$float], gradient: &mut [$float]| -> () {
                    activation::gelu_tanh_gradient(isa, input, gradient);
                });
            }

            #[inline]
            fn relu_gradient<I: Isa>(_: I, output: &[$float], gradient: &mut [$float]) {
                compiled!(I, |isa, output: &[$float], gradient: &mut [$float]| -> () {
                    activation::relu_gradient(isa, output, gradient);
                });
            }
        }
    };
}

vector_kernels!(f32);
vector_kernels!(f64);
