//! Elementwise activations: a nonlinear function of each number alone.
//!
//! Where the derivative is a function of the output, they work in place and keep nothing; else they keep their input.

mod elu;
mod gelu;
mod hard;
mod leaky_relu;
mod selu;
mod silu;
mod softplus;
mod softsign;

pub use elu::Elu;
pub use gelu::{Gelu, GeluTanh};
pub use hard::{HardSigmoid, HardSilu, HardTanh};
pub use leaky_relu::LeakyRelu;
pub use selu::Selu;
pub use silu::Silu;
pub use softplus::Softplus;
pub use softsign::Softsign;

use crate::block::block;
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels, written_out};
use crate::layer::{Backward, InPlacePlan, Layer, Pass, Plan, Takes};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tensor::TensorTable;

/// Up to so many numbers of a lone sample go through tanh in code of their own: a call would take as long.
const FEW: usize = 16;

/// Implements a layer without parameters whose kernels work in place, from the output back.
///
/// `settings` is the type of its settings, `()` or `f64`.
macro_rules! in_place_layer {
    (
        $(#[$doc:meta])*
        $layer:ident, settings: $settings_type:ty, reads_output: $reads_output:literal,
        initialization: |$initial:ident| $initialization:expr,
        forward: |$forward_isa:ident, $forward_settings:ident, $values:ident| $forward:expr,
        backward: |$backward_isa:ident, $backward_settings:ident, $output:ident, $gradient:ident| $backward:expr,
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[repr(C)]
        pub struct $layer;

        block!([] $layer, TensorTable::EMPTY);

        impl Layer for $layer {
            type Output<In: Shape> = In::Plain;
            type Logits<In: Shape> = In::Plain;
            type With<T: Scalar> = $layer;
            type Settings = $settings_type;
            type Plan<In: Shape> = InPlacePlan<$reads_output>;

            fn initialization($initial: &$settings_type) -> Initializer {
                $initialization
            }

            #[inline(always)]
            fn forward<In: Shape, T: Kernels, I: Isa>(
                isa: I,
                parameters: &Self,
                settings: &$settings_type,
                pass: &Pass,
                input: &[T],
                output: &mut [T],
                cache: &mut [T],
            ) {
                output.copy_from_slice(input);
                Self::forward_in_place::<In, T, I>(isa, parameters, settings, pass, output, cache);
            }

            #[inline(always)]
            fn forward_in_place<In: Shape, T: Kernels, I: Isa>(
                $forward_isa: I,
                _: &Self,
                $forward_settings: &$settings_type,
                _: &Pass,
                $values: &mut [T],
                _: &mut [T],
            ) {
                $forward
            }

            #[inline(always)]
            fn backward<In: Shape, T: Kernels, I: Isa>(
                isa: I,
                _: &Self,
                settings: &$settings_type,
                pass: &Pass,
                memory: Backward<'_, T>,
                _: &mut Self,
            ) {
                if let Some(grad_input) = memory.grad_input {
                    grad_input.copy_from_slice(memory.grad_output);
                    Self::backward_in_place::<In, T, I>(isa, settings, pass, memory.output, memory.cache, grad_input);
                }
            }

            #[inline(always)]
            fn backward_in_place<In: Shape, T: Kernels, I: Isa>(
                $backward_isa: I,
                $backward_settings: &$settings_type,
                _: &Pass,
                $output: &[T],
                _: &mut [T],
                $gradient: &mut [T],
            ) {
                $backward
            }
        }

        impl<In: Shape> Takes<In> for $layer {}
    };
}

/// The plan of a layer whose derivative is a function of its input.
#[derive(Debug)]
pub struct FromInputPlan;

impl Plan for FromInputPlan {
    const READS_OUTPUT: bool = false;
}

/// Implements a layer without parameters whose derivative is a function of its input, so that the input is kept.
///
/// The kernels work in place, on copies.
macro_rules! from_input_layer {
    (
        $(#[$doc:meta])*
        $layer:ident, settings: $settings_type:ty,
        forward: |$forward_isa:ident, $forward_settings:ident, $values:ident| $forward:expr,
        backward: |$backward_isa:ident, $backward_settings:ident, $input:ident, $gradient:ident| $backward:expr,
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[repr(C)]
        pub struct $layer;

        block!([] $layer, TensorTable::EMPTY);

        impl Layer for $layer {
            type Output<In: Shape> = In::Plain;
            type Logits<In: Shape> = In::Plain;
            type With<T: Scalar> = $layer;
            type Settings = $settings_type;
            type Plan<In: Shape> = FromInputPlan;

            fn initialization(_: &$settings_type) -> Initializer {
                Initializer::HE
            }

            #[inline(always)]
            fn forward<In: Shape, T: Kernels, I: Isa>(
                $forward_isa: I,
                _: &Self,
                $forward_settings: &$settings_type,
                _: &Pass,
                input: &[T],
                $values: &mut [T],
                _: &mut [T],
            ) {
                $values.copy_from_slice(input);
                $forward
            }

            #[inline(always)]
            fn backward<In: Shape, T: Kernels, I: Isa>(
                $backward_isa: I,
                _: &Self,
                $backward_settings: &$settings_type,
                _: &Pass,
                memory: Backward<'_, T>,
                _: &mut Self,
            ) {
                let $input = memory.input;
                if let Some($gradient) = memory.grad_input {
                    $gradient.copy_from_slice(memory.grad_output);
                    $backward
                }
            }
        }

        impl<In: Shape> Takes<In> for $layer {}
    };
}

in_place_layer! {
    /// The logistic function: squashes every number into (0, 1).
    ///
    /// sigm(x) = 1 / (1 + e⁻ˣ)
    ///
    /// # Shapes
    /// Any shape; the output has the same, and is no longer `Probabilities`.
    ///
    /// # Gradients
    /// sigm'(x) = y (1 - y), with y the output.
    ///
    /// # Numerics
    /// Only exponentials of numbers that are not positive are taken, so nothing overflows.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Gate (Vector<3>) = Sigmoid);
    /// let [low, middle, high] = Gate::zeroed().predict(&[-100.0, 0.0, 100.0]);
    /// assert!(low < 1e-40 && middle == 0.5 && high == 1.0);
    /// ```
    Sigmoid, settings: (), reads_output: true,
    initialization: |_settings| Initializer::GLOROT,
    forward: |isa, _settings, values| T::sigmoid(isa, values),
    backward: |isa, _settings, output, gradient| T::sigmoid_gradient(isa, output, gradient),
}

in_place_layer! {
    /// The hyperbolic tangent: squashes every number into (-1, 1).
    ///
    /// tanh(x) = (e²ˣ - 1) / (e²ˣ + 1)
    ///
    /// # Shapes
    /// Any shape; the output has the same, and is no longer `Probabilities`.
    ///
    /// # Gradients
    /// tanh'(x) = 1 - y², with y the output.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Squash (Vector<3>) = Tanh);
    /// let [low, middle, high] = Squash::zeroed().predict(&[-100.0, 0.0, 100.0]);
    /// assert_eq!([low, middle, high], [-1.0, 0.0, 1.0]);
    /// ```
    Tanh, settings: (), reads_output: true,
    initialization: |_settings| Initializer::GLOROT,
    forward: |isa, _settings, values| if const { written_out(In::LEN, FEW) } && values.len() == In::LEN {
        T::hyperbolic_tangent_alone(isa, values);
    } else {
        T::hyperbolic_tangent(isa, values);
    },
    backward: |isa, _settings, output, gradient| T::hyperbolic_tangent_gradient(isa, output, gradient),
}

in_place_layer! {
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
    Relu, settings: (), reads_output: true,
    initialization: |_settings| Initializer::HE,
    forward: |isa, _settings, values| T::relu(isa, values),
    backward: |isa, _settings, output, gradient| T::relu_gradient(isa, output, gradient),
}

in_place_layer! {
    /// Passes every number on as it is.
    ///
    /// f(x) = x
    ///
    /// # Shapes
    /// Any shape; the output has the same, and is no longer `Probabilities`.
    ///
    /// # Gradients
    /// f'(x) = 1.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Same (Vector<2>) = Identity);
    /// assert_eq!(Same::zeroed().predict(&[-1.0, 2.0]), [-1.0, 2.0]);
    /// ```
    Identity, settings: (), reads_output: false,
    initialization: |_settings| Initializer::GLOROT,
    forward: |_isa, _settings, _values| (),
    backward: |_isa, _settings, _output, _gradient| (),
}

pub(crate) use {from_input_layer, in_place_layer};
