//! The layer that gives the elements of any shape another shape.

use core::marker::PhantomData;

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Forward, Layer, Origins, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{Shape, Values};

/// Arranges the elements of any shape in another one with as many elements.
///
/// y = x, with the elements in memory order: channel by channel, row by row.
///
/// Written `Reshape<Image<2, 3, 4>>`, `Reshape<Vector<24>>` or `Reshape<Sequence<4, 6>>` in a network. One size may be `_`, as in `Reshape<Image<_, 3, 4>>`:
/// it follows from the number of elements of the input. [`Flatten`](crate::Flatten) is `Reshape<Vector<_>>`.
///
/// # Shapes
/// Input: any shape of N elements. Output: the shape `Out` of N elements.
///
/// # Gradients
/// dL/dx = dL/dy.
///
/// # Errors
/// A shape with another number of elements than the input does not compile.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Columns (Vector<4>) -> Image<1, 2, 2> = Reshape<Image<1, 2, 2>>);
/// assert_eq!(Columns::zeroed().predict(&[1.0, 2.0, 3.0, 4.0]), [[[1.0, 2.0], [3.0, 4.0]]]);
///
/// // A vector becomes an image, which is enlarged.
/// network!(struct Generator = Dense<5, 32>, Reshape<Image<_, 4, 4>>, Upsample<2>, Conv2d<_, 1, 3>(padding = Same));
/// assert_eq!(Generator::zeroed().predict(&[0.0; 5]), [[[0.0; 8]; 8]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Reshape<Out>(PhantomData<Out>);

/// The plan of a [`Reshape`].
#[derive(Debug)]
pub struct ReshapePlan<In, Out>(PhantomData<(In, Out)>);

impl<In: Shape, Out: Shape> Plan for ReshapePlan<In, Out> {
    const READS_INPUT: bool = false;
    const READS_OUTPUT: bool = false;
    // Another number of elements is reported as a mistake of its own.
    const IN_PLACE: bool = In::LEN == Out::LEN;
    const ORIGINS: Origins = Origins::NONE;
}

impl<Out: Shape> Layer for Reshape<Out> {
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = ();
    type Settings = ();
    type Plan<In: Shape> = ReshapePlan<In, Out>;

    fn initialization((): &(), next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(_: I, _: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        const { assert!(In::LEN == Out::LEN, "a reshaped sample has as many elements as before") };
        memory.output.copy_from_slice(memory.input);
    }

    #[inline(always)]
    fn forward_in_place<In: Shape, T: Kernels, I: Isa>(_: I, _: SiteOf<'_, Self, T>, _: &mut [T], _: &mut [T]) {}

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(_: I, _: SiteOf<'_, Self, T>, memory: Backward<'_, T>, (): &mut ()) {
        if let Some(grad_input) = memory.grad_input {
            grad_input.copy_from_slice(memory.grad_output);
        }
    }

    #[inline(always)]
    fn backward_in_place<In: Shape, T: Kernels, I: Isa>(
        _: I,
        _: SiteOf<'_, Self, T>,
        _: &[T],
        _: &mut [T],
        _: &mut [T],
    ) {
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(_: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        Ok(graph.reshaped(input, Out::DIMENSIONS))
    }
}

impl<In: Values, Out: Shape> Takes<In> for Reshape<Out> {}
