//! The exponential linear unit.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Reads, Site};
#[cfg(feature = "onnx")]
use crate::onnx::{Attribute, Graph, Result, Value};
use crate::scalar::is_normal_in_f32;
use crate::shape::Shape;

/// The exponential linear unit, in which negative elements approach -α smoothly.
///
/// f(x) = x if x > 0, and α (eˣ - 1) otherwise
///
/// Written `Elu`, `Elu(0.5)` or `Elu(alpha = 0.5)`. The default of α is [`Elu::ALPHA`].
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`.
///
/// # Gradients
/// f'(x) = 1 if x > 0, and α eˣ = y + α otherwise, where y is the output.
///
/// # Errors
/// The layer does not compile unless α is above 0 and in the range of the normal values of `f32`, about 10⁻³⁸ to 10³⁸.
///
/// # Numerics
/// eˣ - 1 is computed as one function, with full precision near zero.
///
/// # Source
/// D.-A. Clevert, T. Unterthiner and S. Hochreiter, "Fast and accurate deep network learning by exponential linear units
/// (ELUs)", 2016, equation 15.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Smooth (Vector<3>) = Elu(alpha = 0.5));
/// assert_eq!(Smooth::zeroed().predict(&[-100.0, 0.0, 2.0]), [-0.5, 0.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Elu;

impl Elementwise for Elu {
    type Settings = f64;

    const READS: Reads = Reads::Output;

    fn initialization(_: &f64, _: Initializer) -> Initializer {
        Initializer::HE
    }

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(isa: I, site: Site<'_, (), f64>, values: &mut [T]) {
        T::elu(isa, T::from_f64(*site.settings), values);
    }

    #[inline(always)]
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: Site<'_, (), f64>,
        output: &[T],
        gradient: &mut [T],
    ) {
        T::elu_gradient(isa, T::from_f64(*site.settings), output, gradient);
    }

    #[cfg(feature = "onnx")]
    fn onnx(alpha: &f64, graph: &mut Graph, input: &Value) -> Result<Value> {
        Ok(graph.node("Elu", &[input], &[("alpha", Attribute::number(*alpha))]))
    }
}

impl Elu {
    /// The default of α, as in Keras and PyTorch.
    pub const ALPHA: f64 = 1.0;

    /// Returns the settings that `Elu(alpha)` stands for.
    ///
    /// # Panics
    /// Panics if α is not above 0, or not in the range of the normal values of `f32`.
    #[must_use]
    #[track_caller]
    pub const fn settings(alpha: f64) -> f64 {
        assert!(alpha > 0.0 && is_normal_in_f32(alpha), "the alpha of `Elu` must be above 0 and in the range of `f32`");
        alpha
    }
}
