//! The exponential linear unit.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Reads, Site};
use crate::scalar::is_normal_in_f32;
use crate::shape::Shape;

/// The exponential linear unit: negative numbers go smoothly towards -α.
///
/// f(x) = x where x > 0, else α (eˣ - 1)
///
/// Written `Elu`, `Elu(0.5)` or `Elu(alpha = 0.5)`; α is [`Elu::ALPHA`] unless written.
///
/// # Shapes
/// Any shape; the output has the same, and is no longer `Probabilities`.
///
/// # Gradients
/// f'(x) = 1 where x > 0, else α eˣ = y + α, with y the output.
///
/// # Errors
/// An α that is not above 0, or not in the range of the normal numbers of `f32`, about 10⁻³⁸ to 10³⁸, does not compile.
///
/// # Numerics
/// eˣ - 1 is computed as such, with all its digits near zero.
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
}

impl Elu {
    /// α where none is written, as in Keras and PyTorch.
    pub const ALPHA: f64 = 1.0;

    /// The settings that `Elu(alpha)` stands for.
    ///
    /// # Panics
    /// Unless α is above 0 and in the range of the normal numbers of `f32`.
    #[must_use]
    #[track_caller]
    pub const fn settings(alpha: f64) -> f64 {
        assert!(alpha > 0.0 && is_normal_in_f32(alpha), "the alpha of `Elu` is above 0 and in the range of `f32`");
        alpha
    }
}
