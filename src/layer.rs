//! What is a layer, and what does it owe the network around it?
//!
//! A layer is a type of the language of architectures: `Dense<64, 32>` says what it computes, [`Layer::With`] is where
//! its parameters live. Generated code calls its functions one after the other, with slices of a workspace.
//!
//! Which inputs a layer accepts is stated apart from what it computes, in [`Takes`]: since [`Layer::Output`] exists for
//! every input, a wrong edge does not take the rest of the chain with it, and one mistake is one error.

mod activation;
mod dense;
mod dropout;
mod residual;
mod softmax;

pub use activation::{
    Elu, Gelu, GeluTanh, HardSigmoid, HardSilu, HardTanh, Identity, LeakyRelu, Relu, Selu, Sigmoid, Silu, Softplus,
    Softsign, Tanh,
};
pub use dense::Dense;
pub use dropout::Dropout;
pub use residual::Residual;
pub use softmax::Softmax;

use rand::Rng as RandomSource;

use crate::block::Block;
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// Is the network learning or answering?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Learning: layers may drop units and measure statistics.
    Training,
    /// Answering: the same input gives the same output.
    Inference,
}

/// What every layer is told about the pass it is part of.
///
/// A layer that draws random numbers draws them as a function of (seed, step, position of the layer, sample), never from
/// a running stream, so that they do not depend on tiles and threads.
///
/// # Example
/// ```
/// use typenet::{Mode, Pass};
///
/// let pass = Pass::training(37, 5);
/// assert_eq!((pass.mode, pass.seed, pass.step, pass.first_sample), (Mode::Training, 37, 5, 0));
/// assert_ne!(pass.at(0).layer, pass.at(1).layer);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pass {
    /// Learning or answering.
    pub mode: Mode,
    /// The seed of the run.
    pub seed: u64,
    /// The step, counted from 0 over all epochs.
    pub step: u64,
    /// The position within the batch of the first sample that the layer sees.
    pub first_sample: usize,
    /// Which layer sees the pass: a number for each position, through nested networks too.
    pub layer: u64,
}

impl Pass {
    /// The pass of a training step.
    #[must_use]
    pub const fn training(seed: u64, step: u64) -> Self {
        Self { mode: Mode::Training, seed, step, first_sample: 0, layer: 0 }
    }

    /// The pass of a prediction.
    #[must_use]
    pub const fn inference() -> Self {
        Self { mode: Mode::Inference, seed: 0, step: 0, first_sample: 0, layer: 0 }
    }

    /// The pass as the layer at `position` of the network that has this pass sees it.
    #[must_use]
    #[inline(always)]
    pub const fn at(&self, position: u64) -> Self {
        // An odd factor and an addend keep positions apart on every level of nesting: (2, 0) is not (0, 2).
        Self { layer: self.layer.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(position + 1), ..*self }
    }
}

/// The constants by which a network lays out its workspace around a layer, for one shape of input.
///
/// The defaults are right for a layer that computes its output into a slice of its own and whose derivative reads both
/// its input and its output.
pub trait Plan {
    /// How many numbers per sample the layer keeps from `forward` for `backward`, beside its input and output.
    const CACHE_LEN: usize = 0;
    /// How many numbers per sample the layer needs while it infers.
    const INFERENCE_LEN: usize = Self::CACHE_LEN;
    /// Multiplications with addition per sample in `forward`.
    const MULTIPLY_ADDS: u64 = 0;
    /// `backward` reads the input; else it is handed an empty slice.
    const READS_INPUT: bool = true;
    /// `backward` reads the output; else it is handed an empty slice.
    const READS_OUTPUT: bool = true;
    /// `backward` forms its sums over its samples from zero, and then writes them to the gradient of the parameters, or adds
    /// them to it where [`Backward::accumulate`] says so. That spares a pass over all parameters that sets them to zero, and
    /// most sums of tiles a gradient of their own. A layer without parameters has nothing to say here.
    const SUMS_FROM_ZERO: bool = false;
    /// The layer can replace its input by its output (`forward_in_place`) and the gradient of its output by the one of
    /// its input (`backward_in_place`). Such a layer does not read its input in `backward`, gives as many numbers as it
    /// takes and has no parameters; anything else does not compile.
    const IN_PLACE: bool = false;
}

/// The plan of a layer without parameters that works in place.
#[derive(Debug)]
pub struct InPlacePlan<const READS_OUTPUT: bool>;

impl<const READS_OUTPUT: bool> Plan for InPlacePlan<READS_OUTPUT> {
    const READS_INPUT: bool = false;
    const READS_OUTPUT: bool = READS_OUTPUT;
    const IN_PLACE: bool = true;
}

/// What [`Layer::backward`] reads and writes, beside parameters: slices of samples.
#[derive(Debug)]
pub struct Backward<'a, T> {
    /// The input of `forward`; empty unless the plan says `READS_INPUT`.
    pub input: &'a [T],
    /// The output of `forward`; empty unless the plan says `READS_OUTPUT`.
    pub output: &'a [T],
    /// What `forward` left in the cache.
    pub cache: &'a mut [T],
    /// The gradient of the loss by the output. The layer may use the memory.
    pub grad_output: &'a mut [T],
    /// Where the gradient by the input is wanted; the first layer of a network is not asked for it.
    pub grad_input: Option<&'a mut [T]>,
    /// Add to the gradient of the parameters; else write it, over whatever is there. A layer whose plan does not say
    /// [`SUMS_FROM_ZERO`](Plan::SUMS_FROM_ZERO) is always asked to add, to zeros where need be.
    pub accumulate: bool,
}

/// A layer, as written in the type language.
///
/// `T` in a function is the type of number, `In` the shape of the input, `I` the instruction set, which the function
/// hands to kernels. Every slice holds whole samples: their number is the length of `input` divided by `In::LEN`.
///
/// # Gradients
/// `backward` **adds** to the gradient of the parameters and **overwrites** the gradient of the input. A layer whose plan says
/// [`SUMS_FROM_ZERO`](Plan::SUMS_FROM_ZERO) also overwrites the gradient of the parameters, where [`Backward::accumulate`] is
/// false. It never divides by the number of samples: the loss decides whether a gradient is a sum or a mean.
///
/// # Example
/// A layer of one's own that doubles every number.
/// ```
/// use typenet::prelude::*;
/// use typenet::kernel::{Isa, Kernels};
/// use typenet::{Backward, Pass, Plan, Scalar, Shape};
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
///     fn forward<In: Shape, T: Kernels, I: Isa>(
///         _: I, (): &(), (): &(), _: &Pass, input: &[T], output: &mut [T], _: &mut [T],
///     ) {
///         for (y, &x) in output.iter_mut().zip(input) {
///             *y = x + x;
///         }
///     }
///
///     fn backward<In: Shape, T: Kernels, I: Isa>(
///         _: I, (): &(), (): &(), _: &Pass, memory: Backward<'_, T>, (): &mut (),
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
    note = "layers are `Dense<N, H>`, activations such as `Tanh`, networks, and types of one's own that implement `Layer`"
)]
pub trait Layer: Sized + 'static {
    /// The shape of the output, for every shape of input.
    ///
    /// A layer that gives `Probabilities` is a head: its `forward_logits` gives the scores whose softmax they are. It is
    /// the only kind of head: every other layer has its output for logits.
    type Output<In: Shape>: Shape;
    /// The shape before the layer, where the layer is a head whose loss is computed on its input; else its output.
    type Logits<In: Shape>: Shape;
    /// The parameters, and the type of the field in a network.
    type With<T: Scalar>: Block<T> + Send + Sync;
    /// What is written in parentheses behind the layer; `()` when there is nothing to set.
    ///
    /// `Own(0.2, depth = 3)` stands for `Own::settings(0.2).depth(3)`: an inherent `const fn settings(..)` of the layer, which
    /// asserts ranges, and a `const fn` of that name on the settings for each named one. Both run while compiling.
    type Settings: Copy + Send + Sync;
    /// How much memory the layer needs and what it reads.
    type Plan<In: Shape>: Plan;

    /// What this layer wants the weights of the layer before it to start from.
    #[must_use]
    fn initialization(_settings: &Self::Settings) -> Initializer {
        Initializer::GLOROT
    }

    /// Draws the parameters. `initializer` is what the layer that follows wants.
    fn initialize<T: Scalar, R: RandomSource + ?Sized>(
        parameters: &mut Self::With<T>,
        _settings: &Self::Settings,
        initializer: Initializer,
        rng: &mut R,
    ) {
        initializer.fill_block(parameters.parameters_mut(), <Self::With<T> as Block<T>>::TENSORS, rng);
    }

    /// Computes the output of every sample and leaves in the cache what `backward` needs.
    fn forward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        parameters: &Self::With<T>,
        settings: &Self::Settings,
        pass: &Pass,
        input: &[T],
        output: &mut [T],
        cache: &mut [T],
    );

    /// As `forward`, with the input in the memory of the output. Called only when the plan says `IN_PLACE`. The cache has
    /// `CACHE_LEN` numbers per sample in a training pass, `INFERENCE_LEN` in a prediction.
    fn forward_in_place<In: Shape, T: Kernels, I: Isa>(
        _isa: I,
        _parameters: &Self::With<T>,
        _settings: &Self::Settings,
        _pass: &Pass,
        _values: &mut [T],
        _cache: &mut [T],
    ) {
        unreachable!("a layer whose plan says IN_PLACE has a `forward_in_place`")
    }

    /// As `forward` in inference mode, with `INFERENCE_LEN` numbers of scratch per sample and nothing kept.
    #[inline(always)]
    fn infer<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        parameters: &Self::With<T>,
        settings: &Self::Settings,
        input: &[T],
        output: &mut [T],
        scratch: &mut [T],
    ) {
        Self::forward::<In, T, I>(isa, parameters, settings, &Pass::inference(), input, output, scratch);
    }

    /// As `forward`, up to the logits.
    #[inline(always)]
    fn forward_logits<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        parameters: &Self::With<T>,
        settings: &Self::Settings,
        pass: &Pass,
        input: &[T],
        output: &mut [T],
        cache: &mut [T],
    ) {
        Self::forward::<In, T, I>(isa, parameters, settings, pass, input, output, cache);
    }

    /// Adds to the gradient of the parameters, or writes it, see [`Backward::accumulate`], and writes the gradient of the
    /// input, where wanted.
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        parameters: &Self::With<T>,
        settings: &Self::Settings,
        pass: &Pass,
        memory: Backward<'_, T>,
        gradient: &mut Self::With<T>,
    );

    /// As `backward`, with the gradient of the input in the memory of the one of the output. Called only when the plan
    /// says `IN_PLACE`; such a layer has no parameters.
    fn backward_in_place<In: Shape, T: Kernels, I: Isa>(
        _isa: I,
        _settings: &Self::Settings,
        _pass: &Pass,
        _output: &[T],
        _cache: &mut [T],
        _gradient: &mut [T],
    ) {
        unreachable!("a layer whose plan says IN_PLACE has a `backward_in_place`")
    }

    /// As `backward`, from the logits; the counterpart of `forward_logits`.
    #[inline(always)]
    fn backward_logits<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        parameters: &Self::With<T>,
        settings: &Self::Settings,
        pass: &Pass,
        memory: Backward<'_, T>,
        gradient: &mut Self::With<T>,
    ) {
        Self::backward::<In, T, I>(isa, parameters, settings, pass, memory, gradient);
    }
}

/// The layer accepts inputs of shape `In`.
///
/// Implement it for every shape that the layer is made for. `network!` asks for it once per edge.
#[diagnostic::on_unimplemented(message = "shape mismatch: `{Self}` does not take `{In}`")]
pub trait Takes<In: Shape>: Layer {}
