//! The softsign function.

use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Reads, Site};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::shape::Shape;

/// The softsign function, which maps every element into (-1, 1). It saturates more slowly than [`Tanh`](crate::Tanh) and needs
/// no exponential.
///
/// f(x) = x / (1 + |x|)
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`.
///
/// # Gradients
/// f'(x) = 1 / (1 + |x|)² = (1 - |y|)², where y is the output.
///
/// # Numerics
/// An infinite element becomes NaN, so that a diverged network is not mistaken for a healthy one.
///
/// # Source
/// J. Bergstra, G. Desjardins, P. Lamblin and Y. Bengio, "Quadratic polynomials learn better image features", 2009, section 2.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Squash (Vector<3>) = Softsign);
/// assert_eq!(Squash::zeroed().predict(&[-3.0, 0.0, 1.0]), [-0.75, 0.0, 0.5]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Softsign;

impl Elementwise for Softsign {
    type Settings = ();

    const READS: Reads = Reads::Output;

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, values: &mut [T]) {
        for value in values {
            *value /= T::ONE + value.absolute();
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
            let rest = T::ONE - y.absolute();
            *g *= rest * rest;
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx((): &(), graph: &mut Graph, input: &Value) -> Result<Value> {
        Ok(graph.node("Softsign", &[input], &[]))
    }
}
