//! Blocks of branches: several chains of layers that read the same input and whose outputs are joined.

mod plan;

mod passes;

use passes::Position;
pub use passes::{BackwardBranches, ForwardBranches, StepBranches};
pub use plan::{BranchPlan, JoinsBranches, ParallelPlan, join_same_steps};

#[cfg(feature = "onnx")]
use alloc::vec::Vec;
use core::marker::PhantomData;

use rand::Rng as RandomSource;

use crate::flat_parameters::FlatParameters;
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Forward, Layer, NextStep, Site, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Attribute, Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{Image, Probabilities, ProbabilitySequence, Sequence, Shape, Vector};

/// Branches that read the same input, and whose outputs are joined.
///
/// y = (f₁(x), f₂(x), ..) with [`Concat`], or y = f₁(x) + f₂(x) + .. with [`Add`]
///
/// Written `Parallel { left: { .. }, right: { .. } }` in a network: two to eight branches, each a name and its layers in braces. A
/// branch without layers, `skip: {}`, passes its input on. `Parallel` and `Parallel(Concat)` concatenate the outputs in the order
/// written; `Parallel(Add)` adds them. `Parallel(Pair)` makes a [`Pair`](crate::Pair) of the outputs of two branches, for
/// [`CrossAttention`](crate::CrossAttention). The field of the block has a field for each branch, which has a field for each of its
/// layers: `network.block.left.conv.weight`, in files `block.left.conv.weight`.
///
/// **The field of a branch is the network of its layers:** `network.block.left.predict(&x)` is f₁(x). The output of the block is
/// `network.activations(&x).block`.
///
/// In Rust the type is `Parallel<J, B>`, where `J` is `Concat` or `Add`, and `B` a type that `network!` generates. With a
/// [`Pair`](crate::Pair) as the output, `Concat` writes one output after the other.
///
/// # Shapes
/// Each branch takes the input. `Concat`: images with the same number of rows and columns become one image with the channels of all
/// of them, sequences with the same number of steps one sequence with the features of all of them, and vectors one vector with the
/// elements of all of them. `Add`: all branches return the same shape, which is that of
/// the output. `Pair`: any shapes of the library. The output is no longer `Probabilities`, and neither are the parts of a pair.
///
/// # Gradients
/// dL/dx = Σ (dfᵢ/dx)ᵀ gᵢ over the branches, where gᵢ is the part of g = dL/dy that belongs to branch i with `Concat` and `Pair`,
/// and g with `Add`.
///
/// # Errors
/// Branches whose outputs cannot be joined, fewer than two and more than eight branches, and a pair of more than two do not compile.
/// Nor does a [`Stream`](crate::Stream) through a pair of sequences, which has no steps.
///
/// # Numerics
/// The branches are computed in the order written. Outputs, and gradients of the input, are added in this order, with one rounding
/// each. A training pass keeps, besides what the layers keep, the output of each branch whose last layer needs it, and has room
/// for one more output and one more gradient of the input.
///
/// # Source
/// Concatenation: C. Szegedy et al., "Going deeper with convolutions", 2015, figure 2; with the input: G. Huang, Z. Liu, L. van der
/// Maaten and K. Weinberger, "Densely connected convolutional networks", 2017, equation 2.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network! {
///     struct Inception (Image<3, 4, 4>) -> Image<9, 4, 4> {
///         block: Parallel {
///             narrow: { Conv2d<_, 2, 1>, Relu },
///             wide: { Conv2d<_, 4, 3>(padding = Same), Relu },
///             skip: {},
///         },
///     }
/// }
/// let mut network = Inception::zeroed();
/// network.block.wide.conv2d.bias[3] = 0.5;
/// let output = network.predict(&[[[7.0; 4]; 4]; 3]);
/// assert_eq!(output[0], [[0.0; 4]; 4]);
/// assert_eq!(output[5], [[0.5; 4]; 4]);
/// assert_eq!(output[6..], [[[7.0; 4]; 4]; 3]);
///
/// network!(struct Twice (Vector<2>) = Parallel(Add) { first: {}, second: { Identity } });
/// assert_eq!(Twice::zeroed().predict(&[1.0, -2.0]), [2.0, -4.0]);
///
/// network!(struct Halves (Vector<2>) = Parallel(Pair) { skip: {}, sum: { Dense<2, 1> } });
/// assert_eq!(Halves::zeroed().predict(&[1.0, -2.0]), Both { first: [1.0, -2.0], second: [0.0] });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Parallel<J, B>(PhantomData<(J, B)>);

/// How the outputs of branches become one output.
pub trait Join: 'static {
    /// Whether they are added. If not, each has its own part of the output.
    const ADDS: bool;
}

/// Concatenates outputs: images along their channels, sequences along their features, vectors along their elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Concat;

impl Join for Concat {
    const ADDS: bool = false;
}

/// Adds outputs, element by element.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Add;

impl Join for Add {
    const ADDS: bool = true;
}

/// A shape of which several can be concatenated along the axis [`Shape::CONCATENATED`]. Two can be joined if they have the same
/// `Of<1>`.
#[diagnostic::on_unimplemented(
    message = "outputs of shape `{Self}` cannot be concatenated",
    note = "`Parallel(Concat)` joins images, sequences, vectors, and shapes that implement `Concatenates`"
)]
pub trait Concatenates: Shape {
    /// The same shape with `N` in place of the size of that axis.
    type Of<const N: usize>: Shape;
}

impl<const M: usize> Concatenates for Vector<M> {
    type Of<const N: usize> = Vector<N>;
}

impl<const K: usize> Concatenates for Probabilities<K> {
    type Of<const N: usize> = Vector<N>;
}

impl<const C: usize, const H: usize, const W: usize> Concatenates for Image<C, H, W> {
    type Of<const N: usize> = Image<N, H, W>;
}

impl<const L: usize, const F: usize> Concatenates for Sequence<L, F> {
    type Of<const N: usize> = Sequence<L, N>;
}

impl<const L: usize, const K: usize> Concatenates for ProbabilitySequence<L, K> {
    type Of<const N: usize> = Sequence<L, N>;
}

/// The branches of a [`Parallel`] block. `network!` implements it.
pub trait Branches: 'static {
    /// The shape that each branch takes.
    type Input: Shape;
    /// The shape of the joined output.
    type Output: Shape;
    /// The parameters: a field for each branch.
    type With<T: Scalar>: FlatParameters<T> + Send + Sync;

    /// The plans of the branches, in order.
    const PLANS: &'static [BranchPlan];

    /// Returns the initializer that the first branch requests for the weights before the block.
    #[must_use]
    fn initialization(next: Initializer) -> Initializer;

    /// Initializes the parameters of each branch, in order.
    fn initialize<T: Scalar, R: RandomSource + ?Sized>(
        parameters: &mut Self::With<T>,
        initializer: Initializer,
        rng: &mut R,
    );

    /// Calls [`ForwardBranches::branch`] for each branch, in order.
    fn forward<J: Join, T: Kernels, I: Isa, const TRAINING: bool>(
        parameters: &Self::With<T>,
        pass: &mut ForwardBranches<'_, J, T, I, TRAINING>,
    );

    /// Calls [`StepBranches::branch`] for each branch, in order.
    fn step<J: Join, T: Kernels, I: Isa>(parameters: &Self::With<T>, pass: &mut StepBranches<'_, J, T, I>);

    /// Calls [`BackwardBranches::branch`] for each branch, in order.
    fn backward<J: Join, T: Kernels, I: Isa>(
        parameters: &Self::With<T>,
        gradient: &mut Self::With<T>,
        pass: &mut BackwardBranches<'_, J, T, I>,
    );

    /// Adds each branch to a graph of ONNX, in order, and returns their outputs.
    ///
    /// # Errors
    /// As in [`Layer::onnx`].
    #[cfg(feature = "onnx")]
    fn onnx<T: Scalar>(parameters: &Self::With<T>, graph: &mut Graph, input: &Value) -> Result<Vec<Value>>;
}

impl<J: Join, B: Branches> Layer for Parallel<J, B> {
    type Output<In: Shape> = B::Output;
    type Logits<In: Shape> = B::Output;
    type With<T: Scalar> = B::With<T>;
    type Settings = ();
    type Plan<In: Shape> = ParallelPlan<B>;

    fn initialization((): &(), next: Initializer) -> Initializer {
        B::initialization(next)
    }

    fn initialize<T: Scalar, R: RandomSource + ?Sized>(
        parameters: &mut B::With<T>,
        (): &(),
        initializer: Initializer,
        rng: &mut R,
    ) {
        B::initialize::<T, R>(parameters, initializer, rng);
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        forward::<J, B, T, I, true>(isa, site, memory);
    }

    #[inline(always)]
    fn infer<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        forward::<J, B, T, I, false>(isa, site, memory);
    }

    #[inline(always)]
    fn step<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: NextStep<'_, T>) {
        let NextStep { input, output, state, scratch, position } = memory;
        let (scratch, memory) = scratch.split_at_mut(ParallelPlan::<B>::TOTALS.step);
        let place = Position::first::<<B::Output as Shape>::Step>();
        let mut pass = StepBranches::<'_, J, T, I> {
            isa,
            pass: site.pass,
            input,
            output,
            scratch,
            memory,
            states: state,
            position,
            place,
            join: PhantomData,
        };
        B::step(site.parameters, &mut pass);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut B::With<T>,
    ) {
        let Backward { input, cache, grad_output, grad_input, accumulate, phase, .. } = memory;
        let samples = grad_output.len() / B::Output::LEN;
        let (scratch, rest) = cache.split_at_mut(samples * ParallelPlan::<B>::TOTALS.widest);
        let (spare, memory) = rest.split_at_mut(samples * B::Input::LEN);
        let mut pass = BackwardBranches::<'_, J, T, I> {
            isa,
            pass: site.pass,
            input,
            grad_output,
            grad_input,
            scratch,
            spare,
            memory,
            accumulate,
            samples,
            position: Position::first::<B::Output>(),
            phase,
            join: PhantomData,
        };
        B::backward(site.parameters, gradient, &mut pass);
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let outputs = B::onnx(site.parameters, graph, input)?;
        let all: Vec<&Value> = outputs.iter().collect();
        let along = i64::try_from(1 + B::Output::CONCATENATED).unwrap_or_default();
        Ok(match &all[..] {
            _ if B::Output::PARTS.len() > 1 => Value::pair(outputs),
            [first, second] if J::ADDS => graph.node("Add", &[first, second], &[]),
            all if J::ADDS => graph.node("Sum", all, &[]),
            all => graph.node("Concat", all, &[("axis", Attribute::Integer(along))]),
        })
    }
}

/// Computes a forward pass, with or without what `backward` needs.
#[inline(always)]
fn forward<J: Join, B: Branches, T: Kernels, I: Isa, const TRAINING: bool>(
    isa: I,
    site: Site<'_, B::With<T>, ()>,
    memory: Forward<'_, T>,
) {
    let Forward { input, output, cache, phase } = memory;
    let samples = input.len() / B::Input::LEN;
    let (scratch, rest) = cache.split_at_mut(samples * ParallelPlan::<B>::TOTALS.widest);
    let spare = if TRAINING { samples * B::Input::LEN } else { 0 };
    let mut pass = ForwardBranches::<'_, J, T, I, TRAINING> {
        isa,
        pass: site.pass,
        input,
        output,
        scratch,
        memory: &mut rest[spare..],
        samples,
        position: Position::first::<B::Output>(),
        phase,
        join: PhantomData,
    };
    B::forward(site.parameters, &mut pass);
}

impl<J: Join, B: Branches> Takes<B::Input> for Parallel<J, B> {}
