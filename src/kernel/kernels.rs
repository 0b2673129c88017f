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

    /// y = x where x > 0, else s x, in place, with s the slope.
    fn leaky_relu<I: Isa>(isa: I, slope: Self, values: &mut [Self]) {
        activation::naive_leaky_relu(isa, slope, values);
    }

    /// g ← g where y > 0, else s g, with y the output of the leaky ReLU of slope s > 0.
    fn leaky_relu_gradient<I: Isa>(isa: I, slope: Self, output: &[Self], gradient: &mut [Self]) {
        activation::naive_leaky_relu_gradient(isa, slope, output, gradient);
    }

    /// y = x where x > 0, else α (eˣ - 1), in place.
    fn elu<I: Isa>(isa: I, alpha: Self, values: &mut [Self]) {
        activation::naive_elu(isa, alpha, values);
    }

    /// g ← g where y > 0, else g (y + α), with y the output of ELU and α > 0.
    fn elu_gradient<I: Isa>(isa: I, alpha: Self, output: &[Self], gradient: &mut [Self]) {
        activation::naive_elu_gradient(isa, alpha, output, gradient);
    }

    /// y = x σ(x) with σ(x) = 1 / (1 + e⁻ˣ), in place.
    fn silu<I: Isa>(isa: I, values: &mut [Self]) {
        activation::naive_silu(isa, values);
    }

    /// g ← g σ(x) (1 + x (1 - σ(x))), with x the input of SiLU.
    fn silu_gradient<I: Isa>(isa: I, input: &[Self], gradient: &mut [Self]) {
        activation::naive_silu_gradient(isa, input, gradient);
    }

    /// y = ln (1 + e^(β x)) / β, in place.
    fn softplus<I: Isa>(isa: I, beta: Self, values: &mut [Self]) {
        activation::naive_softplus(isa, beta, values);
    }

    /// g ← g σ(β x), with x the input of softplus.
    fn softplus_gradient<I: Isa>(isa: I, beta: Self, input: &[Self], gradient: &mut [Self]) {
        activation::naive_softplus_gradient(isa, beta, input, gradient);
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
