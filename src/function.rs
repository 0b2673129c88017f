//! What are the value and the slope of each activation at a point?
//!
//! The functions of the layers and their derivatives, for single scalars: for plots, manual calculations and comparisons. Each
//! result has the same bits as that of the layer with the same name.
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

/// Computes the value and the derivative of an elementwise layer at one point.
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

/// Returns the value and the derivative of an elementwise layer at `x`.
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
    /// Computes sigm(x) = 1 / (1 + e⁻ˣ), the logistic function.
    ///
    /// # Example
    /// ```
    /// use typenet::function::{sigmoid, sigmoid_derivative};
    ///
    /// assert_eq!((sigmoid(0.0), sigmoid_derivative(0.0)), (0.5, 0.25));
    /// ```
    sigmoid,
    /// Computes sigm'(x) = sigm(x) (1 - sigm(x)).
    sigmoid_derivative, Sigmoid;

    /// Computes tanh(x) = (e²ˣ - 1) / (e²ˣ + 1).
    ///
    /// # Example
    /// ```
    /// use typenet::function::{tanh, tanh_derivative};
    ///
    /// assert_eq!((tanh(0.0), tanh_derivative(0.0)), (0.0, 1.0));
    /// ```
    tanh,
    /// Computes tanh'(x) = 1 - tanh(x)².
    tanh_derivative, Tanh;

    /// Computes relu(x) = max(0, x).
    ///
    /// # Example
    /// ```
    /// use typenet::function::{relu, relu_derivative};
    ///
    /// // The lecture's neuron: W = [3, -2], b = 1, for the inputs [1, 3] and [2, 1].
    /// assert_eq!(relu(3.0 * 1.0 - 2.0 * 3.0 + 1.0), 0.0);
    /// assert_eq!(relu(3.0 * 2.0 - 2.0 * 1.0 + 1.0), 5.0);
    /// assert_eq!(relu_derivative(5.0), 1.0);
    /// ```
    relu,
    /// Computes relu'(x) = 1 if x > 0, and 0 otherwise.
    relu_derivative, Relu;

    /// Returns x if x > 0, and `slope` x otherwise.
    ///
    /// # Panics
    /// Panics under the conditions of [`LeakyRelu::settings`].
    leaky_relu,
    /// Returns 1 if x > 0, and `slope` otherwise.
    ///
    /// # Panics
    /// Panics under the conditions of [`LeakyRelu::settings`].
    leaky_relu_derivative, LeakyRelu(slope);

    /// Returns x if x > 0, and α (eˣ - 1) otherwise.
    ///
    /// # Panics
    /// Panics under the conditions of [`Elu::settings`].
    elu,
    /// Returns 1 if x > 0, and α eˣ otherwise.
    ///
    /// # Panics
    /// Panics under the conditions of [`Elu::settings`].
    elu_derivative, Elu(alpha);

    /// Returns λ x if x > 0, and λ α (eˣ - 1) otherwise.
    selu,
    /// Returns λ if x > 0, and λ α eˣ otherwise.
    selu_derivative, Selu;

    /// Computes x Φ(x), where Φ is the cumulative distribution function of the standard normal distribution.
    gelu,
    /// Computes Φ(x) + x φ(x), where φ is the density of the standard normal distribution.
    gelu_derivative, Gelu;

    /// Computes x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))).
    gelu_tanh,
    /// Computes (1 + t)/2 + x/2 (1 - t²) √(2/π) (1 + 3 · 0.044715 x²), where t is the tanh in [`gelu_tanh`].
    gelu_tanh_derivative, GeluTanh;

    /// Computes x sigm(x).
    silu,
    /// Computes sigm(x) (1 + x (1 - sigm(x))).
    silu_derivative, Silu;

    /// Computes ln(1 + e^(β x)) / β.
    ///
    /// # Panics
    /// Panics under the conditions of [`Softplus::settings`].
    softplus,
    /// Computes sigm(β x).
    ///
    /// # Panics
    /// Panics under the conditions of [`Softplus::settings`].
    softplus_derivative, Softplus(beta);

    /// Computes x / (1 + |x|).
    softsign,
    /// Computes 1 / (1 + |x|)².
    softsign_derivative, Softsign;

    /// Computes max(0, min(1, x/6 + 1/2)).
    hard_sigmoid,
    /// Returns 1/6 if -3 < x < 3, and 0 otherwise.
    hard_sigmoid_derivative, HardSigmoid;

    /// Computes max(-1, min(1, x)).
    hard_tanh,
    /// Returns 1 if -1 < x < 1, and 0 otherwise.
    hard_tanh_derivative, HardTanh;

    /// Computes x max(0, min(1, x/6 + 1/2)).
    hard_silu,
    /// Returns 0 if x ≤ -3, 1 if x ≥ 3, and x/3 + 1/2 otherwise.
    hard_silu_derivative, HardSilu;
}

/// Turns scores into probabilities whose sum is one: softmax(x)_c = e^(x_c) / Σ_k e^(x_k).
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

    /// For a central difference with step 1e-5 in `f64`.
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
        for (index, (function, derivative)) in pairs.into_iter().enumerate() {
            // Avoids multiples of one half, where the pieces meet.
            for x in (-40..40).map(|k| f64::from(k) * 0.1 + 0.03) {
                let slope = (function(x + 1e-5) - function(x - 1e-5)) / 2e-5;
                assert!((slope - derivative(x)).abs() < TOLERANCE, "function {index} at {x}: {slope}");
            }
        }
    }

    #[test]
    fn softmax_of_nothing_is_nothing() {
        assert!(softmax::<f32>(&[]).is_empty());
    }
}
