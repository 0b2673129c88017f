//! The sigmoid linear unit.

use super::{FromInputPlan, from_input_layer};
use crate::block::block;
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Layer, Pass, Takes};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tensor::TensorTable;

from_input_layer! {
    /// The sigmoid linear unit, also called swish: a number times its logistic function.
    ///
    /// silu(x) = x σ(x), with σ(x) = 1 / (1 + e⁻ˣ)
    ///
    /// # Shapes
    /// Any shape; the output has the same, and is no longer `Probabilities`.
    ///
    /// # Gradients
    /// silu'(x) = σ(x) (1 + x (1 - σ(x))).
    ///
    /// # Source
    /// S. Elfwing, E. Uchibe and K. Doya, "Sigmoid-weighted linear units for neural network function approximation in
    /// reinforcement learning", 2018, equations 4 and 5.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Gate (Vector<3>) = Silu);
    /// let [low, middle, high] = Gate::zeroed().predict(&[-100.0, 0.0, 100.0]);
    /// assert!(low.abs() < 1e-40 && middle == 0.0 && high == 100.0);
    /// ```
    Silu, settings: (),
    forward: |isa, _settings, values| T::silu(isa, values),
    backward: |isa, _settings, input, gradient| T::silu_gradient(isa, input, gradient),
}
