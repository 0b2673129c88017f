//! The rectifier that lets a little through.

use super::in_place_layer;
use crate::block::block;
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, InPlacePlan, Layer, Pass, Takes};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tensor::TensorTable;

in_place_layer! {
    /// The leaky rectified linear unit: negative numbers are multiplied by a small slope.
    ///
    /// f(x) = x where x > 0, else s x
    ///
    /// Written `LeakyRelu`, `LeakyRelu(0.2)` or `LeakyRelu(slope = 0.2)`; the slope s is [`LeakyRelu::SLOPE`] unless written.
    ///
    /// # Shapes
    /// Any shape; the output has the same, and is no longer `Probabilities`.
    ///
    /// # Gradients
    /// f'(x) = 1 where x > 0, else s; so s at the kink, as in Keras and PyTorch.
    ///
    /// # Errors
    /// A slope that is not a finite number above 0 does not compile. For a slope of 0 there is `Relu`.
    ///
    /// # Source
    /// A. Maas, A. Hannun and A. Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Leaky (Vector<3>) = LeakyRelu(0.5));
    /// assert_eq!(Leaky::zeroed().predict(&[-1.0, 0.0, 2.0]), [-0.5, 0.0, 2.0]);
    /// ```
    LeakyRelu, settings: f64, reads_output: true,
    initialization: |slope| Initializer::HeUniform { gain: libm::sqrt(2.0 / (1.0 + slope * slope)) },
    forward: |isa, slope, values| T::leaky_relu(isa, T::from_f64(*slope), values),
    backward: |isa, slope, output, gradient| T::leaky_relu_gradient(isa, T::from_f64(*slope), output, gradient),
}

impl LeakyRelu {
    /// The slope where none is written, as in PyTorch.
    pub const SLOPE: f64 = 0.01;

    /// The settings that `LeakyRelu(slope)` stands for.
    ///
    /// # Panics
    /// Unless the slope is finite and above 0.
    #[must_use]
    #[track_caller]
    pub const fn settings(slope: f64) -> f64 {
        assert!(slope > 0.0 && slope.is_finite(), "the slope of `LeakyRelu` is a finite number above 0");
        slope
    }
}
