//! Cross-attention.

mod head;

use self::head::HeadSizes;

use core::marker::PhantomData;

use rand::Rng as RandomSource;

use crate::initializer::Initializer;
use crate::kernel::{DenseSizes, Isa, Kernels};
#[cfg(feature = "onnx")]
use crate::layer::self_attention::Attention;
use crate::layer::self_attention::{AttentionWeights, Parts};
use crate::layer::{Backward, Forward, Layer, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{Pair, Sequence, Shape};

/// Multi-head cross-attention: each step of one sequence becomes a mean of all steps of another, weighted by how well they match
/// it.
///
/// For a pair of sequences x of L steps and z of M steps, with `HEADS` heads of D = N / `HEADS` elements, of which each has its
/// part of the rows of all projections:
///
/// ```text
/// q = W_q x + b_q                                         of each step of x
/// k = W_k z + b_k, v = W_v z + b_v                        of each step of z
/// a[t, s] = softmax over s of (q[t] · k[s] / √D)          for each head
/// o[t] = Σ_s a[t, s] v[s]                                 for each head
/// y = W_o o + b_o                                         of each step, with o of all heads one after the other
/// ```
///
/// Written `CrossAttention<4>`, which is 4 heads, after [`Parallel(Pair)`](crate::Parallel), which makes a pair of what two branches
/// give, or after an input that is a pair. `CrossAttention<4>(bias = false)` has no b. The network infers the number of features N.
///
/// There is no mask: each step of x sees all steps of z, padding too, which the network has to learn to leave aside, for example by
/// a token of its own. A step of the output depends on no other step of x, so padding there is left out by
/// [`Masked`](crate::Masked) losses and metrics. The layer knows the order of neither sequence: positions are those of
/// [`PositionEmbedding`](crate::PositionEmbedding) or [`SinePositionEncoding`](crate::SinePositionEncoding) in the branches.
///
/// # Shapes
/// Input: `Pair<Sequence<L, N>, Sequence<M, N>>`. Output: `Sequence<L, N>`. The parameters are
/// [`AttentionWeights`](crate::AttentionWeights): `in_proj_weight` has W_q, W_k and W_v, and `out_proj` has W_o, as in PyTorch's
/// `MultiheadAttention` for queries, keys and values of the same number of features.
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
/// h[t, s] = a[t, s] (g[t] · v[s] - Σ_r a[t, r] (g[t] · v[r])) / √D
/// dL/dq[t] = Σ_s h[t, s] k[s]
/// dL/dk[s] = Σ_t h[t, s] q[t]
/// dL/dv[s] = Σ_t a[t, s] g[t]
/// ```
///
/// # Errors
/// The layer does not compile unless `HEADS` divides N, and both sequences have N features. Nor does a [`Stream`](crate::Stream)
/// through it: the pair before it has no steps, and its output has.
///
/// # Numerics
/// Sums are computed in the orders of [`DenseKernels`](crate::kernel::DenseKernels) and
/// [`SoftmaxKernels`](crate::kernel::SoftmaxKernels), sample by sample and head by head. The steps of both sequences are multiplied
/// by W_q, W_k and W_v together, so (2 L + M) N² of the multiply-adds are for keys and values of x and queries of z, which nothing
/// reads. Training and prediction keep all weights a, `HEADS` L M elements per sample.
///
/// # Source
/// A. Vaswani et al., "Attention is all you need", 2017, sections 3.2.2 and 3.2.3. D. Bahdanau, K. Cho and Y. Bengio, "Neural machine
/// translation by jointly learning to align and translate", 2015, introduced attention from one sequence to another.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// // Ten steps look at the tokens of a text.
/// network! {
///     struct Decoder (Pair<Sequence<10, 8>, Tokens<16, 128>>) {
///         Parallel(Pair) {
///             steps: { First, LayerNorm },
///             text: { Second, Embedding<_, 8>, PositionEmbedding },
///         },
///         attention: CrossAttention<2>,
///     }
/// }
/// let network = Decoder::init(&mut typenet::rng(37));
/// let text = Tokens::sample(*b"the disk is full")?;
/// assert_eq!(network.predict(&Both { first: [[0.5; 8]; 10], second: text }).len(), 10);
///
/// // Without queries all steps match equally well: the output is the mean of the other sequence.
/// network!(struct Mean (Pair<Sequence<2, 1>, Sequence<3, 1>>) = attention: CrossAttention<1>);
/// let mut mean = Mean::zeroed();
/// mean.attention.in_proj_weight[0][2][0] = 1.0;
/// mean.attention.out_proj.weight[0] = 1.0;
/// assert_eq!(mean.predict(&Both { first: [[9.0], [7.0]], second: [[1.0], [2.0], [6.0]] }), [[3.0], [3.0]]);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CrossAttention<const HEADS: usize, const N: usize, const B: usize = N>;

/// The plan of a [`CrossAttention`].
#[derive(Debug)]
pub struct CrossAttentionPlan<const HEADS: usize, const N: usize, In>(PhantomData<In>);

impl<const HEADS: usize, const N: usize, In: Shape> CrossAttentionPlan<HEADS, N, In> {
    /// The sizes of the attention. Heads that do not divide the features are an error of the network.
    const HEADS_OF_SAMPLE: HeadSizes = HeadSizes {
        queries: In::First::STEPS,
        keys: In::Second::STEPS,
        heads: HEADS,
        width: match N.checked_div(HEADS) {
            Some(width) => width,
            None => 0,
        },
    };
    /// The number of steps of both sequences.
    const STEPS: usize = In::First::STEPS + In::Second::STEPS;
}

impl<const HEADS: usize, const N: usize, In: Shape> Plan for CrossAttentionPlan<HEADS, N, In> {
    /// Queries, keys and values of all steps, the output of all heads and its gradient, the weights, and scratch memory.
    const CACHE_LEN: usize = Self::STEPS * 3 * N
        + In::First::STEPS * 2 * N
        + Self::HEADS_OF_SAMPLE.weights_len()
        + Self::HEADS_OF_SAMPLE.gradient_scratch_len();
    const INFERENCE_LEN: usize = Self::STEPS * 3 * N
        + In::First::STEPS * N
        + Self::HEADS_OF_SAMPLE.weights_len()
        + Self::HEADS_OF_SAMPLE.scratch_len();
    const MULTIPLY_ADDS: u64 = {
        let pairs = In::First::STEPS * In::Second::STEPS;
        (Self::STEPS * 3 * N * N + In::First::STEPS * N * N + 2 * N * pairs) as u64
    };
    const READS_OUTPUT: bool = false;
    const SUMS_FROM_ZERO: bool = true;
    const ROWS: usize = In::First::STEPS;
    const ALLOWS_PADDING: bool = true;
}

/// The slices of what a pass keeps.
struct Kept<'a, T> {
    /// Queries, keys and values of every step of both sequences; in the end their gradients.
    projected: &'a mut [T],
    /// The output of all heads.
    attended: &'a mut [T],
    /// The weights.
    weights: &'a mut [T],
    /// The gradient of the output of all heads, in a training pass, and scratch memory.
    rest: &'a mut [T],
}

impl<const HEADS: usize, const N: usize, const B: usize> CrossAttention<HEADS, N, B> {
    /// Returns the sizes of the heads of a sample, and those of the first and the last product, for a slice of elements of pairs.
    fn sizes<In: Shape>(elements: usize) -> (HeadSizes, [DenseSizes; 2]) {
        let heads = CrossAttentionPlan::<HEADS, N, In>::HEADS_OF_SAMPLE;
        assert!(heads.width * HEADS == N, "the number of heads of a `CrossAttention` divides the number of features");
        let samples = elements / In::LEN;
        let of_input = DenseSizes { samples: samples * (heads.queries + heads.keys), inputs: N, outputs: 3 * N };
        (heads, [of_input, DenseSizes { samples: samples * heads.queries, inputs: N, outputs: N }])
    }

    /// Splits the cache.
    fn kept<T>(heads: HeadSizes, [of_input, of_output]: [DenseSizes; 2], cache: &mut [T]) -> Kept<'_, T> {
        let samples = of_output.samples / heads.queries;
        let (projected, rest) = cache.split_at_mut(of_input.samples * 3 * N);
        let (attended, rest) = rest.split_at_mut(of_output.samples * N);
        let (weights, rest) = rest.split_at_mut(samples * heads.weights_len());
        Kept { projected, attended, weights, rest }
    }

    /// Computes the output. The cache keeps all weights.
    fn attend<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        parameters: &AttentionWeights<N, T, B>,
        Forward { input, output, cache, phase }: Forward<'_, T>,
    ) {
        let (heads, sizes) = Self::sizes::<In>(input.len());
        let Parts { in_weight, in_bias, out_weight, out_bias } = parameters.parts();
        let Kept { projected, attended, weights, rest } = Self::kept(heads, sizes, cache);
        T::dense_forward(isa, sizes[0], in_weight, in_bias, input, projected);
        let counts = [0, 1].map(|part| phase.step_counts::<In>(part));
        heads.forward(isa, counts, projected, rest, weights, attended);
        T::dense_forward(isa, sizes[1], out_weight, out_bias, attended, output);
    }
}

impl<const HEADS: usize, const N: usize, const B: usize> Layer for CrossAttention<HEADS, N, B> {
    type Output<In: Shape> = <In::First as Shape>::Plain;
    type Logits<In: Shape> = <In::First as Shape>::Plain;
    type With<T: Scalar> = AttentionWeights<N, T, B>;
    type Settings = ();
    type Plan<In: Shape> = CrossAttentionPlan<HEADS, N, In>;

    fn initialize<T: Scalar, R: RandomSource + ?Sized>(
        parameters: &mut Self::With<T>,
        (): &(),
        initializer: Initializer,
        rng: &mut R,
    ) {
        parameters.initialize(initializer, rng);
    }

    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        Self::attend::<In, T, I>(isa, site.parameters, memory);
    }

    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut AttentionWeights<N, T, B>,
    ) {
        let Backward { input, cache, grad_output, grad_input, accumulate, phase, .. } = memory;
        let (heads, sizes) = Self::sizes::<In>(input.len());
        let [of_input, of_output] = sizes;
        let (parts, grad) = (site.parameters.parts(), gradient.parts_mut());
        let Kept { projected, attended, weights, rest } = Self::kept(heads, sizes, cache);
        let (grad_attended, scratch) = rest.split_at_mut(attended.len());
        T::dense_weight_gradient(isa, of_output, attended, grad_output, accumulate, grad.out_weight, grad.out_bias);
        T::dense_input_gradient(isa, of_output, parts.out_weight, grad_output, grad_attended);
        let counts = [0, 1].map(|part| phase.step_counts::<In>(part));
        heads.gradient(isa, counts, projected, scratch, weights, grad_attended);
        T::dense_weight_gradient(isa, of_input, input, projected, accumulate, grad.in_weight, grad.in_bias);
        if let Some(grad_input) = grad_input {
            T::dense_input_gradient(isa, of_input, parts.in_weight, projected, grad_input);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let (HeadSizes { queries, keys, heads, width }, _) = Self::sizes::<In>(In::LEN);
        let (first, second) = input.split_at(In::First::PARTS.len());
        let attention = Attention { steps: [queries, keys], heads, width, is_causal: false, is_rotary: false };
        attention.add(graph, site.parameters, [&first, &second])
    }
}

impl<const HEADS: usize, const N: usize, const B: usize, const L: usize, const M: usize>
    Takes<Pair<Sequence<L, N>, Sequence<M, N>>> for CrossAttention<HEADS, N, B>
{
}
