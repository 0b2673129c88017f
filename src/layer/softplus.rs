//! The smooth rectifier.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Reads, Site};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::is_normal_in_f32;
use crate::shape::Shape;

/// The smooth rectifier, which is always positive and approaches x for large x.
///
/// f(x) = ln(1 + e^(β x)) / β
///
/// Written `Softplus`, `Softplus(2.0)` or `Softplus(beta = 2.0)`. The default of β is [`Softplus::BETA`].
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`.
///
/// # Gradients
/// f'(x) = 1 / (1 + e^(-β x)).
///
/// # Errors
/// The layer does not compile unless β is above 0 and in the range of the normal values of `f32`, about 10⁻³⁸ to 10³⁸.
///
/// # Numerics
/// Computed as max(0, x) + ln(1 + e^-|β x|) / β, which cannot overflow. There is no threshold above which the result is x.
///
/// # Source
/// C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau and R. Garcia, "Incorporating second-order functional knowledge for better
/// option pricing", 2001.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Positive (Vector<2>) = Softplus);
/// let [middle, high] = Positive::zeroed().predict(&[0.0, 100.0]);
/// assert!((middle - 2.0_f32.ln()).abs() < 1e-6 && high == 100.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Softplus;

impl Elementwise for Softplus {
    type Settings = f64;

    const READS: Reads = Reads::Input;

    fn initialization(_: &f64, _: Initializer) -> Initializer {
        Initializer::HE
    }

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(isa: I, site: Site<'_, (), f64>, values: &mut [T]) {
        T::softplus(isa, T::from_f64(*site.settings), values);
    }

    #[inline(always)]
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: Site<'_, (), f64>,
        input: &[T],
        gradient: &mut [T],
    ) {
        T::softplus_gradient(isa, T::from_f64(*site.settings), input, gradient);
    }

    #[cfg(feature = "onnx")]
    fn onnx(&beta: &f64, graph: &mut Graph, input: &Value) -> Result<Value> {
        if beta == Self::BETA {
            return Ok(graph.node("Softplus", &[input], &[]));
        }
        let beta = graph.number(beta);
        let scaled = graph.node("Mul", &[input, &beta], &[]);
        let softplus = graph.node("Softplus", &[&scaled], &[]);
        Ok(graph.node("Div", &[&softplus, &beta], &[]))
    }
}

impl Softplus {
    /// The default of β, as in Keras and PyTorch.
    pub const BETA: f64 = 1.0;

    /// Returns the settings that `Softplus(beta)` stands for.
    ///
    /// # Panics
    /// Panics if β is not above 0, or not in the range of the normal values of `f32`.
    #[must_use]
    #[track_caller]
    pub const fn settings(beta: f64) -> f64 {
        // The value at 0, ln 2 / β, must also be finite.
        assert!(
            beta > 0.0 && is_normal_in_f32(beta),
            "the beta of `Softplus` must be above 0 and in the range of `f32`"
        );
        beta
    }
}
