//! Which loops are there, and which implementation does each type of number take?

use super::{Isa, activation, dense, softmax, update};
use crate::scalar::Scalar;

/// The loops over numbers that layers, losses and optimizers are made of, for one type of number.
///
/// All slices are flat and dense: batches are sample after sample. A weight of `H` outputs and `N` inputs has its outputs
/// contiguous: element (o, i) stands at `i * H + o`.
///
/// # Panics
/// A kernel panics when the lengths of its slices contradict one another. The layers of typenet never do that.
pub trait Kernels: Scalar {
    /// `y[s, o] = b[o] + Σ_i x[s, i] w[o, i]`, added in the order of i, the bias first.
    fn dense_forward<I: Isa>(isa: I, weight: &[Self], bias: &[Self], input: &[Self], output: &mut [Self]) {
        dense::naive_forward(isa, weight, bias, input, output);
    }

    /// `dx[s, i] = Σ_o g[s, o] w[o, i]`, added in the order of o. `outputs` is the number of outputs per sample.
    fn dense_input_gradient<I: Isa>(
        isa: I,
        weight: &[Self],
        outputs: usize,
        grad_output: &[Self],
        grad_input: &mut [Self],
    ) {
        dense::naive_input_gradient(isa, weight, outputs, grad_output, grad_input);
    }

    /// `dw[o, i] += Σ_s g[s, o] x[s, i]` and `db[o] += Σ_s g[s, o]`, added in the order of s.
    fn dense_weight_gradient<I: Isa>(
        isa: I,
        input: &[Self],
        grad_output: &[Self],
        grad_weight: &mut [Self],
        grad_bias: &mut [Self],
    ) {
        dense::naive_weight_gradient(isa, input, grad_output, grad_weight, grad_bias);
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

macro_rules! blocked_kernels {
    ($($float:ident),*) => {$(
        impl Kernels for $float {
            #[inline]
            fn dense_forward<I: Isa>(isa: I, weight: &[Self], bias: &[Self], input: &[Self], output: &mut [Self]) {
                isa.call(dense::Forward { weight, bias, input, output });
            }

            #[inline]
            fn dense_input_gradient<I: Isa>(
                isa: I,
                weight: &[Self],
                outputs: usize,
                grad_output: &[Self],
                grad_input: &mut [Self],
            ) {
                isa.call(dense::InputGradient { weight, outputs, grad_output, grad_input });
            }

            #[inline]
            fn dense_weight_gradient<I: Isa>(
                isa: I,
                input: &[Self],
                grad_output: &[Self],
                grad_weight: &mut [Self],
                grad_bias: &mut [Self],
            ) {
                isa.call(dense::WeightGradient { input, grad_output, grad_weight, grad_bias });
            }
        }
    )*};
}

blocked_kernels!(f32, f64);
