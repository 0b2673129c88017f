//! The softsign function.

use super::in_place_layer;
use crate::block::block;
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, InPlacePlan, Layer, Pass, Takes};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tensor::TensorTable;

in_place_layer! {
    /// Squashes every number into (-1, 1), more slowly than [`Tanh`](crate::Tanh) and without an exponential.
    ///
    /// f(x) = x / (1 + |x|)
    ///
    /// # Shapes
    /// Any shape; the output has the same, and is no longer `Probabilities`.
    ///
    /// # Gradients
    /// f'(x) = 1 / (1 + |x|)² = (1 - |y|)², with y the output.
    ///
    /// # Numerics
    /// An infinite number becomes NaN, so that a network that diverged does not look healthy.
    ///
    /// # Source
    /// J. Bergstra, G. Desjardins, P. Lamblin and Y. Bengio, "Quadratic polynomials learn better image features", 2009, section 2.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Squash (Vector<3>) = Softsign);
    /// assert_eq!(Squash::zeroed().predict(&[-3.0, 0.0, 1.0]), [-0.75, 0.0, 0.5]);
    /// ```
    Softsign, settings: (), reads_output: true,
    initialization: |_settings| Initializer::GLOROT,
    forward: |_isa, _settings, values| for value in values {
        *value /= T::ONE + value.absolute();
    },
    backward: |_isa, _settings, output, gradient| for (g, &y) in gradient.iter_mut().zip(output) {
        let rest = T::ONE - y.absolute();
        *g *= rest * rest;
    },
}
