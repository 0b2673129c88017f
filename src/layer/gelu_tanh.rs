//! The approximation of the Gaussian error linear unit by tanh.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Reads, Site};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::shape::Shape;

/// The approximation of the Gaussian error linear unit that uses tanh instead of the error function. GPT-2 and BERT were
/// trained with it, and Keras and PyTorch compute it if `approximate` is set.
///
/// f(x) = x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`.
///
/// # Gradients
/// f'(x) = (1 + t) / 2 + x (1 - t²) √(2/π) (1 + 3 · 0.044715 x²) / 2, where t is the tanh in f(x).
///
/// # Numerics
/// The result differs from the exact form [`Gelu`](crate::Gelu) by at most 0.0005.
///
/// # Source
/// D. Hendrycks and K. Gimpel, "Gaussian error linear units (GELUs)", 2016, section 2.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Gate (Vector<3>) = GeluTanh);
/// let [low, middle, high] = Gate::zeroed().predict(&[-1.0, 0.0, 1.0]);
/// assert!((low + 0.1588).abs() < 1e-4 && middle == 0.0 && (high - 0.8412).abs() < 1e-4);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct GeluTanh;

impl Elementwise for GeluTanh {
    type Settings = ();

    const READS: Reads = Reads::Input;

    fn initialization((): &(), _: Initializer) -> Initializer {
        Initializer::HE
    }

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(isa: I, _: Site<'_, (), ()>, values: &mut [T]) {
        T::gelu_tanh(isa, values);
    }

    #[inline(always)]
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        _: Site<'_, (), ()>,
        input: &[T],
        gradient: &mut [T],
    ) {
        T::gelu_tanh_gradient(isa, input, gradient);
    }

    #[cfg(feature = "onnx")]
    fn onnx((): &(), graph: &mut Graph, input: &Value) -> Result<Value> {
        // The operator `Gelu` came in version 20.
        let root = libm::sqrt(2.0 / core::f64::consts::PI);
        let [cubic, root, one, half] = [0.044_715, root, 1.0, 0.5].map(|number| graph.number(number));
        let square = graph.node("Mul", &[input, input], &[]);
        let scaled = graph.node("Mul", &[&square, &cubic], &[]);
        let factor = graph.node("Add", &[&scaled, &one], &[]);
        let inner = graph.node("Mul", &[input, &factor], &[]);
        let inner = graph.node("Mul", &[&inner, &root], &[]);
        let tanh = graph.node("Tanh", &[&inner], &[]);
        let sum = graph.node("Add", &[&tanh, &one], &[]);
        let product = graph.node("Mul", &[input, &sum], &[]);
        Ok(graph.node("Mul", &[&product, &half], &[]))
    }
}
