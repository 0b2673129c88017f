//! The rectified linear unit.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Reads, Site};
use crate::shape::Shape;

/// The rectified linear unit: negative numbers become zero.
///
/// relu(x) = max(0, x)
///
/// # Shapes
/// Any shape; the output has the same, and is no longer `Probabilities`.
///
/// # Gradients
/// relu'(x) = 1 where x > 0, else 0; so 0 at the kink, as in Keras and PyTorch.
///
/// # Numerics
/// NaN stays NaN: a network that diverged does not look healthy.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Rectify (Vector<3>) = Relu);
/// assert_eq!(Rectify::zeroed().predict(&[-1.0, 0.0, 2.0]), [0.0, 0.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Relu;

impl Elementwise for Relu {
    type Settings = ();

    const READS: Reads = Reads::Output;

    fn initialization((): &(), _: Initializer) -> Initializer {
        Initializer::HE
    }

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(isa: I, _: Site<'_, (), ()>, values: &mut [T]) {
        T::relu(isa, values);
    }

    #[inline(always)]
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        _: Site<'_, (), ()>,
        output: &[T],
        gradient: &mut [T],
    ) {
        T::relu_gradient(isa, output, gradient);
    }
}
