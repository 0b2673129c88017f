//! The layer that flattens any shape to a vector.

use core::marker::PhantomData;

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Forward, Layer, Origins, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{Shape, Values};

/// Flattens an image, or any other shape, to a vector, so that a `Dense` can follow.
///
/// y = x, with the elements in memory order: channel by channel, row by row.
///
/// Written `Flatten` in a network, which infers the shape `Out`: a vector with as many elements as the input.
///
/// # Shapes
/// Input: any shape of N elements. Output: `Vector<N>`.
///
/// # Gradients
/// dL/dx = dL/dy.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Classifier (Image<1, 8, 8>) = Flatten, Dense<_, 10>, Softmax);
/// assert_eq!(Classifier::PARAMETERS, 64 * 10 + 10);
///
/// network!(struct Row (Image<2, 1, 2>) = Flatten);
/// assert_eq!(Row::zeroed().predict(&[[[1.0, 2.0]], [[3.0, 4.0]]]), [1.0, 2.0, 3.0, 4.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flatten<Out>(PhantomData<Out>);

/// The plan of a [`Flatten`].
#[derive(Debug)]
pub struct FlattenPlan;

impl Plan for FlattenPlan {
    const READS_INPUT: bool = false;
    const READS_OUTPUT: bool = false;
    const IN_PLACE: bool = true;
    const ORIGINS: Origins = Origins::NONE;
}

impl<Out: Shape> Layer for Flatten<Out> {
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = ();
    type Settings = ();
    type Plan<In: Shape> = FlattenPlan;

    fn initialization((): &(), next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(_: I, _: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        const { assert!(In::LEN == Out::LEN, "flattening keeps the number of elements") };
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
        Ok(graph.node("Flatten", &[input], &[]))
    }
}

impl<In: Values, Out: Shape> Takes<In> for Flatten<Out> {}
