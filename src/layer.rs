//! What is a layer, and what must it provide to the network that contains it?
//!
//! A layer is a type of the architecture language: `Dense<64, 32>` states what it computes, and [`Layer::With`] holds its
//! parameters. Generated code calls the functions of the layers one after another, with slices of a workspace.
//!
//! The inputs that a layer accepts are declared separately from its computation, in [`Takes`]. Because [`Layer::Output`] exists
//! for every input shape, a wrong edge does not invalidate the rest of the chain, and one mistake gives one error.

mod carried;
mod default_settings;
mod head;
mod lengths;
mod padding;
mod pass;
mod phase;
mod plan;
mod site;
mod stream;

mod draws;
mod elementwise;
mod pooling;
mod recurrent;
mod rescale;
mod rotation;

mod avg_pool1d;
mod avg_pool2d;
mod batch_norm;
mod conv1d;
mod conv2d;
mod conv_transpose2d;
mod dense;
mod dropout;
mod dropout2d;
mod elu;
mod embedding;
mod first;
mod flatten;
mod gelu;
mod gelu_tanh;
mod global_avg_pool1d;
mod global_avg_pool2d;
mod global_max_pool1d;
mod global_max_pool2d;
mod group_norm;
mod gru;
mod hard_sigmoid;
mod hard_silu;
mod hard_tanh;
mod identity;
mod last_step;
mod layer_norm;
mod leaky_relu;
mod lstm;
mod max_pool1d;
mod max_pool2d;
mod p_relu;
mod pad;
mod parallel;
mod position_embedding;
mod relu;
mod repeat;
mod reshape;
mod residual;
mod rms_norm;
mod rnn;
mod second;
mod selu;
mod sigmoid;
mod silu;
mod sine_position_encoding;
mod softmax;
mod softplus;
mod softsign;
mod tanh;
mod upsample;

mod self_attention;

mod cross_attention;

pub(crate) use carried::CarriedStates;
pub use default_settings::DefaultSettings;
pub use elementwise::{Elementwise, ElementwisePlan, Reads};
pub use head::Head;
pub(crate) use lengths::PaddedSamples;
pub use lengths::{Origins, StepCounts};
pub use list::*;
pub use parallel::{
    Add, BackwardBranches, BranchPlan, Branches, Concat, Concatenates, ForwardBranches, Join, JoinsBranches,
    ParallelPlan, StepBranches, join_same_steps,
};
pub use pass::{Mode, Pass};
pub(crate) use phase::BatchStatistics;
pub use phase::{Mixing, Phase};
pub use plan::Plan;
pub use rescale::RescaleOutputs;
pub use residual::{Projected, Shortcut};
pub use site::{Site, SiteOf};
pub use stream::{NextStep, StreamPlan};

use rand::Rng as RandomSource;

use crate::flat_parameters::FlatParameters;
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// All layers of the library. The crate root and the prelude re-export this list.
pub mod list {
    pub use super::avg_pool1d::AvgPool1d;
    pub use super::avg_pool2d::AvgPool2d;
    pub use super::batch_norm::BatchNorm;
    pub use super::conv_transpose2d::{ConvTranspose2d, TransposedFilters};
    pub use super::conv1d::{Conv1d, SequenceFilters};
    pub use super::conv2d::{Conv2d, Filters};
    pub use super::cross_attention::CrossAttention;
    pub use super::dense::Dense;
    pub use super::dropout::Dropout;
    pub use super::dropout2d::Dropout2d;
    pub use super::elu::Elu;
    pub use super::embedding::Embedding;
    pub use super::first::First;
    pub use super::flatten::Flatten;
    pub use super::gelu::Gelu;
    pub use super::gelu_tanh::GeluTanh;
    pub use super::global_avg_pool1d::GlobalAvgPool1d;
    pub use super::global_avg_pool2d::GlobalAvgPool2d;
    pub use super::global_max_pool1d::GlobalMaxPool1d;
    pub use super::global_max_pool2d::GlobalMaxPool2d;
    pub use super::group_norm::GroupNorm;
    pub use super::gru::{Gru, ResetWeights};
    pub use super::hard_sigmoid::HardSigmoid;
    pub use super::hard_silu::HardSilu;
    pub use super::hard_tanh::HardTanh;
    pub use super::identity::Identity;
    pub use super::last_step::LastStep;
    pub use super::layer_norm::LayerNorm;
    pub use super::leaky_relu::LeakyRelu;
    pub use super::lstm::Lstm;
    pub use super::max_pool1d::MaxPool1d;
    pub use super::max_pool2d::MaxPool2d;
    pub use super::p_relu::PRelu;
    pub use super::pad::{Pad, PadMode};
    pub use super::padding::{Padding, SequencePadding};
    pub use super::parallel::Parallel;
    pub use super::pooling::{Divisor, Rounding, SequenceStride, Stride};
    pub use super::position_embedding::PositionEmbedding;
    pub use super::recurrent::RecurrentWeights;
    pub use super::relu::Relu;
    pub use super::repeat::Repeat;
    pub use super::reshape::Reshape;
    pub use super::residual::Residual;
    pub use super::rms_norm::RmsNorm;
    pub use super::rnn::Rnn;
    pub use super::second::Second;
    pub use super::self_attention::{AttentionWeights, SelfAttention};
    pub use super::selu::Selu;
    pub use super::sigmoid::Sigmoid;
    pub use super::silu::Silu;
    pub use super::sine_position_encoding::SinePositionEncoding;
    pub use super::softmax::Softmax;
    pub use super::softplus::Softplus;
    pub use super::softsign::Softsign;
    pub use super::tanh::Tanh;
    pub use super::upsample::{Interpolation, Upsample};
}

/// The memory that [`Layer::forward`] reads and writes, apart from the parameters. Each slice holds the samples of the pass.
#[derive(Debug)]
pub struct Forward<'a, T> {
    /// The input samples.
    pub input: &'a [T],
    /// The memory for the output of every sample.
    pub output: &'a mut [T],
    /// The memory for what `backward` needs, [`Plan::CACHE_LEN`] elements per sample. In inference, [`Plan::INFERENCE_LEN`]
    /// elements of scratch memory per sample.
    pub cache: &'a mut [T],
    /// The part of the pass that runs now. Matters only to layers that mix samples, and to those that contain layers.
    pub phase: Phase<'a, T>,
}

/// The memory that [`Layer::backward`] reads and writes, apart from the parameters. Each slice holds the samples of the pass.
#[derive(Debug)]
pub struct Backward<'a, T> {
    /// The input of `forward`, or an empty slice unless the plan sets `READS_INPUT`.
    pub input: &'a [T],
    /// The output of `forward`, or an empty slice unless the plan sets `READS_OUTPUT`.
    pub output: &'a [T],
    /// What `forward` stored in the cache.
    pub cache: &'a mut [T],
    /// The gradient of the loss with respect to the output. The layer may overwrite it.
    pub grad_output: &'a mut [T],
    /// The memory for the gradient with respect to the input, or `None` if it is not needed, as for the first layer of a
    /// network.
    pub grad_input: Option<&'a mut [T]>,
    /// Whether to add to the gradient of the parameters (`true`) or to overwrite it (`false`). For a layer whose plan does not
    /// set [`SUMS_FROM_ZERO`](Plan::SUMS_FROM_ZERO), this is always `true`, and the gradient is zeroed beforehand if necessary.
    pub accumulate: bool,
    /// The part of the pass that runs now. Matters only to layers that mix samples, and to those that contain layers.
    pub phase: Phase<'a, T>,
}

/// A layer, as written in the architecture language.
///
/// In the functions, `T` is the scalar type, `In` the shape of the input, and `I` the instruction set, which the function
/// passes to kernels. Every slice holds whole samples, and the number of samples is the length of `input` divided by `In::LEN`.
///
/// # Gradients
/// `backward` **adds** to the gradient of the parameters and **overwrites** the gradient of the input. If the plan of the layer
/// sets [`SUMS_FROM_ZERO`](Plan::SUMS_FROM_ZERO) and [`Backward::accumulate`] is false, it also overwrites the gradient of the
/// parameters. It never divides by the number of samples: the loss decides whether a gradient is a sum or a mean.
///
/// # Example
/// A custom layer that doubles every element.
/// ```
/// use typenet::prelude::*;
/// use typenet::kernel::{Isa, Kernels};
/// use typenet::{Backward, Forward, Plan, Scalar, Shape, Site};
///
/// pub struct Double;
///
/// pub struct DoublePlan;
/// impl Plan for DoublePlan {
///     const READS_INPUT: bool = false;
///     const READS_OUTPUT: bool = false;
/// }
///
/// impl Layer for Double {
///     type Output<In: Shape> = In::Plain;
///     type Logits<In: Shape> = In::Plain;
///     type With<T: Scalar> = (); // no parameters
///     type Settings = ();
///     type Plan<In: Shape> = DoublePlan;
///
///     fn forward<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, memory: Forward<'_, T>) {
///         for (y, &x) in memory.output.iter_mut().zip(memory.input) {
///             *y = x + x;
///         }
///     }
///
///     fn backward<In: Shape, T: Kernels, I: Isa>(
///         _: I, _: Site<'_, (), ()>, memory: Backward<'_, T>, (): &mut (),
///     ) {
///         if let Some(grad_input) = memory.grad_input {
///             for (dx, &g) in grad_input.iter_mut().zip(&*memory.grad_output) {
///                 *dx = g + g;
///             }
///         }
///     }
/// }
/// impl<In: Shape> Takes<In> for Double {}
///
/// network!(struct Quadruple (Vector<2>) = Double, Double);
/// assert_eq!(Quadruple::zeroed().predict(&[1.0, -2.0]), [4.0, -8.0]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer",
    label = "not a layer",
    note = "layers are `Dense<N, H>`, activations such as `Tanh`, networks, and custom types that implement `Layer`"
)]
pub trait Layer: Sized + 'static {
    /// The shape of the output for an input of shape `In`.
    ///
    /// A layer whose output is `Probabilities` is a softmax head: its `forward_logits` computes the scores whose softmax the
    /// output is. There is no other kind of head: for every other layer, the logits are the output.
    type Output<In: Shape>: Shape;
    /// For a softmax head, whose loss is computed from its input, the shape of that input. For any other layer, the shape of
    /// the output.
    type Logits<In: Shape>: Shape;
    /// The parameters, which are also the type of the layer's field in a network.
    type With<T: Scalar>: FlatParameters<T> + Send + Sync;
    /// The settings, written in parentheses after the layer, or `()` if the layer has none.
    ///
    /// `Custom(0.2, depth = 3)` stands for `Custom::settings(0.2).depth(3)`. `settings` is an inherent `const fn` of the layer,
    /// which asserts the ranges of its arguments. Each named setting is a `const fn` of that name on the settings. Both are
    /// evaluated at compile time.
    ///
    /// Without settings by position, they start from [`DefaultSettings::DEFAULT`], and not from `settings()`: `Custom(depth = 3)`
    /// stands for `DEFAULT.depth(3)`, and `Custom` for `DEFAULT`.
    type Settings: Copy + Send + Sync;
    /// How much memory the layer needs, and what it reads.
    type Plan<In: Shape>: Plan;

    /// What the output represents, as far as losses need to know.
    const HEAD: Head = Head::None;

    /// Returns the initializer that this layer requests for the weights of the layer before it.
    ///
    /// `next` is the initializer that the layer after this one requests. A layer that preserves the magnitudes of its input,
    /// such as `Dropout` or a normalization, returns `next`. An activation returns the initializer that suits it.
    #[must_use]
    fn initialization(_settings: &Self::Settings, _next: Initializer) -> Initializer {
        Initializer::GLOROT
    }

    /// Initializes the parameters. `initializer` is the one that the following layers request.
    fn initialize<T: Scalar, R: RandomSource + ?Sized>(
        parameters: &mut Self::With<T>,
        _settings: &Self::Settings,
        initializer: Initializer,
        rng: &mut R,
    ) {
        initializer.fill_tensors(parameters.parameters_mut(), <Self::With<T> as FlatParameters<T>>::TENSORS, rng);
    }

    /// Computes the output of every sample and stores in the cache what `backward` needs.
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>);

    /// Computes the same as `forward`, with the output replacing the input in place. Called only if the plan sets `IN_PLACE`.
    /// The cache has `CACHE_LEN` elements per sample in a training pass and `INFERENCE_LEN` in a prediction.
    fn forward_in_place<In: Shape, T: Kernels, I: Isa>(
        _isa: I,
        _site: SiteOf<'_, Self, T>,
        _values: &mut [T],
        _cache: &mut [T],
    ) {
        unreachable!("a layer whose plan sets IN_PLACE implements `forward_in_place`")
    }

    /// Computes the same as `forward` in inference mode, with `INFERENCE_LEN` elements of scratch memory per sample and without
    /// storing anything for `backward`.
    #[inline(always)]
    fn infer<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        Self::forward::<In, T, I>(isa, site, memory);
    }

    /// Computes the output at the next step of a stream, with the same bits as `infer` computes it for the whole sequence. Called
    /// only if the plan has a [`STREAM`](Plan::STREAM). `In` is the shape of the whole sequence. A layer that keeps a state
    /// overrides it; the default is for a layer that acts on each step by itself.
    #[inline(always)]
    fn step<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: NextStep<'_, T>) {
        let NextStep { input, output, scratch, .. } = memory;
        let cache = &mut scratch[..<Self::Plan<In::Step> as Plan>::INFERENCE_LEN];
        Self::infer::<In::Step, T, I>(isa, site, Forward { input, output, cache, phase: Phase::only() });
    }

    /// Computes the same as `forward`, but only up to the logits.
    #[inline(always)]
    fn forward_logits<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        Self::forward::<In, T, I>(isa, site, memory);
    }

    /// Adds to the gradient of the parameters, or overwrites it (see [`Backward::accumulate`]), and writes the gradient of the
    /// input if it is needed.
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut Self::With<T>,
    );

    /// Computes the same as `backward`, with the gradient of the input replacing the gradient of the output in place. Called
    /// only if the plan sets `IN_PLACE`; such a layer has no parameters.
    fn backward_in_place<In: Shape, T: Kernels, I: Isa>(
        _isa: I,
        _site: SiteOf<'_, Self, T>,
        _output: &[T],
        _cache: &mut [T],
        _gradient: &mut [T],
    ) {
        unreachable!("a layer whose plan sets IN_PLACE implements `backward_in_place`")
    }

    /// Computes the same as `backward`, but starts from the gradient of the logits. The counterpart of `forward_logits`.
    #[inline(always)]
    fn backward_logits<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut Self::With<T>,
    ) {
        Self::backward::<In, T, I>(isa, site, memory, gradient);
    }

    /// Adds what the layer computes in inference to a graph of ONNX, and returns its output.
    ///
    /// # Errors
    /// [`Error::NoOnnxForm`](crate::Error::NoOnnxForm) from [`Graph::refuse`], as the default for a layer that does not implement it.
    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(_site: SiteOf<'_, Self, T>, graph: &mut Graph, _input: &Value) -> Result<Value> {
        Err(graph.refuse("its type does not implement `Layer::onnx`"))
    }
}

/// Marks a layer that accepts inputs of shape `In`.
///
/// Implement it for every shape that the layer accepts. `network!` checks it once per edge.
#[diagnostic::on_unimplemented(message = "shape mismatch: `{Self}` does not take `{In}`")]
pub trait Takes<In: Shape>: Layer {}
