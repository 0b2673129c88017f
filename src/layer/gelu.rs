//! The Gaussian error linear unit.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Reads, Site};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::shape::Shape;

/// The Gaussian error linear unit: x times the probability that a standard normal variable is below x.
///
/// gelu(x) = x Φ(x) = x (1 + erf(x / √2)) / 2
///
/// This is the exact form, as in Keras and PyTorch by default. [`GeluTanh`](crate::GeluTanh) is the approximation.
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`.
///
/// # Gradients
/// gelu'(x) = Φ(x) + x φ(x), where φ is the density of the standard normal distribution.
///
/// # Source
/// D. Hendrycks and K. Gimpel, "Gaussian error linear units (GELUs)", 2016, section 2.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Gate (Vector<3>) = Gelu);
/// let [low, middle, high] = Gate::zeroed().predict(&[-1.0, 0.0, 1.0]);
/// // Φ(1) = 0.8413
/// assert!((low + 0.1587).abs() < 1e-4 && middle == 0.0 && (high - 0.8413).abs() < 1e-4);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Gelu;

impl Elementwise for Gelu {
    type Settings = ();

    const READS: Reads = Reads::Input;

    fn initialization((): &(), _: Initializer) -> Initializer {
        Initializer::HE
    }

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(isa: I, _: Site<'_, (), ()>, values: &mut [T]) {
        T::gelu(isa, values);
    }

    #[inline(always)]
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        _: Site<'_, (), ()>,
        input: &[T],
        gradient: &mut [T],
    ) {
        T::gelu_gradient(isa, input, gradient);
    }

    #[cfg(feature = "onnx")]
    fn onnx((): &(), graph: &mut Graph, input: &Value) -> Result<Value> {
        // The operator `Gelu` came in version 20.
        let [root, one, half] = [core::f64::consts::SQRT_2, 1.0, 0.5].map(|number| graph.number(number));
        let scaled = graph.node("Div", &[input, &root], &[]);
        let error_function = graph.node("Erf", &[&scaled], &[]);
        let sum = graph.node("Add", &[&error_function, &one], &[]);
        let product = graph.node("Mul", &[input, &sum], &[]);
        Ok(graph.node("Mul", &[&product, &half], &[]))
    }
}
