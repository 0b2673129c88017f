//! The scaled exponential linear unit.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Reads, Site};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::shape::Shape;

/// The scaled exponential linear unit, which preserves mean 0 and standard deviation 1 from layer to layer.
///
/// f(x) = λ x if x > 0, and λ α (eˣ - 1) otherwise, with [`Selu::LAMBDA`] and [`Selu::ALPHA`]
///
/// The weights before it are drawn with standard deviation 1/√N for N inputs, as the two constants require.
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`.
///
/// # Gradients
/// f'(x) = λ if x > 0, and λ α eˣ = y + λ α otherwise, where y is the output.
///
/// # Source
/// G. Klambauer, T. Unterthiner, A. Mayr and S. Hochreiter, "Self-normalizing neural networks", 2017, equations 2 and 14.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Steady (Vector<3>) = Selu);
/// let [low, middle, high] = Steady::zeroed().predict(&[-100.0, 0.0, 2.0]);
/// assert!((low + 1.7580993).abs() < 1e-6 && middle == 0.0 && (high - 2.101402).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selu;

impl Elementwise for Selu {
    type Settings = ();

    const READS: Reads = Reads::Output;

    fn initialization((): &(), _: Initializer) -> Initializer {
        Initializer::HeNormal { gain: 1.0 }
    }

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(isa: I, _: Site<'_, (), ()>, values: &mut [T]) {
        T::elu(isa, T::from_f64(Selu::ALPHA), values);
        let lambda = T::from_f64(Selu::LAMBDA);
        for value in values {
            *value *= lambda;
        }
    }

    #[inline(always)]
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        _: Site<'_, (), ()>,
        output: &[T],
        gradient: &mut [T],
    ) {
        let [lambda, lowest] = [Selu::LAMBDA, Selu::LAMBDA * Selu::ALPHA].map(T::from_f64);
        T::elu_gradient(isa, lowest, output, gradient);
        for (g, &y) in gradient.iter_mut().zip(output) {
            *g *= if y > T::ZERO { lambda } else { T::ONE };
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx((): &(), graph: &mut Graph, input: &Value) -> Result<Value> {
        Ok(graph.node("Selu", &[input], &[]))
    }
}

impl Selu {
    /// The constant α of the paper.
    pub const ALPHA: f64 = 1.673_263_242_354_377_2;
    /// The constant λ of the paper.
    pub const LAMBDA: f64 = 1.050_700_987_355_480_5;
}
