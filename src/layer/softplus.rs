//! The smooth rectifier.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Reads, Site};
use crate::scalar::is_normal_in_f32;
use crate::shape::Shape;

/// The smooth rectifier: always positive, and about x for large x.
///
/// f(x) = ln(1 + e^(β x)) / β
///
/// Written `Softplus`, `Softplus(2.0)` or `Softplus(beta = 2.0)`; β is [`Softplus::BETA`] unless written.
///
/// # Shapes
/// Any shape; the output has the same, and is no longer `Probabilities`.
///
/// # Gradients
/// f'(x) = 1 / (1 + e^(-β x)).
///
/// # Errors
/// A β that is not above 0, or not in the range of the normal numbers of `f32`, about 10⁻³⁸ to 10³⁸, does not
/// compile.
///
/// # Numerics
/// Computed as max(0, x) + ln(1 + e^-|β x|) / β, which cannot overflow; there is no threshold above which it is x.
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
}

impl Softplus {
    /// β where none is written, as in Keras and PyTorch.
    pub const BETA: f64 = 1.0;

    /// The settings that `Softplus(beta)` stands for.
    ///
    /// # Panics
    /// Unless β is above 0 and in the range of the normal numbers of `f32`.
    #[must_use]
    #[track_caller]
    pub const fn settings(beta: f64) -> f64 {
        // ln 2 / β, the value at 0, must be finite too.
        assert!(beta > 0.0 && is_normal_in_f32(beta), "the beta of `Softplus` is above 0 and in the range of `f32`");
        beta
    }
}
