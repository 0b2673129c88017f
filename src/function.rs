//! What does each activation do to one number, and how fast does it change there?
//!
//! The functions of the layers with their derivatives, on plain numbers: to draw them, to compute by hand, to compare with.
//! Each gives the bits that the layer of its name gives.
//!
//! | function | derivative | layer |
//! |---|---|---|
//! | [`sigmoid`] | [`sigmoid_derivative`] | [`Sigmoid`] |
//! | [`tanh`] | [`tanh_derivative`] | [`Tanh`] |
//! | [`relu`] | [`relu_derivative`] | [`Relu`] |
//! | [`leaky_relu`] | [`leaky_relu_derivative`] | [`LeakyRelu`] |
//! | [`elu`] | [`elu_derivative`] | [`Elu`] |
//! | [`selu`] | [`selu_derivative`] | [`Selu`] |
//! | [`gelu`] | [`gelu_derivative`] | [`Gelu`] |
//! | [`gelu_tanh`] | [`gelu_tanh_derivative`] | [`GeluTanh`] |
//! | [`silu`] | [`silu_derivative`] | [`Silu`] |
//! | [`softplus`] | [`softplus_derivative`] | [`Softplus`] |
//! | [`softsign`] | [`softsign_derivative`] | [`Softsign`] |
//! | [`hard_sigmoid`] | [`hard_sigmoid_derivative`] | [`HardSigmoid`] |
//! | [`hard_tanh`] | [`hard_tanh_derivative`] | [`HardTanh`] |
//! | [`hard_silu`] | [`hard_silu_derivative`] | [`HardSilu`] |
//! | [`softmax`] | | [`Softmax`](crate::Softmax) |

use alloc::vec::Vec;
use core::marker::PhantomData;

use crate::kernel::{Isa, Kernels, Program, dispatch};
use crate::layer::{
    Elementwise, Elu, Gelu, GeluTanh, HardSigmoid, HardSilu, HardTanh, LeakyRelu, Pass, Reads, Relu, Selu, Sigmoid,
    Silu, Site, Softplus, Softsign, Tanh,
};
use crate::shape::Vector;

/// An elementwise layer on one number: what it gives, and its derivative.
struct Of<'a, E: Elementwise, T> {
    settings: &'a E::Settings,
    x: T,
    layer: PhantomData<E>,
}

impl<E: Elementwise, T: Kernels> Program for Of<'_, E, T> {
    type Output = (T, T);

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> (T, T) {
        let site = Site { parameters: &(), settings: self.settings, pass: &Pass::inference() };
        let (input, mut output, mut derivative) = ([self.x], [self.x], [T::ONE]);
        E::map::<Vector<1>, T, I>(isa, site, &mut output);
        let read = match E::READS {
            Reads::Nothing => &[][..],
            Reads::Input => &input,
            Reads::Output => &output,
        };
        E::multiply_by_derivative::<Vector<1>, T, I>(isa, site, read, &mut derivative);
        (output[0], derivative[0])
    }
}

/// What an elementwise layer gives for one number, and its derivative there.
fn at<E: Elementwise, T: Kernels>(settings: &E::Settings, x: T) -> (T, T) {
    dispatch(Of::<E, T> { settings, x, layer: PhantomData })
}

macro_rules! functions {
    ($(
        $(#[$doc:meta])* $function:ident,
        $(#[$derivative_doc:meta])* $derivative:ident,
        $layer:ident $(($setting:ident))?;
    )*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $function<T: Kernels>(x: T $(, $setting: f64)?) -> T {
            at::<$layer, T>(&functions!(@settings $layer $($setting)?), x).0
        }

        $(#[$derivative_doc])*
        #[must_use]
        pub fn $derivative<T: Kernels>(x: T $(, $setting: f64)?) -> T {
            at::<$layer, T>(&functions!(@settings $layer $($setting)?), x).1
        }
    )*};
    (@settings $layer:ident) => { () };
    (@settings $layer:ident $setting:ident) => { $layer::settings($setting) };
}

functions! {
    /// sigm(x) = 1 / (1 + e⁻ˣ), the logistic function.
    ///
    /// # Example
    /// ```
    /// use typenet::function::{sigmoid, sigmoid_derivative};
    ///
    /// assert_eq!((sigmoid(0.0), sigmoid_derivative(0.0)), (0.5, 0.25));
    /// ```
    sigmoid,
    /// sigm'(x) = sigm(x) (1 - sigm(x)).
    sigmoid_derivative, Sigmoid;

    /// tanh(x) = (e²ˣ - 1) / (e²ˣ + 1).
    ///
    /// # Example
    /// ```
    /// use typenet::function::{tanh, tanh_derivative};
    ///
    /// assert_eq!((tanh(0.0), tanh_derivative(0.0)), (0.0, 1.0));
    /// ```
    tanh,
    /// tanh'(x) = 1 - tanh(x)².
    tanh_derivative, Tanh;

    /// relu(x) = max(0, x).
    ///
    /// # Example
    /// ```
    /// use typenet::function::{relu, relu_derivative};
    ///
    /// // The lecture's neuron: W = [3, -2], b = 1, for the input [1, 3] and for [2, 1].
    /// assert_eq!(relu(3.0 * 1.0 - 2.0 * 3.0 + 1.0), 0.0);
    /// assert_eq!(relu(3.0 * 2.0 - 2.0 * 1.0 + 1.0), 5.0);
    /// assert_eq!(relu_derivative(5.0), 1.0);
    /// ```
    relu,
    /// relu'(x) = 1 where x > 0, else 0.
    relu_derivative, Relu;

    /// x where x > 0, else `slope` x.
    ///
    /// # Panics
    /// As [`LeakyRelu::settings`].
    leaky_relu,
    /// 1 where x > 0, else `slope`.
    ///
    /// # Panics
    /// As [`LeakyRelu::settings`].
    leaky_relu_derivative, LeakyRelu(slope);

    /// x where x > 0, else α (eˣ - 1).
    ///
    /// # Panics
    /// As [`Elu::settings`].
    elu,
    /// 1 where x > 0, else α eˣ.
    ///
    /// # Panics
    /// As [`Elu::settings`].
    elu_derivative, Elu(alpha);

    /// λ x where x > 0, else λ α (eˣ - 1).
    selu,
    /// λ where x > 0, else λ α eˣ.
    selu_derivative, Selu;

    /// x Φ(x), with Φ the cumulative distribution of the standard normal.
    gelu,
    /// Φ(x) + x φ(x), with φ the density of the standard normal.
    gelu_derivative, Gelu;

    /// x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))).
    gelu_tanh,
    /// (1 + t)/2 + x/2 (1 - t²) √(2/π) (1 + 3 · 0.044715 x²), with t the tanh in [`gelu_tanh`].
    gelu_tanh_derivative, GeluTanh;

    /// x sigm(x).
    silu,
    /// sigm(x) (1 + x (1 - sigm(x))).
    silu_derivative, Silu;

    /// ln(1 + e^(β x)) / β.
    ///
    /// # Panics
    /// As [`Softplus::settings`].
    softplus,
    /// sigm(β x).
    ///
    /// # Panics
    /// As [`Softplus::settings`].
    softplus_derivative, Softplus(beta);

    /// x / (1 + |x|).
    softsign,
    /// 1 / (1 + |x|)².
    softsign_derivative, Softsign;

    /// max(0, min(1, x/6 + 1/2)).
    hard_sigmoid,
    /// 1/6 where -3 < x < 3, else 0.
    hard_sigmoid_derivative, HardSigmoid;

    /// max(-1, min(1, x)).
    hard_tanh,
    /// 1 where -1 < x < 1, else 0.
    hard_tanh_derivative, HardTanh;

    /// x max(0, min(1, x/6 + 1/2)).
    hard_silu,
    /// 0 where x ≤ -3, 1 where x ≥ 3, else x/3 + 1/2.
    hard_silu_derivative, HardSilu;
}

/// Scores as probabilities that add up to one: softmax(x)_c = e^(x_c) / Σ_k e^(x_k).
///
/// # Numerics
/// The largest score is subtracted first, so no exponential overflows.
///
/// # Example
/// ```
/// use typenet::function::softmax;
///
/// let p = softmax(&[1.0_f64, 2.0, 3.0]);
/// let rounded: Vec<f64> = p.iter().map(|p| (p * 100.0).round() / 100.0).collect();
/// assert_eq!(rounded, [0.09, 0.24, 0.67]);
/// ```
#[must_use]
pub fn softmax<T: Kernels>(scores: &[T]) -> Vec<T> {
    struct Softmax<'a, T>(&'a mut [T]);

    impl<T: Kernels> Program for Softmax<'_, T> {
        type Output = ();

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) {
            T::softmax(isa, self.0.len(), self.0);
        }
    }

    let mut probabilities = scores.to_vec();
    if !probabilities.is_empty() {
        dispatch(Softmax(&mut probabilities));
    }
    probabilities
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a central difference of step 1e-5 in `f64`.
    const TOLERANCE: f64 = 1e-8;

    #[test]
    fn derivatives_are_the_slopes_of_the_functions() {
        type Function = fn(f64) -> f64;
        let pairs: [(Function, Function); 14] = [
            (sigmoid, sigmoid_derivative),
            (tanh, tanh_derivative),
            (relu, relu_derivative),
            (|x| leaky_relu(x, 0.3), |x| leaky_relu_derivative(x, 0.3)),
            (|x| elu(x, 0.7), |x| elu_derivative(x, 0.7)),
            (selu, selu_derivative),
            (gelu, gelu_derivative),
            (gelu_tanh, gelu_tanh_derivative),
            (silu, silu_derivative),
            (|x| softplus(x, 1.5), |x| softplus_derivative(x, 1.5)),
            (softsign, softsign_derivative),
            (hard_sigmoid, hard_sigmoid_derivative),
            (hard_tanh, hard_tanh_derivative),
            (hard_silu, hard_silu_derivative),
        ];
        for (number, (function, derivative)) in pairs.into_iter().enumerate() {
            // No multiple of a half, where pieces meet.
            for x in (-40..40).map(|k| f64::from(k) * 0.1 + 0.03) {
                let slope = (function(x + 1e-5) - function(x - 1e-5)) / 2e-5;
                assert!((slope - derivative(x)).abs() < TOLERANCE, "function {number} at {x}: {slope}");
            }
        }
    }

    #[test]
    fn softmax_of_nothing_is_nothing() {
        assert!(softmax::<f32>(&[]).is_empty());
    }
}
