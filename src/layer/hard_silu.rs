//! The approximation of SiLU by a piecewise linear logistic function.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Reads, Site};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::shape::Shape;

/// An approximation of [`Silu`](crate::Silu) with a piecewise linear logistic function, also called hard swish.
///
/// f(x) = x max(0, min(1, x/6 + 1/2))
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`.
///
/// # Gradients
/// f'(x) = 0 if x ≤ -3, 1 if x ≥ 3, and x/3 + 1/2 otherwise.
///
/// # Numerics
/// NaN stays NaN.
///
/// # Source
/// A. Howard and others, "Searching for MobileNetV3", 2019, section 5.2.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Gate (Vector<4>) = HardSilu);
/// assert_eq!(Gate::zeroed().predict(&[-4.0, 0.0, 1.5, 4.0]), [0.0, 0.0, 1.125, 4.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct HardSilu;

impl Elementwise for HardSilu {
    type Settings = ();

    const READS: Reads = Reads::Input;

    fn initialization((): &(), _: Initializer) -> Initializer {
        Initializer::HE
    }

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, values: &mut [T]) {
        let [sixth, half] = [1.0 / 6.0, 0.5].map(T::from_f64);
        for value in values {
            *value *= (*value * sixth + half).clamped(T::ZERO, T::ONE);
        }
    }

    #[inline(always)]
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        _: I,
        _: Site<'_, (), ()>,
        input: &[T],
        gradient: &mut [T],
    ) {
        let [third, half, three] = [1.0 / 3.0, 0.5, 3.0].map(T::from_f64);
        for (g, &x) in gradient.iter_mut().zip(input) {
            *g *= if x <= -three {
                T::ZERO
            } else if x >= three {
                T::ONE
            } else {
                x * third + half
            };
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx((): &(), graph: &mut Graph, input: &Value) -> Result<Value> {
        Ok(graph.node("HardSwish", &[input], &[]))
    }
}
