//! The identity function.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Reads, Site};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::shape::Shape;

/// The identity function, which returns every element unchanged.
///
/// f(x) = x
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`.
///
/// # Gradients
/// f'(x) = 1.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Same (Vector<2>) = Identity);
/// assert_eq!(Same::zeroed().predict(&[-1.0, 2.0]), [-1.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Identity;

impl Elementwise for Identity {
    type Settings = ();

    const READS: Reads = Reads::Nothing;

    fn initialization((): &(), next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, _: &mut [T]) {}

    #[inline(always)]
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, _: &[T], _: &mut [T]) {}

    #[cfg(feature = "onnx")]
    fn onnx((): &(), _: &mut Graph, input: &Value) -> Result<Value> {
        Ok(input.clone())
    }
}
