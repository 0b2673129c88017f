//! Self-attention.

mod rotary;
mod weights;

#[cfg(feature = "onnx")]
mod onnx;

#[cfg(feature = "onnx")]
pub(in crate::layer) use self::onnx::Attention;
use self::rotary::{Turn, rotate};
pub use self::weights::AttentionWeights;
pub(in crate::layer) use self::weights::Parts;

use core::marker::PhantomData;

use rand::Rng as RandomSource;

use crate::initializer::Initializer;
use crate::kernel::{AttentionSizes, DenseSizes, Formula, Isa, Kernels, Real, Reduction};
use crate::layer::{Backward, Forward, Layer, NextStep, Plan, SiteOf, StreamPlan, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{ProbabilitySequence, Sequence, Shape};

/// Multi-head self-attention: each step of a sequence becomes a mean of all steps, weighted by how well they match it.
///
/// With `HEADS` heads of D = N / `HEADS` elements, of which each has its part of the rows of all projections:
///
/// ```text
/// q = W_q x + b_q, k = W_k x + b_k, v = W_v x + b_v      of each step
/// a[t, s] = softmax over s of (q[t] · k[s] / √D)          for each head
/// o[t] = Σ_s a[t, s] v[s]                                 for each head
/// y = W_o o + b_o                                         of each step, with o of all heads one after the other
/// ```
///
/// Written `SelfAttention<4>`, which is 4 heads. In `SelfAttention<4>(causal = true)`, step t sees only the steps s ≤ t, so the
/// output of a step does not depend on later ones. `SelfAttention<4>(bias = false)` has no b. The network infers the number of
/// features N.
///
/// Attention without a mask does not know the order of the steps. [`PositionEmbedding`](crate::PositionEmbedding) and
/// [`SinePositionEncoding`](crate::SinePositionEncoding) mark the input with it. `SelfAttention<4>(rotary = true)` marks queries and
/// keys instead, and only their distance matters: each pair of neighboring elements turns with the step t, before the product.
///
/// ```text
/// q[t, 2i]     ← q[t, 2i] cos α - q[t, 2i + 1] sin α      with α = t / 10000^(2i / D), and the same for k
/// q[t, 2i + 1] ← q[t, 2i] sin α + q[t, 2i + 1] cos α
/// ```
///
/// These are the interleaved pairs of the source. Some programs pair the elements i and i + D / 2 instead, which are the same for
/// permuted rows of W_q and W_k.
///
/// # Shapes
/// Input and output: `Sequence<L, N>`. [`AttentionWeights`]: `in_proj_weight` has W_q, W_k and W_v, and `out_proj` has W_o, as in
/// PyTorch's `MultiheadAttention`.
///
/// Each of the four weights starts as the initializer asks, Glorot's by default, as that of a layer of N inputs and N outputs.
/// Biases start at zero.
///
/// Steps of padding are not attended to: see [`Padded`](crate::Padded).
///
/// # Gradients
/// Those of the four projections are as in [`Dense`](crate::Dense). With g = dL/do:
///
/// ```text
/// h[t, s] = a[t, s] (g[t] · v[s] - g[t] · o[t]) / √D
/// dL/dq[t] = Σ_s h[t, s] k[s]
/// dL/dk[s] = Σ_t h[t, s] q[t]
/// dL/dv[s] = Σ_t a[t, s] g[t]
/// ```
///
/// # Errors
/// The layer does not compile unless `HEADS` divides N, and D is even with `rotary = true`.
///
/// # Numerics
/// Sums are computed in the orders of [`AttentionKernels`](crate::kernel::AttentionKernels) and
/// [`DenseKernels`](crate::kernel::DenseKernels). Steps that are masked are not read, so not even NaN in a later step changes an
/// earlier output. Training keeps all weights a, `HEADS` L² elements per sample. A prediction keeps those of
/// [`ATTENTION_ROWS`](crate::kernel::ATTENTION_ROWS) steps.
///
/// # Source
/// A. Vaswani et al., "Attention is all you need", 2017, section 3.2. Rotary positions: J. Su et al., "RoFormer: Enhanced transformer
/// with rotary position embedding", 2021, section 3.2.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// // A layer of a transformer, which reads 10 steps of 8 features.
/// network!(struct Attend (Sequence<10, 8>) = LayerNorm, attention: SelfAttention<2>(causal = true));
/// assert_eq!(Attend::PARAMETERS, 2 * 8 + 4 * (8 * 8 + 8));
///
/// // Without queries all steps match equally well: the output is the mean of the steps before and the step itself.
/// network!(struct Mean (Sequence<3, 1>) = attention: SelfAttention<1>(causal = true));
/// let mut mean = Mean::zeroed();
/// mean.attention.in_proj_weight[0][2][0] = 1.0;
/// mean.attention.out_proj.weight[0] = 1.0;
/// assert_eq!(mean.predict(&[[1.0], [2.0], [6.0]]), [[1.0], [1.5], [3.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SelfAttention<
    const HEADS: usize,
    const N: usize,
    const CAUSAL: bool = false,
    const ROTARY: bool = false,
    const B: usize = N,
>;

/// The plan of a [`SelfAttention`].
#[derive(Debug)]
pub struct SelfAttentionPlan<const HEADS: usize, const N: usize, const CAUSAL: bool, In>(PhantomData<In>);

impl<const HEADS: usize, const N: usize, const CAUSAL: bool, In: Shape> SelfAttentionPlan<HEADS, N, CAUSAL, In> {
    /// The number of steps.
    const STEPS: usize = In::DIMENSIONS[0];

    /// Returns the sizes of the attention. Heads that do not divide the features are an error of the network.
    const fn sizes(samples: usize) -> AttentionSizes {
        let width = match N.checked_div(HEADS) {
            Some(width) => width,
            None => 0,
        };
        AttentionSizes { samples, steps: Self::STEPS, heads: HEADS, width, is_causal: CAUSAL }
    }
}

impl<const HEADS: usize, const N: usize, const CAUSAL: bool, In: Shape> Plan
    for SelfAttentionPlan<HEADS, N, CAUSAL, In>
{
    /// Queries, keys and values, the output of all heads and its gradient, the means of the gradient, and the weights.
    const CACHE_LEN: usize = Self::STEPS * (5 * N + HEADS) + Self::sizes(1).weights_len();
    const INFERENCE_LEN: usize = Self::STEPS * 4 * N + Self::sizes(1).scratch_len();
    const MULTIPLY_ADDS: u64 = {
        let pairs = if CAUSAL { Self::STEPS * (Self::STEPS + 1) / 2 } else { Self::STEPS * Self::STEPS };
        (Self::STEPS * 4 * N * N + 2 * N * pairs) as u64
    };
    const READS_OUTPUT: bool = false;
    const SUMS_FROM_ZERO: bool = true;
    const ROWS: usize = Self::STEPS;
    const ALLOWS_PADDING: bool = true;
    /// The keys and values of all steps so far. A step has its query, key and value, the output of all heads, and the weights.
    const STREAM: Option<StreamPlan> = if CAUSAL {
        Some(StreamPlan {
            state: 2 * N * Self::STEPS,
            scratch: 4 * N + Self::STEPS,
            steps: Self::STEPS,
            carries: false,
        })
    } else {
        None
    };
}

/// The product of the output and its gradient, added for each head.
struct Means;

impl Formula<2, 0, 0, 0, 1> for Means {
    const REDUCTIONS: [Reduction; 1] = [Reduction::Sum];

    #[inline(always)]
    fn apply<R: Real>(&self, _: R, [output, gradient]: [R; 2], _: [R; 0], _: [R; 0], _: [R; 0]) -> ([R; 0], [R; 1]) {
        ([], [output.mul(gradient)])
    }
}

impl<const HEADS: usize, const N: usize, const CAUSAL: bool, const ROTARY: bool, const B: usize>
    SelfAttention<HEADS, N, CAUSAL, ROTARY, B>
{
    /// Returns the sizes for a slice of elements of sequences, those of the first product, and those of the last.
    fn sizes<In: Shape>(elements: usize) -> (AttentionSizes, [DenseSizes; 2]) {
        let sizes = SelfAttentionPlan::<HEADS, N, CAUSAL, In>::sizes(elements / In::LEN);
        assert!(sizes.width * HEADS == N, "the number of heads of a `SelfAttention` divides the number of features");
        assert!(!ROTARY || sizes.width.is_multiple_of(2), "the heads of a rotary `SelfAttention` have an even width");
        let dense = |outputs| DenseSizes { samples: sizes.samples * sizes.steps, inputs: N, outputs };
        (sizes, [dense(3 * N), dense(N)])
    }

    /// Computes the output. The cache keeps all weights in a training pass.
    fn attend<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        parameters: &AttentionWeights<N, T, B>,
        is_training: bool,
        Forward { input, output, cache, phase }: Forward<'_, T>,
    ) {
        let (sizes, [of_input, of_output]) = Self::sizes::<In>(input.len());
        let Parts { in_weight, in_bias, out_weight, out_bias } = parameters.parts();
        let (projected, rest) = cache.split_at_mut(3 * input.len());
        let (attended, rest) = rest.split_at_mut(input.len());
        let weights =
            if is_training { &mut rest[Self::gradients_len(sizes)..] } else { &mut rest[..sizes.scratch_len()] };
        T::dense_forward(isa, of_input, in_weight, in_bias, input, projected);
        if ROTARY {
            rotate(sizes, 0, Turn::Ahead, projected);
        }
        // The output is written last, so it is scratch memory until then.
        let counts = phase.step_counts::<In>(0);
        if counts.are_all() {
            T::attention(isa, sizes, projected, output, weights, attended);
        } else {
            let slices = projected.chunks_exact(3 * In::LEN).zip(attended.chunks_exact_mut(In::LEN));
            for (sample, (projected, attended)) in slices.enumerate() {
                let sizes = AttentionSizes { samples: 1, steps: counts.of(sample), ..sizes };
                let (attended, padding) = attended.split_at_mut(sizes.steps * N);
                let weights = Self::weights_of::<In, T>(sizes, is_training.then_some(sample), weights);
                T::attention(isa, sizes, &projected[..3 * attended.len()], output, weights, attended);
                padding.fill(T::ZERO);
            }
        }
        T::dense_forward(isa, of_output, out_weight, out_bias, attended, output);
    }

    /// Returns the memory for the weights of a sample with as many steps as `sizes` says: in its part of all weights, or scratch memory.
    fn weights_of<In: Shape, T>(sizes: AttentionSizes, sample: Option<usize>, weights: &mut [T]) -> &mut [T] {
        match sample {
            Some(sample) => {
                let start = sample * SelfAttentionPlan::<HEADS, N, CAUSAL, In>::sizes(1).weights_len();
                &mut weights[start..][..sizes.weights_len()]
            }
            None => &mut weights[..sizes.scratch_len()],
        }
    }

    /// Returns the number of elements of what the cache keeps between the output of all heads and the weights: its gradient, and the
    /// means.
    const fn gradients_len(sizes: AttentionSizes) -> usize {
        sizes.samples * sizes.steps * (N + HEADS)
    }
}

impl<const HEADS: usize, const N: usize, const CAUSAL: bool, const ROTARY: bool, const B: usize> Layer
    for SelfAttention<HEADS, N, CAUSAL, ROTARY, B>
{
    type Output<In: Shape> = In::Plain;
    type Logits<In: Shape> = In::Plain;
    type With<T: Scalar> = AttentionWeights<N, T, B>;
    type Settings = ();
    type Plan<In: Shape> = SelfAttentionPlan<HEADS, N, CAUSAL, In>;

    fn initialize<T: Scalar, R: RandomSource + ?Sized>(
        parameters: &mut Self::With<T>,
        (): &(),
        initializer: Initializer,
        rng: &mut R,
    ) {
        parameters.initialize(initializer, rng);
    }

    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        Self::attend::<In, T, I>(isa, site.parameters, true, memory);
    }

    fn infer<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        Self::attend::<In, T, I>(isa, site.parameters, false, memory);
    }

    fn step<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: NextStep<'_, T>) {
        let NextStep { input, output, state, scratch, position } = memory;
        let Parts { in_weight, in_bias, out_weight, out_bias } = site.parameters.parts();
        let capacity = In::DIMENSIONS[0];
        let (keys, values) = state.split_at_mut(N * capacity);
        let (projected, scratch) = scratch.split_at_mut(3 * N);
        let (attended, weights) = scratch.split_at_mut(N);
        let dense = |outputs| DenseSizes { samples: 1, inputs: N, outputs };
        T::dense_forward(isa, dense(3 * N), in_weight, in_bias, input, projected);
        let sizes = Self::sizes::<In>(In::LEN).0;
        if ROTARY {
            rotate(AttentionSizes { steps: 1, ..sizes }, position, Turn::Ahead, projected);
        }
        let (query, rest) = projected.split_at(N);
        let (key, value) = rest.split_at(N);
        for (place, &key) in keys[position..].iter_mut().step_by(capacity).zip(key) {
            *place = key;
        }
        values[position * N..][..N].copy_from_slice(value);
        let sizes = AttentionSizes { steps: position + 1, ..sizes };
        T::attention_step(isa, sizes, query, [&*keys, &*values], capacity, weights, attended);
        T::dense_forward(isa, dense(N), out_weight, out_bias, attended, output);
    }

    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut AttentionWeights<N, T, B>,
    ) {
        let Backward { input, cache, grad_output, grad_input, accumulate, phase, .. } = memory;
        let (sizes, [of_input, of_output]) = Self::sizes::<In>(input.len());
        let (parts, grad) = (site.parameters.parts(), gradient.parts_mut());
        let (projected, rest) = cache.split_at_mut(3 * input.len());
        let (attended, rest) = rest.split_at_mut(input.len());
        let (grad_attended, rest) = rest.split_at_mut(input.len());
        let (means, weights) = rest.split_at_mut(input.len() / N * HEADS);
        T::dense_weight_gradient(isa, of_output, attended, grad_output, accumulate, grad.out_weight, grad.out_bias);
        T::dense_input_gradient(isa, of_output, parts.out_weight, grad_output, grad_attended);
        let each = [&*attended, &*grad_attended];
        T::formula_rows(isa, &Means, means.len(), N / HEADS, each, [], [], [], [&mut *means]);
        // The gradient of the output is not needed any more, so it is scratch memory.
        let counts = phase.step_counts::<In>(0);
        if counts.are_all() {
            T::attention_gradient(isa, sizes, projected, grad_output, weights, grad_attended, means);
        } else {
            for (sample, projected) in projected.chunks_exact_mut(3 * In::LEN).enumerate() {
                let sizes = AttentionSizes { samples: 1, steps: counts.of(sample), ..sizes };
                let (projected, padding) = projected.split_at_mut(3 * sizes.steps * N);
                let grad_attended = &grad_attended[sample * In::LEN..][..sizes.steps * N];
                let means = &means[sample * In::LEN / N * HEADS..][..sizes.steps * HEADS];
                let weights = Self::weights_of::<In, T>(sizes, Some(sample), weights);
                T::attention_gradient(isa, sizes, projected, grad_output, weights, grad_attended, means);
                padding.fill(T::ZERO);
            }
        }
        if ROTARY {
            rotate(sizes, 0, Turn::Back, projected);
        }
        T::dense_weight_gradient(isa, of_input, input, projected, accumulate, grad.in_weight, grad.in_bias);
        if let Some(grad_input) = grad_input {
            T::dense_input_gradient(isa, of_input, parts.in_weight, projected, grad_input);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let (AttentionSizes { steps, heads, width, .. }, _) = Self::sizes::<In>(In::LEN);
        let attention = Attention { steps: [steps; 2], heads, width, is_causal: CAUSAL, is_rotary: ROTARY };
        attention.add(graph, site.parameters, [input; 2])
    }
}

impl<const HEADS: usize, const N: usize, const CAUSAL: bool, const ROTARY: bool, const B: usize, const L: usize>
    Takes<Sequence<L, N>> for SelfAttention<HEADS, N, CAUSAL, ROTARY, B>
{
}

impl<const HEADS: usize, const N: usize, const CAUSAL: bool, const ROTARY: bool, const B: usize, const L: usize>
    Takes<ProbabilitySequence<L, N>> for SelfAttention<HEADS, N, CAUSAL, ROTARY, B>
{
}
