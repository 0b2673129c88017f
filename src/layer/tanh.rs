//! The hyperbolic tangent.

use crate::kernel::{Isa, Kernels, written_out};
use crate::layer::{Elementwise, Reads, Site};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::shape::Shape;

/// The largest number of elements for which a single sample is computed inline: a call would take as long as the computation.
const FEW: usize = 16;

/// The hyperbolic tangent, which maps every element into (-1, 1).
///
/// tanh(x) = (e²ˣ - 1) / (e²ˣ + 1)
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`.
///
/// # Gradients
/// tanh'(x) = 1 - y², where y is the output.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Squash (Vector<3>) = Tanh);
/// let [low, middle, high] = Squash::zeroed().predict(&[-100.0, 0.0, 100.0]);
/// assert_eq!([low, middle, high], [-1.0, 0.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tanh;

impl Elementwise for Tanh {
    type Settings = ();

    const READS: Reads = Reads::Output;

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(isa: I, _: Site<'_, (), ()>, values: &mut [T]) {
        if const { written_out(In::LEN, FEW) } && values.len() == In::LEN {
            T::hyperbolic_tangent_alone(isa, values);
        } else {
            T::hyperbolic_tangent(isa, values);
        }
    }

    #[inline(always)]
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        _: Site<'_, (), ()>,
        output: &[T],
        gradient: &mut [T],
    ) {
        T::hyperbolic_tangent_gradient(isa, output, gradient);
    }

    #[cfg(feature = "onnx")]
    fn onnx((): &(), graph: &mut Graph, input: &Value) -> Result<Value> {
        Ok(graph.node("Tanh", &[input], &[]))
    }
}
