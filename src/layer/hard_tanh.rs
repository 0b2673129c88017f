//! The piecewise linear approximation of the hyperbolic tangent.

use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Reads, Site};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::shape::Shape;

/// A piecewise linear approximation of [`Tanh`](crate::Tanh) with three pieces.
///
/// f(x) = max(-1, min(1, x))
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`.
///
/// # Gradients
/// f'(x) = 1 if -1 < x < 1, and 0 otherwise. At the kinks it is therefore 0, as in PyTorch.
///
/// # Numerics
/// NaN stays NaN.
///
/// # Source
/// R. Collobert, "Large scale machine learning", 2004, section 6.2.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Squash (Vector<3>) = HardTanh);
/// assert_eq!(Squash::zeroed().predict(&[-4.0, 0.25, 4.0]), [-1.0, 0.25, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct HardTanh;

impl Elementwise for HardTanh {
    type Settings = ();

    const READS: Reads = Reads::Output;

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, values: &mut [T]) {
        for value in values {
            *value = value.clamped(-T::ONE, T::ONE);
        }
    }

    #[inline(always)]
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        _: I,
        _: Site<'_, (), ()>,
        output: &[T],
        gradient: &mut [T],
    ) {
        for (g, &y) in gradient.iter_mut().zip(output) {
            *g *= if y <= -T::ONE || y >= T::ONE { T::ZERO } else { T::ONE };
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx((): &(), graph: &mut Graph, input: &Value) -> Result<Value> {
        let [low, high] = [-1.0, 1.0].map(|bound| graph.number(bound));
        Ok(graph.node("Clip", &[input, &low, &high], &[]))
    }
}
