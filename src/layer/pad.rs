//! A border around images.

#[cfg(feature = "onnx")]
use alloc::vec::Vec;
use core::marker::PhantomData;

use crate::initializer::Initializer;
pub use crate::kernel::PadMode;
use crate::kernel::{Isa, Kernels, PadSizes};
use crate::layer::pooling::axes;
use crate::layer::{Backward, Forward, Layer, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Attribute, Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{Image, Shape};

/// Puts a border around an image: `TOP` rows above it, `LEFT` columns to its left, `BOTTOM` rows below it and `RIGHT` columns to
/// its right.
///
/// `y[c, oy, ox] = x[c, oy - TOP, ox - LEFT]` within the image
///
/// Written `Pad<1>` for the same number of rows and columns on all sides, `Pad<1, 2>` for 1 row above and below and 2 columns to
/// the left and to the right, or `Pad<0, 0, 1, 1>` for rows above, columns to the left, rows below and columns to the right. The
/// network infers the shape `Out`.
///
/// `mode` is the content of the border: [`Zeros`](PadMode::Zeros), which is the default, [`Reflect`](PadMode::Reflect),
/// [`Replicate`](PadMode::Replicate) or [`Circular`](PadMode::Circular), as in `Pad<1>(mode = Reflect)`. They are the modes of
/// PyTorch's `pad`, which lists the columns before the rows: its `(left, right, top, bottom)` is `Pad<top, left, bottom, right>`.
///
/// A convolution with the setting `padding` needs no border of zeros around its input, and skips the products with these zeros.
///
/// # Shapes
/// Input: `Image<C, H, W>`. Output: `Image<C, TOP + H + BOTTOM, LEFT + W + RIGHT>`.
///
/// # Gradients
/// dL/dx = Σ dL/dy over the places to which x was copied.
///
/// # Errors
/// A border that `Reflect` or `Circular` would have to make from fewer rows or columns than it has does not compile.
///
/// # Panics
/// Panics if the type is written by hand, with an `Out` other than the shape that follows from the input.
///
/// # Numerics
/// Gradients are summed in the fixed order of [`PlacementKernels`](crate::kernel::PlacementKernels).
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Framed (Image<1, 1, 3>) -> Image<1, 1, 7> = Pad<0, 2>);
/// assert_eq!(Framed::zeroed().predict(&[[[1.0, 2.0, 3.0]]]), [[[0.0, 0.0, 1.0, 2.0, 3.0, 0.0, 0.0]]]);
///
/// network!(struct Mirrored (Image<1, 1, 3>) = Pad<0, 2>(mode = Reflect));
/// assert_eq!(Mirrored::zeroed().predict(&[[[1.0, 2.0, 3.0]]]), [[[3.0, 2.0, 1.0, 2.0, 3.0, 2.0, 1.0]]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pad<const TOP: usize, const LEFT: usize, const BOTTOM: usize, const RIGHT: usize, Out>(PhantomData<Out>);

impl<const TOP: usize, const LEFT: usize, const BOTTOM: usize, const RIGHT: usize, Out>
    Pad<TOP, LEFT, BOTTOM, RIGHT, Out>
{
    /// Returns the settings that `Pad<..>(mode)` stands for.
    #[must_use]
    pub const fn settings(mode: PadMode) -> PadMode {
        mode
    }
}

/// The plan of a [`Pad`].
#[derive(Debug)]
pub struct PadPlan;

impl Plan for PadPlan {
    const READS_INPUT: bool = false;
    const READS_OUTPUT: bool = false;
}

impl<const TOP: usize, const LEFT: usize, const BOTTOM: usize, const RIGHT: usize, Out: Shape>
    Pad<TOP, LEFT, BOTTOM, RIGHT, Out>
{
    /// Returns the sizes of a pass over inputs of this many elements.
    #[inline(always)]
    fn sizes<In: Shape>(elements: usize) -> PadSizes {
        let ([channels, rows, columns], output) = (axes::<In>(), axes::<Out>());
        let expected = [channels, TOP + rows + BOTTOM, LEFT + columns + RIGHT];
        assert!(output == expected, "the output of a `Pad` does not have the shape `Out`");
        PadSizes {
            planes: elements / (rows * columns),
            input: [rows, columns],
            before: [TOP, LEFT],
            after: [BOTTOM, RIGHT],
        }
    }
}

impl<const TOP: usize, const LEFT: usize, const BOTTOM: usize, const RIGHT: usize, Out: Shape> Layer
    for Pad<TOP, LEFT, BOTTOM, RIGHT, Out>
{
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = ();
    type Settings = PadMode;
    type Plan<In: Shape> = PadPlan;

    /// Returns `next`, since the elements of the image are those of the input.
    fn initialization(_: &PadMode, next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, .. } = memory;
        T::pad(isa, Self::sizes::<In>(input.len()), *site.settings, input, output);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        (): &mut (),
    ) {
        let Backward { grad_output, grad_input, .. } = memory;
        if let Some(grad_input) = grad_input {
            let sizes = Self::sizes::<In>(grad_input.len());
            T::pad_gradient(isa, sizes, *site.settings, grad_output, grad_input);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let amounts = [0, 0, TOP, LEFT, 0, 0, BOTTOM, RIGHT].map(|amount| i64::try_from(amount).unwrap_or_default());
        let mode = match *site.settings {
            PadMode::Zeros => "constant",
            PadMode::Reflect => "reflect",
            PadMode::Replicate => "edge",
            // The mode `wrap` came in version 19.
            PadMode::Circular => {
                let rows = wrapped(graph, input, [2, In::DIMENSIONS[1]], [TOP, BOTTOM]);
                return Ok(wrapped(graph, &rows, [3, In::DIMENSIONS[2]], [LEFT, RIGHT]));
            }
        };
        let amounts = graph.integers(&amounts);
        Ok(graph.node("Pad", &[input, &amounts], &[("mode", Attribute::Text(mode))]))
    }
}

/// Puts the opposite ends of an axis of some size at its ends.
#[cfg(feature = "onnx")]
fn wrapped(graph: &mut Graph, input: &Value, [axis, size]: [usize; 2], [before, after]: [usize; 2]) -> Value {
    let mut slice = |from: usize, to: usize| {
        let [from, to, axis] =
            [from, to, axis].map(|place| graph.integers(&[i64::try_from(place).unwrap_or_default()]));
        graph.node("Slice", &[input, &from, &to, &axis], &[])
    };
    let first = (before > 0).then(|| slice(size - before, size));
    let last = (after > 0).then(|| slice(0, after));
    let parts: Vec<&Value> = first.iter().chain([input]).chain(&last).collect();
    graph.node("Concat", &parts, &[("axis", Attribute::Integer(i64::try_from(axis).unwrap_or_default()))])
}

impl<
    const TOP: usize,
    const LEFT: usize,
    const BOTTOM: usize,
    const RIGHT: usize,
    Out: Shape,
    const C: usize,
    const H: usize,
    const W: usize,
> Takes<Image<C, H, W>> for Pad<TOP, LEFT, BOTTOM, RIGHT, Out>
{
}
