//! Activations of straight pieces, which stand in for smooth ones where exponentials are dear.

use super::{FromInputPlan, from_input_layer, in_place_layer};
use crate::block::block;
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, InPlacePlan, Layer, Pass, Takes};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tensor::TensorTable;

/// `x`, or the end of the interval that it is beyond; NaN stays NaN.
#[inline(always)]
fn clamped<T: Scalar>(x: T, [low, high]: [T; 2]) -> T {
    if x > high {
        high
    } else if x < low {
        low
    } else {
        x
    }
}

/// max(0, min(1, x/6 + 1/2)).
#[inline(always)]
fn hard_sigmoid<T: Kernels>(x: T) -> T {
    clamped(x * T::from_f64(1.0 / 6.0) + T::from_f64(0.5), [T::ZERO, T::ONE])
}

in_place_layer! {
    /// [`Sigmoid`](crate::Sigmoid) in three straight pieces.
    ///
    /// f(x) = max(0, min(1, x/6 + 1/2))
    ///
    /// # Shapes
    /// Any shape; the output has the same, and is no longer `Probabilities`.
    ///
    /// # Gradients
    /// f'(x) = 1/6 where -3 < x < 3, else 0; so 0 at the kinks, as in PyTorch.
    ///
    /// # Numerics
    /// NaN stays NaN.
    ///
    /// # Source
    /// M. Courbariaux, Y. Bengio and J.-P. David, "BinaryConnect", 2015, equation 3; with the slope 1/6 of Keras 3 and PyTorch.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Gate (Vector<4>) = HardSigmoid);
    /// assert_eq!(Gate::zeroed().predict(&[-4.0, 0.0, 1.5, 4.0]), [0.0, 0.5, 0.75, 1.0]);
    /// ```
    HardSigmoid, settings: (), reads_output: true,
    initialization: |_settings| Initializer::GLOROT,
    forward: |_isa, _settings, values| for value in values {
        *value = hard_sigmoid(*value);
    },
    backward: |_isa, _settings, output, gradient| {
        let slope = T::from_f64(1.0 / 6.0);
        for (g, &y) in gradient.iter_mut().zip(output) {
            *g *= if y <= T::ZERO || y >= T::ONE { T::ZERO } else { slope };
        }
    },
}

in_place_layer! {
    /// [`Tanh`](crate::Tanh) in three straight pieces.
    ///
    /// f(x) = max(-1, min(1, x))
    ///
    /// # Shapes
    /// Any shape; the output has the same, and is no longer `Probabilities`.
    ///
    /// # Gradients
    /// f'(x) = 1 where -1 < x < 1, else 0; so 0 at the kinks, as in PyTorch.
    ///
    /// # Numerics
    /// NaN stays NaN.
    ///
    /// # Source
    /// R. Collobert, "Large scale machine learning", 2004, section 6.2.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Squash (Vector<3>) = HardTanh);
    /// assert_eq!(Squash::zeroed().predict(&[-4.0, 0.25, 4.0]), [-1.0, 0.25, 1.0]);
    /// ```
    HardTanh, settings: (), reads_output: true,
    initialization: |_settings| Initializer::GLOROT,
    forward: |_isa, _settings, values| for value in values {
        *value = clamped(*value, [-T::ONE, T::ONE]);
    },
    backward: |_isa, _settings, output, gradient| for (g, &y) in gradient.iter_mut().zip(output) {
        *g *= if y <= -T::ONE || y >= T::ONE { T::ZERO } else { T::ONE };
    },
}

from_input_layer! {
    /// [`Silu`](crate::Silu) with straight pieces for its logistic function; also called hard swish.
    ///
    /// f(x) = x max(0, min(1, x/6 + 1/2))
    ///
    /// # Shapes
    /// Any shape; the output has the same, and is no longer `Probabilities`.
    ///
    /// # Gradients
    /// f'(x) = 0 where x ≤ -3, 1 where x ≥ 3, else x/3 + 1/2.
    ///
    /// # Numerics
    /// NaN stays NaN.
    ///
    /// # Source
    /// A. Howard and others, "Searching for MobileNetV3", 2019, section 5.2.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Gate (Vector<4>) = HardSilu);
    /// assert_eq!(Gate::zeroed().predict(&[-4.0, 0.0, 1.5, 4.0]), [0.0, 0.0, 1.125, 4.0]);
    /// ```
    HardSilu, settings: (),
    forward: |_isa, _settings, values| for value in values {
        *value *= hard_sigmoid(*value);
    },
    backward: |_isa, _settings, input, gradient| {
        let [third, half, three] = [1.0 / 3.0, 0.5, 3.0].map(T::from_f64);
        for (g, &x) in gradient.iter_mut().zip(input) {
            *g *= if x <= -three {
                T::ZERO
            } else if x >= three {
                T::ONE
            } else {
                x * third + half
            };
        }
    },
}
