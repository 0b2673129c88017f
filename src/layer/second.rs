//! The second part of a pair.

use core::marker::PhantomData;

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Forward, Layer, Origins, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{Pair, Part, Shape};

/// Replaces a pair by its second part, as at the beginning of a branch of [`Parallel`](crate::Parallel) in a network with two
/// inputs.
///
/// y = b for x = (a, b)
///
/// # Shapes
/// Input: [`Pair<A, B>`](crate::Pair). Output: `B`, any shape of the library.
///
/// # Gradients
/// dL/db = dL/dy and dL/da = 0.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Right (Pair<Vector<2>, Vector<3>>) = Second);
/// assert_eq!(Right::zeroed().predict(&Both { first: [1.0, 2.0], second: [3.0, 4.0, 5.0] }), [3.0, 4.0, 5.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Second;

/// The plan of a [`Second`].
#[derive(Debug)]
pub struct SecondPlan<In>(PhantomData<In>);

impl<In: Shape> Plan for SecondPlan<In> {
    const READS_INPUT: bool = false;
    const READS_OUTPUT: bool = false;
    const ALLOWS_PADDING: bool = true;
    const ORIGINS: Origins = Origins::from(In::First::PARTS.len());
}

impl Layer for Second {
    type Output<In: Shape> = In::Second;
    type Logits<In: Shape> = In::Second;
    type With<T: Scalar> = ();
    type Settings = ();
    type Plan<In: Shape> = SecondPlan<In>;

    fn initialization((): &(), next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(_: I, _: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, .. } = memory;
        let len = <In::Second as Shape>::LEN;
        for (part, pair) in output.chunks_exact_mut(len).zip(input.chunks_exact(In::LEN)) {
            part.copy_from_slice(&pair[In::LEN - len..]);
        }
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(_: I, _: SiteOf<'_, Self, T>, memory: Backward<'_, T>, (): &mut ()) {
        let Backward { grad_output, grad_input, .. } = memory;
        let Some(grad_input) = grad_input else { return };
        let len = <In::Second as Shape>::LEN;
        for (pair, part) in grad_input.chunks_exact_mut(In::LEN).zip(grad_output.chunks_exact(len)) {
            let (other, own) = pair.split_at_mut(In::LEN - len);
            other.fill(T::ZERO);
            own.copy_from_slice(part);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(_: SiteOf<'_, Self, T>, _: &mut Graph, input: &Value) -> Result<Value> {
        Ok(input.split_at(In::First::PARTS.len()).1)
    }
}

impl<A: Part, B: Part> Takes<Pair<A, B>> for Second {}
