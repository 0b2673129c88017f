//! The smooth rectifier.

use super::{FromInputPlan, from_input_layer};
use crate::block::block;
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Layer, Pass, Takes};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tensor::TensorTable;

from_input_layer! {
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
    Softplus, settings: f64,
    forward: |isa, beta, values| T::softplus(isa, T::from_f64(*beta), values),
    backward: |isa, beta, input, gradient| T::softplus_gradient(isa, T::from_f64(*beta), input, gradient),
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
        // In the numbers of a network it must be neither 0 nor infinite, and ln 2 / β, the value at 0, finite.
        #[allow(clippy::cast_possible_truncation, reason = "what becomes of it in `f32` is asked")]
        let single = beta as f32;
        assert!(single > 0.0 && single.is_normal(), "the beta of `Softplus` is above 0 and in the range of `f32`");
        beta
    }
}
