//! What does a declared network provide?
//!
//! `network!` generates a struct, a few constants, and functions that call the layers one after the other. Everything else is
//! here, once for all networks: [`Predict`], [`Differentiate`] and [`Evaluate`] are implemented for every [`Network`].

#[cfg(feature = "safetensors")]
pub(crate) mod file_contents;

#[cfg(feature = "safetensors")]
pub(crate) mod scalers;
mod summary;

mod counterpart;

mod batch;
mod carried_state;
pub mod chain;
mod classes;
mod compatibility;
mod differentiate;
mod dot;
mod evaluate;
mod evaluator;
mod layer_output;
#[cfg(feature = "onnx")]
mod onnx;
mod phases;
mod predict;
mod program;
mod shards;
mod stream;
mod streams;
#[cfg(feature = "safetensors")]
mod weights;
mod workspace;

pub(crate) use batch::TrainingBatch;
use batch::{Add, Batch, Room, check_counts, infer, split_samples};
pub(crate) use carried_state::CarriedState;
pub use classes::GivesClasses;
use classes::largest as largest_classes;
pub(crate) use compatibility::check_samples;
pub use compatibility::{FitsInput, FitsTarget, FitsValue};
use compatibility::{FitsLoss, FitsSteps};
pub use differentiate::Differentiate;
pub use dot::Dot;
pub use evaluate::Evaluate;
pub(crate) use evaluator::{Buffers, Evaluator, Observer, Predictions};
#[cfg(feature = "std")]
pub(crate) use evaluator::{BuffersOf, with_room};
use evaluator::{Totals, evaluate_on_batches, measure_on, measure_on_batches};
pub use layer_output::LayerOutput;
#[cfg(feature = "onnx")]
pub use onnx::ExportOnnx;
use phases::{Phases, check_batch};
pub use predict::Predict;
use program::{
    Backward, BackwardMemory, Forward, ForwardPhase, Infer, Show, Step, TileLoss, first_non_finite,
    first_non_finite_tensor, publish,
};
use shards::Shards;
pub use stream::{IntoStep, Stream};
#[cfg(feature = "std")]
pub(crate) use streams::StreamBuffers;
use streams::{evaluate_on_streams, measure_on_streams};
pub use summary::{LayerInfo, Summary, Wiring};
#[cfg(feature = "safetensors")]
pub use weights::Weights;
pub use workspace::Workspace;
use workspace::{Parts, cut, tile_len};

use alloc::boxed::Box;
use alloc::string::String;

use rand::Rng as RandomSource;

use crate::flat_parameters::FlatParameters;
use crate::initializer::Initializer;
use crate::kernel::scratch::with_scratch;
use crate::kernel::{Isa, Kernels, dispatch};
use crate::layer::{Layer, Mixing, Phase, Plan};
use crate::loss::Loss;
use crate::shape::Shape;

/// One sample of a shape, in the scalar type of a network.
pub type Sample<N, S> = <S as Shape>::Array<<N as Network>::Scalar>;

/// The measures that belong to a loss on a network's output.
pub type EvaluationOf<L, Output> = <L as Loss<Output>>::Evaluation;

/// A class that a network predicts.
pub type ClassOf<N> = <<N as Network>::Output as GivesClasses>::Class;

/// A value for each prediction in the output of a network: one, or one for each step.
pub type Each<N, V> = <<N as Network>::Output as GivesClasses>::Each<V>;

/// The most probable classes with their probabilities.
pub type Top<N, const COUNT: usize> = [(ClassOf<N>, <N as Network>::Scalar); COUNT];

/// A network that `network!` declares.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Classifier = Dense<2, 8>, Tanh, Dense<8, 3>, Softmax);
///
/// fn parameters<N: Network>() -> usize {
///     N::PARAMETERS
/// }
/// assert_eq!(parameters::<Classifier>(), 2 * 8 + 8 + 8 * 3 + 3);
///
/// let network = Classifier::init(&mut typenet::rng(37));
/// let [a, b, c] = network.predict(&[0.5, -0.5]);
/// assert!((a + b + c - 1.0).abs() < 1e-6);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a network",
    note = "declare one with `network! {{ struct Name {{ .. }} }}`"
)]
pub trait Network: FlatParameters<Self::Scalar> + AsRef<Self> + AsMut<Self> + Send + Sync + 'static {
    /// The scalar type of its parameters.
    type Scalar: Kernels;
    /// The network as a layer of another network.
    type Architecture: Layer<With<Self::Scalar> = Self, Settings = ()>;
    /// The shape of a sample.
    type Input: Shape;
    /// The shape of a prediction.
    type Output: Shape;
    /// The shape that the loss is computed on: `Output`, or the shape before a final `Softmax`.
    type Logits: Shape;
    /// Whether the network ends in a `Sigmoid`, which a loss of raw scores does not take: an
    /// [`EndsInSigmoid`](crate::loss::EndsInSigmoid), or [`UnknownHead`](crate::loss::UnknownHead).
    type Head;

    /// A struct with one field per layer, which holds the layer's output for one sample.
    type Activations: core::fmt::Debug;

    /// The name of the struct.
    const NAME: &'static str;
    /// The layers in order.
    const LAYERS: &'static [LayerInfo];

    /// Computes predictions for some samples and calls `visit` with the output of every layer and the name of its field.
    /// Generated code; use [`predict`](Predict::predict).
    #[doc(hidden)]
    fn trace<I: Isa>(
        &self,
        isa: I,
        input: &[Self::Scalar],
        output: &mut [Self::Scalar],
        scratch: &mut [Self::Scalar],
        phase: Phase<'_, Self::Scalar>,
        visit: &mut impl FnMut(&'static str, &[Self::Scalar]),
    );

    /// The number of parameters.
    const PARAMETERS: usize = Self::LEN;
    /// The size of the parameters in bytes.
    const PARAMETER_BYTES: usize = size_of::<Self>();
    /// The number of multiply-adds of one prediction.
    const MULTIPLY_ADDS: u64 = <PlanOf<Self> as Plan>::MULTIPLY_ADDS;
    /// The number of samples in a tile. A tile goes through the whole network, forward then backward, before the next tile
    /// does.
    const TILE: usize = workspace::tile::<Self::Scalar>(
        <PlanOf<Self> as Plan>::FULL_CACHE_LEN + 2 * Self::Logits::LEN,
        Self::PARAMETER_BYTES,
        Self::TOGETHER,
        <PlanOf<Self> as Plan>::ROWS,
    );
    /// The number of samples that a layer processes together.
    #[doc(hidden)]
    const TOGETHER: usize = <PlanOf<Self> as Plan>::SAMPLES_TOGETHER;
    /// The number of scalars of workspace per sample.
    #[doc(hidden)]
    const SAMPLE_LEN: usize = <PlanOf<Self> as Plan>::CACHE_LEN + 2 * Self::Logits::LEN + copied_len::<Self>();
    /// The number of scalars of workspace of a training step for one tile. It suffices for a batch of any size, unless a layer
    /// mixes samples: such a network needs as much for every tile of the batch.
    const WORKSPACE_LEN: usize = Self::TILE * Self::SAMPLE_LEN + Self::MIXING.len();
    /// The number of scalars of memory of a [`Stream`]. It does not compile for a network with a layer that needs the whole
    /// sequence, such as a recurrent layer that starts at the last step.
    const STREAM_LEN: usize;
    /// The number of scalars per sequence of the state that is carried from window to window: see
    /// [`Workspace::carrying`]. It does not compile for a network with a layer that cannot go on where the window before ended, such
    /// as a recurrent layer that starts at the last step.
    const CARRIED_LEN: usize;
    /// How the layers mix the samples of a batch.
    #[doc(hidden)]
    const MIXING: Mixing = <PlanOf<Self> as Plan>::MIXING;

    /// Allocates a network with random weights and zero biases. Each layer gets the initializer that suits the activation after
    /// it. Fills the memory in place, on the heap, so that a network of any size fits. A small one can be moved out of its box,
    /// onto the stack or into a struct, by a `*` before the call.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Classifier = hidden: Dense<64, 32>, Relu, Dense<32, 10>, Softmax);
    /// let network = Classifier::init(&mut typenet::rng(37));
    /// // He's bound for weights before a ReLU: √2 · √(3 / 64).
    /// assert!(network.hidden.weight.iter().all(|weight| weight.abs() <= 0.307));
    ///
    /// let on_the_stack: Classifier = *Classifier::init(&mut typenet::rng(37));
    /// assert_eq!(on_the_stack.parameters(), network.parameters());
    /// ```
    #[must_use]
    fn init<R: RandomSource + ?Sized>(rng: &mut R) -> Box<Self> {
        let mut network = Self::zeroed();
        Self::Architecture::initialize::<Self::Scalar, R>(&mut network, &(), Initializer::GLOROT, rng);
        network
    }

    /// Allocates a network with weights from `initializer` and zero biases.
    ///
    /// # Panics
    /// Panics if a setting of the initializer is out of range.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = dense: Dense<2, 1>);
    /// let line = Line::init_with(Initializer::Constant(0.5), &mut typenet::rng(37));
    /// assert_eq!(line.predict(&[1.0, 2.0]), [1.5]);
    /// ```
    #[must_use]
    fn init_with<R: RandomSource + ?Sized>(initializer: Initializer, rng: &mut R) -> Box<Self> {
        let mut network = Self::zeroed();
        initializer.fill_tensors(network.parameters_mut(), Self::TENSORS, rng);
        network
    }

    /// Returns a table of the layers with their output shapes and parameters.
    #[must_use]
    fn summary() -> Summary {
        Summary::of::<Self>()
    }

    /// Returns the output of every layer for one sample, in a struct with one field per layer.
    ///
    /// The last field has the same bits as [`predict`](Predict::predict). Allocates memory for every output.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Fold = turned: Dense<1, 2>, Relu, Dense<2, 1>);
    /// let mut fold = Fold::zeroed();
    /// fold.turned.weight.copy_from_slice(&[1.0, -1.0]);
    /// let outputs = fold.activations(&[3.0]);
    /// assert_eq!((*outputs.turned, *outputs.relu, *outputs.dense), ([3.0, -3.0], [3.0, 0.0], [0.0]));
    /// ```
    #[must_use]
    fn activations(&self, input: &Sample<Self, Self::Input>) -> Self::Activations;

    /// Computes the prediction for one sample and calls `visit` with the output of every layer and the name of its field.
    /// Generated code; use [`activations`](Self::activations).
    #[doc(hidden)]
    fn show(&self, input: &Sample<Self, Self::Input>, visit: &mut dyn FnMut(&'static str, &[Self::Scalar])) {
        let mut output = Self::Output::zero();
        let (input, output) = (Self::Input::flat(input), Self::Output::flat_mut(&mut output));
        with_scratch(inference_len::<Self>(), |scratch| {
            dispatch(Show { infer: Infer { network: self, input, output, scratch }, visit });
        });
    }

    /// Returns the dotted name of the first tensor with an element that is not finite, or `None` if all elements are finite.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = dense: Dense<1, 1>);
    /// let mut line = Line::zeroed();
    /// assert_eq!(line.non_finite_tensor(), None);
    /// line.dense.bias[0] = f32::NAN;
    /// assert_eq!(line.non_finite_tensor().as_deref(), Some("dense.bias"));
    /// ```
    #[must_use]
    fn non_finite_tensor(&self) -> Option<String> {
        first_non_finite_tensor(&Self::TENSORS, self.parameters())
    }
}

/// The plan of a network as a layer.
type PlanOf<N> = <<N as Network>::Architecture as Layer>::Plan<<N as Network>::Input>;

/// Returns the number of elements per sample of the input that the layers see, if it is a copy without the numbers of steps of padded
/// sequences.
const fn copied_len<N: Network>() -> usize {
    if N::Input::PADDED.is_empty() { 0 } else { <N::Input as Shape>::Unpadded::LEN }
}

/// Returns the number of elements of scratch memory per sample of a prediction.
const fn inference_len<N: Network>() -> usize {
    <PlanOf<N> as Plan>::INFERENCE_LEN + copied_len::<N>()
}

/// Returns `N::CARRIED_LEN` for a network that can carry states, and compiles for any.
const fn carried_len<N: Network>() -> usize {
    match <PlanOf<N> as Plan>::STREAM {
        Some(plan) => plan.state,
        None => 0,
    }
}
