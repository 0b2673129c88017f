//! The exponential linear unit.

use super::in_place_layer;
use crate::block::block;
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, InPlacePlan, Layer, Pass, Takes};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tensor::TensorTable;

in_place_layer! {
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
    /// An α that is not a finite number above 0 does not compile.
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
    Elu, settings: f64, reads_output: true,
    initialization: |_alpha| Initializer::HE,
    forward: |isa, alpha, values| T::elu(isa, T::from_f64(*alpha), values),
    backward: |isa, alpha, output, gradient| T::elu_gradient(isa, T::from_f64(*alpha), output, gradient),
}

impl Elu {
    /// α where none is written, as in Keras and PyTorch.
    pub const ALPHA: f64 = 1.0;

    /// The settings that `Elu(alpha)` stands for.
    ///
    /// # Panics
    /// Unless α is finite and above 0.
    #[must_use]
    #[track_caller]
    pub const fn settings(alpha: f64) -> f64 {
        assert!(alpha > 0.0 && alpha.is_finite(), "the alpha of `Elu` is a finite number above 0");
        alpha
    }
}
