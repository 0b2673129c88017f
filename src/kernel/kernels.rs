//! Which loops are there, and which implementation does each type of number take?

use super::dense::blocked::{Forward, InputGradient, WeightGradient};
use super::{Avx2, Avx512, Isa, Path, Portable, Program, activation, dense, softmax, update};
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
    fn dense_forward<I: Isa>(isa: I, weight: &[Self], bias: &[Self], input: &[Self], output: &mut [Self]) {
        dense::naive_forward(isa, weight, bias, input, output);
    }

    /// `dx[s, i] = Σ_o g[s, o] w[o, i]`, added in the order of o, in runs of 128: each run is summed from zero, and the sums
    /// of the runs are added one after the other. `outputs` is the number of outputs per sample.
    fn dense_input_gradient<I: Isa>(
        isa: I,
        weight: &[Self],
        outputs: usize,
        grad_output: &[Self],
        grad_input: &mut [Self],
    ) {
        dense::naive_input_gradient(isa, weight, outputs, grad_output, grad_input);
    }

    /// `dw[o, i] = Σ_s g[s, o] x[s, i]` and `db[o] = Σ_s g[s, o]`, summed from zero in the order of s, and then written or,
    /// where `accumulate` says so, added to what is there.
    fn dense_weight_gradient<I: Isa>(
        isa: I,
        input: &[Self],
        grad_output: &[Self],
        accumulate: bool,
        grad_weight: &mut [Self],
        grad_bias: &mut [Self],
    ) {
        dense::naive_weight_gradient(isa, input, grad_output, accumulate, grad_weight, grad_bias);
    }

    /// y = 1 / (1 + e⁻ˣ), in place.
    fn sigmoid<I: Isa>(isa: I, values: &mut [Self]) {
        activation::sigmoid(isa, values);
    }

    /// g ← g y (1 - y), with y the output of the logistic function.
    fn sigmoid_gradient<I: Isa>(isa: I, output: &[Self], gradient: &mut [Self]) {
        activation::sigmoid_gradient(isa, output, gradient);
    }

    /// y = tanh x, in place.
    fn hyperbolic_tangent<I: Isa>(isa: I, values: &mut [Self]) {
        activation::tanh(isa, values);
    }

    /// g ← g (1 - y²), with y the output of tanh.
    fn hyperbolic_tangent_gradient<I: Isa>(isa: I, output: &[Self], gradient: &mut [Self]) {
        activation::tanh_gradient(isa, output, gradient);
    }

    /// y = max(0, x), in place.
    fn relu<I: Isa>(isa: I, values: &mut [Self]) {
        activation::relu(isa, values);
    }

    /// g ← g where y > 0, else 0, with y the output of ReLU.
    fn relu_gradient<I: Isa>(isa: I, output: &[Self], gradient: &mut [Self]) {
        activation::relu_gradient(isa, output, gradient);
    }

    /// `y[s, c] = e^(x[s, c] - m) / Σ_k e^(x[s, k] - m)`, with m the largest of the sample.
    fn softmax<I: Isa>(isa: I, classes: usize, values: &mut [Self]) {
        softmax::softmax(isa, classes, values);
    }

    /// `dx[s, c] = y[s, c] (g[s, c] - Σ_k g[s, k] y[s, k])`, in place of g, with y the output of softmax.
    fn softmax_gradient<I: Isa>(isa: I, classes: usize, output: &[Self], gradient: &mut [Self]) {
        softmax::softmax_gradient(isa, classes, output, gradient);
    }

    /// The negative log likelihood of class `class` under the softmax of one sample's `logits`, in nats. Where wanted,
    /// its gradient by the logits times `weight` is written too.
    fn softmax_nll<I: Isa>(isa: I, logits: &[Self], class: usize, weight: Self, gradient: Option<&mut [Self]>) -> Self {
        softmax::softmax_nll(isa, logits, class, weight, gradient)
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

/// Runs a program that is compiled in this crate, once per instruction set: code that uses the kernels calls it, however
/// many layers it has.
macro_rules! compiled {
    ($generic:ident, $program:ty, $value:expr) => {{
        let program = $value;
        match $generic::PATH {
            #[cfg(all(feature = "std", target_arch = "x86_64"))]
            Path::Avx512 => {
                fn compiled(program: $program) -> <$program as Program>::Output {
                    // `PATH` is this one only where the caller's `isa` proves that the machine has it.
                    Avx512(()).call(program)
                }
                compiled(program)
            }
            #[cfg(all(feature = "std", target_arch = "x86_64"))]
            Path::Avx2 => {
                fn compiled(program: $program) -> <$program as Program>::Output {
                    Avx2(()).call(program)
                }
                compiled(program)
            }
            _ => {
                fn compiled(program: $program) -> <$program as Program>::Output {
                    Portable(()).call(program)
                }
                compiled(program)
            }
        }
    }};
}

macro_rules! vector_kernels {
    ($($float:ident),*) => {$(
        impl Kernels for $float {
            #[inline]
            fn dense_forward<I: Isa>(_: I, weight: &[Self], bias: &[Self], input: &[Self], output: &mut [Self]) {
                let program = Forward { weight, bias, input, output };
                compiled!(I, Forward<'_, $float>, program);
            }

            #[inline]
            fn dense_input_gradient<I: Isa>(
                _: I,
                weight: &[Self],
                outputs: usize,
                grad_output: &[Self],
                grad_input: &mut [Self],
            ) {
                let program = InputGradient { weight, outputs, grad_output, grad_input };
                compiled!(I, InputGradient<'_, $float>, program);
            }

            #[inline]
            fn dense_weight_gradient<I: Isa>(
                _: I,
                input: &[Self],
                grad_output: &[Self],
                accumulate: bool,
                grad_weight: &mut [Self],
                grad_bias: &mut [Self],
            ) {
                let program = WeightGradient { input, grad_output, accumulate, grad_weight, grad_bias };
                compiled!(I, WeightGradient<'_, $float>, program);
            }
        }
    )*};
}

vector_kernels!(f32, f64);
