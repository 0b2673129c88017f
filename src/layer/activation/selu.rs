//! The scaled exponential linear unit.

use super::in_place_layer;
use crate::block::block;
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, InPlacePlan, Layer, Pass, Takes};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tensor::TensorTable;

in_place_layer! {
    /// The scaled exponential linear unit, which keeps mean 0 and deviation 1 from layer to layer.
    ///
    /// f(x) = λ x where x > 0, else λ α (eˣ - 1), with [`Selu::LAMBDA`] and [`Selu::ALPHA`]
    ///
    /// The weights before it are drawn with deviation 1/√N for N inputs, as the two constants ask.
    ///
    /// # Shapes
    /// Any shape; the output has the same, and is no longer `Probabilities`.
    ///
    /// # Gradients
    /// f'(x) = λ where x > 0, else λ α eˣ = y + λ α, with y the output.
    ///
    /// # Source
    /// G. Klambauer, T. Unterthiner, A. Mayr and S. Hochreiter, "Self-normalizing neural networks", 2017, equations 2 and 14.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Steady (Vector<3>) = Selu);
    /// let [low, middle, high] = Steady::zeroed().predict(&[-100.0, 0.0, 2.0]);
    /// assert!((low + 1.7580993).abs() < 1e-6 && middle == 0.0 && (high - 2.101402).abs() < 1e-6);
    /// ```
    Selu, settings: (), reads_output: true,
    initialization: |_settings| Initializer::HeNormal { gain: 1.0 },
    forward: |isa, _settings, values| {
        T::elu(isa, T::from_f64(Selu::ALPHA), values);
        let lambda = T::from_f64(Selu::LAMBDA);
        for value in values {
            *value *= lambda;
        }
    },
    backward: |isa, _settings, output, gradient| {
        let [lambda, lowest] = [Selu::LAMBDA, Selu::LAMBDA * Selu::ALPHA].map(T::from_f64);
        T::elu_gradient(isa, lowest, output, gradient);
        for (g, &y) in gradient.iter_mut().zip(output) {
            *g *= if y > T::ZERO { lambda } else { T::ONE };
        }
    },
}

impl Selu {
    /// α, as in the paper.
    pub const ALPHA: f64 = 1.673_263_242_354_377_2;
    /// λ, as in the paper.
    pub const LAMBDA: f64 = 1.050_700_987_355_480_5;
}
