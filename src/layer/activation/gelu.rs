//! The Gaussian error linear unit, exact and approximate.

use super::{FromInputPlan, from_input_layer};
use crate::block::block;
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Layer, Pass, Takes};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tensor::TensorTable;

from_input_layer! {
    /// The Gaussian error linear unit: a number times the share of standard normal numbers below it.
    ///
    /// gelu(x) = x Φ(x) = x (1 + erf(x / √2)) / 2
    ///
    /// The form of Keras and PyTorch without an approximation; [`GeluTanh`] is the approximate one.
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
    Gelu, settings: (),
    forward: |isa, _settings, values| T::gelu(isa, values),
    backward: |isa, _settings, input, gradient| T::gelu_gradient(isa, input, gradient),
}

from_input_layer! {
    /// The Gaussian error linear unit with tanh in place of the error function: what GPT-2 and BERT were trained with, and
    /// what Keras and PyTorch compute with `approximate`.
    ///
    /// f(x) = x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2
    ///
    /// # Shapes
    /// Any shape; the output has the same, and is no longer `Probabilities`.
    ///
    /// # Gradients
    /// f'(x) = (1 + t) / 2 + x (1 - t²) √(2/π) (1 + 3 · 0.044715 x²) / 2, with t the tanh.
    ///
    /// # Numerics
    /// At most 0.0005 from the exact form [`Gelu`].
    ///
    /// # Source
    /// D. Hendrycks and K. Gimpel, "Gaussian error linear units (GELUs)", 2016, section 2.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Gate (Vector<3>) = GeluTanh);
    /// let [low, middle, high] = Gate::zeroed().predict(&[-1.0, 0.0, 1.0]);
    /// assert!((low + 0.1588).abs() < 1e-4 && middle == 0.0 && (high - 0.8412).abs() < 1e-4);
    /// ```
    GeluTanh, settings: (),
    forward: |isa, _settings, values| T::gelu_tanh(isa, values),
    backward: |isa, _settings, input, gradient| T::gelu_tanh_gradient(isa, input, gradient),
}
