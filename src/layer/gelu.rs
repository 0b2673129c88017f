//! The Gaussian error linear unit.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Reads, Site};
use crate::shape::Shape;

/// The Gaussian error linear unit: a number times the share of standard normal numbers below it.
///
/// gelu(x) = x Φ(x) = x (1 + erf(x / √2)) / 2
///
/// The form of Keras and PyTorch without an approximation; [`GeluTanh`](crate::GeluTanh) is the approximate one.
///
/// # Shapes
/// Any shape; the output has the same, and is no longer `Probabilities`.
///
/// # Gradients
/// gelu'(x) = Φ(x) + x φ(x), with φ the density of the standard normal distribution.
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
}
