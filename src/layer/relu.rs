//! The rectified linear unit.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Reads, Site};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::shape::Shape;

/// The rectified linear unit, which sets negative elements to zero.
///
/// relu(x) = max(0, x)
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`.
///
/// # Gradients
/// relu'(x) = 1 if x > 0, and 0 otherwise. At the kink it is therefore 0, as in Keras and PyTorch.
///
/// # Numerics
/// NaN stays NaN, so that a diverged network is not mistaken for a healthy one.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Rectify (Vector<3>) = Relu);
/// assert_eq!(Rectify::zeroed().predict(&[-1.0, 0.0, 2.0]), [0.0, 0.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Relu;

impl Elementwise for Relu {
    type Settings = ();

    const READS: Reads = Reads::Output;

    fn initialization((): &(), _: Initializer) -> Initializer {
        Initializer::HE
    }

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(isa: I, _: Site<'_, (), ()>, values: &mut [T]) {
        T::relu(isa, values);
    }

    #[inline(always)]
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        _: Site<'_, (), ()>,
        output: &[T],
        gradient: &mut [T],
    ) {
        T::relu_gradient(isa, output, gradient);
    }

    #[cfg(feature = "onnx")]
    fn onnx((): &(), graph: &mut Graph, input: &Value) -> Result<Value> {
        Ok(graph.node("Relu", &[input], &[]))
    }
}
