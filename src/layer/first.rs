//! The first part of a pair.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Forward, Layer, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{Pair, Part, Shape};

/// Replaces a pair by its first part, as at the beginning of a branch of [`Parallel`](crate::Parallel) in a network with two
/// inputs.
///
/// y = a for x = (a, b)
///
/// # Shapes
/// Input: [`Pair<A, B>`](crate::Pair). Output: `A`, any shape of the library.
///
/// # Gradients
/// dL/da = dL/dy and dL/db = 0.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Left (Pair<Vector<2>, Vector<3>>) = First);
/// assert_eq!(Left::zeroed().predict(&Both { first: [1.0, 2.0], second: [3.0, 4.0, 5.0] }), [1.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct First;

/// The plan of a [`First`].
#[derive(Debug)]
pub struct FirstPlan;

impl Plan for FirstPlan {
    const READS_INPUT: bool = false;
    const READS_OUTPUT: bool = false;
    const ALLOWS_PADDING: bool = true;
}

impl Layer for First {
    type Output<In: Shape> = In::First;
    type Logits<In: Shape> = In::First;
    type With<T: Scalar> = ();
    type Settings = ();
    type Plan<In: Shape> = FirstPlan;

    fn initialization((): &(), next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(_: I, _: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, .. } = memory;
        let len = <In::First as Shape>::LEN;
        for (part, pair) in output.chunks_exact_mut(len).zip(input.chunks_exact(In::LEN)) {
            part.copy_from_slice(&pair[..len]);
        }
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(_: I, _: SiteOf<'_, Self, T>, memory: Backward<'_, T>, (): &mut ()) {
        let Backward { grad_output, grad_input, .. } = memory;
        let Some(grad_input) = grad_input else { return };
        let len = <In::First as Shape>::LEN;
        for (pair, part) in grad_input.chunks_exact_mut(In::LEN).zip(grad_output.chunks_exact(len)) {
            let (own, other) = pair.split_at_mut(len);
            own.copy_from_slice(part);
            other.fill(T::ZERO);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(_: SiteOf<'_, Self, T>, _: &mut Graph, input: &Value) -> Result<Value> {
        Ok(input.split_at(In::First::PARTS.len()).0)
    }
}

impl<A: Part, B: Part> Takes<Pair<A, B>> for First {}
