//! The leaky rectified linear unit.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Reads, Site};
#[cfg(feature = "onnx")]
use crate::onnx::{Attribute, Graph, Result, Value};
use crate::scalar::is_normal_in_f32;
use crate::shape::Shape;

/// The leaky rectified linear unit, which multiplies negative elements by a small slope.
///
/// f(x) = x if x > 0, and s x otherwise
///
/// Written `LeakyRelu`, `LeakyRelu(0.2)` or `LeakyRelu(slope = 0.2)`. The default of the slope s is [`LeakyRelu::SLOPE`].
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`.
///
/// # Gradients
/// f'(x) = 1 if x > 0, and s otherwise. At the kink it is therefore s, as in Keras and PyTorch.
///
/// # Errors
/// The layer does not compile unless the slope is above 0 and in the range of the normal values of `f32`, about 10⁻³⁸ to 10³⁸.
/// For a slope of 0, use `Relu`.
///
/// # Source
/// A. Maas, A. Hannun and A. Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Leaky (Vector<3>) = LeakyRelu(0.5));
/// assert_eq!(Leaky::zeroed().predict(&[-1.0, 0.0, 2.0]), [-0.5, 0.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LeakyRelu;

impl Elementwise for LeakyRelu {
    type Settings = f64;

    const READS: Reads = Reads::Output;

    fn initialization(slope: &f64, _: Initializer) -> Initializer {
        Initializer::HeUniform { gain: libm::sqrt(2.0 / (1.0 + slope * slope)) }
    }

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(isa: I, site: Site<'_, (), f64>, values: &mut [T]) {
        T::leaky_relu(isa, T::from_f64(*site.settings), values);
    }

    #[inline(always)]
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: Site<'_, (), f64>,
        output: &[T],
        gradient: &mut [T],
    ) {
        T::leaky_relu_gradient(isa, T::from_f64(*site.settings), output, gradient);
    }

    #[cfg(feature = "onnx")]
    fn onnx(slope: &f64, graph: &mut Graph, input: &Value) -> Result<Value> {
        Ok(graph.node("LeakyRelu", &[input], &[("alpha", Attribute::number(*slope))]))
    }
}

impl LeakyRelu {
    /// The default of the slope, as in PyTorch.
    pub const SLOPE: f64 = 0.01;

    /// Returns the settings that `LeakyRelu(slope)` stands for.
    ///
    /// # Panics
    /// Panics if the slope is not above 0, or not in the range of the normal values of `f32`.
    #[must_use]
    #[track_caller]
    pub const fn settings(slope: f64) -> f64 {
        assert!(
            slope > 0.0 && is_normal_in_f32(slope),
            "the slope of `LeakyRelu` must be above 0 and in the range of `f32`"
        );
        slope
    }
}
