//! Dropout: elements that are dropped at random during training.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::draws::Draws;
use crate::layer::{Elementwise, Mode, Pass, Reads, Site};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// Sets random elements to zero during training, so that no unit relies on a single other unit.
///
/// y = x m / (1 - p), where m is 0 with probability p and 1 otherwise; in inference y = x
///
/// Written `Dropout(0.2)` or `Dropout(rate = 0.2)`. The rate p is the fraction of the elements that is dropped, as in Keras and
/// PyTorch. The remaining elements are divided by 1 - p, so the expected value is the same in training and inference.
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`.
///
/// # Gradients
/// dL/dx = g m / (1 - p), where g = dL/dy and m is that of the forward pass.
///
/// # Errors
/// A rate below 0, or of 1 or more, does not compile.
///
/// # Numerics
/// Whether an element is dropped is a function of (seed, step, position of the layer, sample, element), so it depends on
/// neither tiles nor threads, and nothing is stored between the passes. The rate is rounded to a multiple of 2⁻³². An element
/// that is not finite stays so or becomes NaN: dropping does not hide it.
///
/// # Source
/// N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov, "Dropout: a simple way to prevent neural
/// networks from overfitting", 2014, section 4. The division takes place in training, as in section 10.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Robust = Dense<4, 8>, Relu, Dropout(0.5), Dense<8, 1>);
/// let network = Robust::init(&mut typenet::rng(1));
/// // Predictions drop nothing.
/// assert_eq!(network.predict(&[1.0; 4]), network.predict(&[1.0; 4]));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Dropout;

impl Dropout {
    /// Returns the settings that `Dropout(rate)` stands for.
    ///
    /// # Panics
    /// Panics if the rate is negative, or not below 1.
    #[must_use]
    #[track_caller]
    pub const fn settings(rate: f64) -> f64 {
        assert!(rate >= 0.0 && rate < 1.0, "the rate of `Dropout` must be at least 0 and below 1");
        rate
    }
}

impl Elementwise for Dropout {
    type Settings = f64;

    const READS: Reads = Reads::Nothing;

    /// Returns `next`, since expected magnitudes are preserved.
    fn initialization(_: &f64, next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(_: I, site: Site<'_, (), f64>, values: &mut [T]) {
        if site.pass.mode == Mode::Training {
            leave_out(*site.settings, site.pass, In::LEN, values);
        }
    }

    #[inline(always)]
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        _: I,
        site: Site<'_, (), f64>,
        _: &[T],
        gradient: &mut [T],
    ) {
        if site.pass.mode == Mode::Training {
            leave_out(*site.settings, site.pass, In::LEN, gradient);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx(_: &f64, _: &mut Graph, input: &Value) -> Result<Value> {
        Ok(input.clone())
    }
}

/// Multiplies every element of samples of `len` elements by 0 with probability `rate`, and otherwise by 1 / (1 - rate).
#[inline(always)]
fn leave_out<T: Scalar>(rate: f64, pass: &Pass, len: usize, values: &mut [T]) {
    let draws = Draws::new(rate, pass);
    for (sample, values) in values.chunks_exact_mut(len).enumerate() {
        let key = draws.of_sample(sample);
        for (index, pair) in values.chunks_mut(2).enumerate() {
            for (value, factor) in pair.iter_mut().zip(draws.factors(key, index)) {
                *value *= factor;
            }
        }
    }
}
