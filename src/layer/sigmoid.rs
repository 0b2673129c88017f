//! The logistic function.

use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Head, Reads, Site};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::shape::Shape;

/// The logistic function, which maps every element into (0, 1).
///
/// sigm(x) = 1 / (1 + e⁻ˣ)
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`.
///
/// # Gradients
/// sigm'(x) = y (1 - y), where y is the output.
///
/// # Numerics
/// Only exponentials of non-positive values are computed, so nothing overflows.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Gate (Vector<3>) = Sigmoid);
/// let [low, middle, high] = Gate::zeroed().predict(&[-100.0, 0.0, 100.0]);
/// assert!(low < 1e-40 && middle == 0.5 && high == 1.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sigmoid;

impl Elementwise for Sigmoid {
    type Settings = ();

    const READS: Reads = Reads::Output;
    const HEAD: Head = Head::Sigmoid;

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(isa: I, _: Site<'_, (), ()>, values: &mut [T]) {
        T::sigmoid(isa, values);
    }

    #[inline(always)]
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        _: Site<'_, (), ()>,
        output: &[T],
        gradient: &mut [T],
    ) {
        T::sigmoid_gradient(isa, output, gradient);
    }

    #[cfg(feature = "onnx")]
    fn onnx((): &(), graph: &mut Graph, input: &Value) -> Result<Value> {
        Ok(graph.node("Sigmoid", &[input], &[]))
    }
}
