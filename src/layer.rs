//! What is a layer, and what does it owe the network around it?
//!
//! A layer is a type of the language of architectures: `Dense<64, 32>` says what it computes, [`Layer::With`] is where
//! its parameters live. Generated code calls its functions one after the other, with slices of a workspace.
//!
//! Which inputs a layer accepts is stated apart from what it computes, in [`Takes`]: since [`Layer::Output`] exists for
//! every input, a wrong edge does not take the rest of the chain with it, and one mistake is one error.

mod pass;
mod plan;

mod elementwise;

mod conv2d;
mod dense;
mod dropout;
mod elu;
mod flatten;
mod gelu;
mod gelu_tanh;
mod hard_sigmoid;
mod hard_silu;
mod hard_tanh;
mod identity;
mod layer_norm;
mod leaky_relu;
mod relu;
mod residual;
mod selu;
mod sigmoid;
mod silu;
mod softmax;
mod softplus;
mod softsign;
mod tanh;

pub use elementwise::{Elementwise, ElementwisePlan, Reads};
pub use list::*;
pub use pass::{Mode, Pass};
pub use plan::{Layout, Plan};

use rand::Rng as RandomSource;

use crate::flat_parameters::FlatParameters;
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// Every layer of the library; the root and the prelude re-export this list.
pub mod list {
    pub use super::conv2d::{Conv2d, Filters, Padding};
    pub use super::dense::Dense;
    pub use super::dropout::Dropout;
    pub use super::elu::Elu;
    pub use super::flatten::Flatten;
    pub use super::gelu::Gelu;
    pub use super::gelu_tanh::GeluTanh;
    pub use super::hard_sigmoid::HardSigmoid;
    pub use super::hard_silu::HardSilu;
    pub use super::hard_tanh::HardTanh;
    pub use super::identity::Identity;
    pub use super::layer_norm::LayerNorm;
    pub use super::leaky_relu::LeakyRelu;
    pub use super::relu::Relu;
    pub use super::residual::Residual;
    pub use super::selu::Selu;
    pub use super::sigmoid::Sigmoid;
    pub use super::silu::Silu;
    pub use super::softmax::Softmax;
    pub use super::softplus::Softplus;
    pub use super::softsign::Softsign;
    pub use super::tanh::Tanh;
}

/// A layer within a pass: its parameters `P`, its settings `S`, and what it is told about the pass.
#[derive(Debug)]
pub struct Site<'a, P, S> {
    /// The parameters.
    pub parameters: &'a P,
    /// The settings.
    pub settings: &'a S,
    /// The pass.
    pub pass: &'a Pass,
}

impl<P, S> Clone for Site<'_, P, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P, S> Copy for Site<'_, P, S> {}

/// The site of a layer `L` whose elements are of type `T`.
pub type SiteOf<'a, L, T> = Site<'a, <L as Layer>::With<T>, <L as Layer>::Settings>;

/// What [`Layer::forward`] reads and writes, beside parameters: slices of samples.
#[derive(Debug)]
pub struct Forward<'a, T> {
    /// The samples that come in.
    pub input: &'a [T],
    /// Where the output of every sample goes.
    pub output: &'a mut [T],
    /// What `backward` needs, [`Plan::CACHE_LEN`] elements a sample; in inference [`Plan::INFERENCE_LEN`] elements of scratch
    /// memory.
    pub cache: &'a mut [T],
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

/// What the output of a layer stands for, as far as losses have to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Head {
    /// Scores, or anything else.
    None,
    /// The elements of a sample are probabilities that a softmax made: a loss is computed on what comes in, the logits.
    Softmax,
    /// Each element is a probability by itself, between 0 and 1, as a logistic function gives it: a loss of raw scores is not
    /// meant for it, and does not compile with it.
    ///
    /// ```compile_fail,E0080
    /// use typenet::kernel::{Isa, Kernels};
    /// use typenet::prelude::*;
    /// use typenet::{Elementwise, Head, Reads, Site};
    ///
    /// /// (x / (1 + |x|) + 1) / 2, between 0 and 1.
    /// struct Squash;
    ///
    /// impl Elementwise for Squash {
    ///     type Settings = ();
    ///     const READS: Reads = Reads::Input;
    ///     const HEAD: Head = Head::Sigmoid;
    ///
    ///     fn map<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, values: &mut [T]) {
    ///         for x in values {
    ///             *x = (*x / (T::ONE + x.abs()) + T::ONE) / T::from_f64(2.0);
    ///         }
    ///     }
    ///
    ///     fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
    ///         _: I, _: Site<'_, (), ()>, input: &[T], gradient: &mut [T],
    ///     ) {
    ///         for (g, x) in gradient.iter_mut().zip(input) {
    ///             let below = T::ONE + x.abs();
    ///             *g /= T::from_f64(2.0) * below * below;
    ///         }
    ///     }
    /// }
    ///
    /// network!(struct Yes = Dense<2, 1>, Squash);
    /// let data = Dataset::<Vector<2>, Vector<1>>::new(vec![[0.0, 1.0]], vec![[1.0]])?;
    /// Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).fit(&mut Yes::zeroed(), &data)?;
    /// # Ok::<(), typenet::Error>(())
    /// ```
    Sigmoid,
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
/// A custom layer that doubles every number.
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
    type With<T: Scalar>: FlatParameters<T> + Send + Sync;
    /// What is written in parentheses behind the layer; `()` when there is nothing to set.
    ///
    /// `Own(0.2, depth = 3)` stands for `Own::settings(0.2).depth(3)`: an inherent `const fn settings(..)` of the layer, which
    /// asserts ranges, and a `const fn` of that name on the settings for each named one. Both run while compiling.
    type Settings: Copy + Send + Sync;
    /// How much memory the layer needs and what it reads.
    type Plan<In: Shape>: Plan;

    /// What the output stands for, where losses have to know.
    const HEAD: Head = Head::None;

    /// What this layer wants the weights of the layer before it to start from.
    ///
    /// `next` is what the layer after this one wants. A layer that keeps the magnitudes of its input, such as `Dropout` or a
    /// normalization, returns it; an activation returns what suits it.
    #[must_use]
    fn initialization(_settings: &Self::Settings, _next: Initializer) -> Initializer {
        Initializer::GLOROT
    }

    /// Draws the parameters. `initializer` is what the layers that follow want.
    fn initialize<T: Scalar, R: RandomSource + ?Sized>(
        parameters: &mut Self::With<T>,
        _settings: &Self::Settings,
        initializer: Initializer,
        rng: &mut R,
    ) {
        initializer.fill_tensors(parameters.parameters_mut(), <Self::With<T> as FlatParameters<T>>::TENSORS, rng);
    }

    /// Computes the output of every sample and leaves in the cache what `backward` needs.
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>);

    /// As `forward`, with the input in the memory of the output. Called only when the plan says `IN_PLACE`. The cache has
    /// `CACHE_LEN` elements per sample in a training pass, `INFERENCE_LEN` in a prediction.
    fn forward_in_place<In: Shape, T: Kernels, I: Isa>(
        _isa: I,
        _site: SiteOf<'_, Self, T>,
        _values: &mut [T],
        _cache: &mut [T],
    ) {
        unreachable!("a layer whose plan says IN_PLACE has a `forward_in_place`")
    }

    /// As `forward` in inference mode, with `INFERENCE_LEN` elements of scratch memory per sample and nothing kept.
    #[inline(always)]
    fn infer<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        Self::forward::<In, T, I>(isa, site, memory);
    }

    /// As `forward`, up to the logits.
    #[inline(always)]
    fn forward_logits<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        Self::forward::<In, T, I>(isa, site, memory);
    }

    /// Adds to the gradient of the parameters, or writes it, see [`Backward::accumulate`], and writes the gradient of the
    /// input, where wanted.
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut Self::With<T>,
    );

    /// As `backward`, with the gradient of the input in the memory of the one of the output. Called only when the plan
    /// says `IN_PLACE`; such a layer has no parameters.
    fn backward_in_place<In: Shape, T: Kernels, I: Isa>(
        _isa: I,
        _site: SiteOf<'_, Self, T>,
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
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut Self::With<T>,
    ) {
        Self::backward::<In, T, I>(isa, site, memory, gradient);
    }
}

/// The layer accepts inputs of shape `In`.
///
/// Implement it for every shape that the layer is made for. `network!` asks for it once per edge.
#[diagnostic::on_unimplemented(message = "shape mismatch: `{Self}` does not take `{In}`")]
pub trait Takes<In: Shape>: Layer {}
