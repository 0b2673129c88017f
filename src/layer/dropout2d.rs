//! Dropout of whole channels.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::draws::Draws;
use crate::layer::{Elementwise, Mode, Pass, Reads, Site};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// Sets random channels of an image to zero during training. Adjacent elements of a channel are similar, so that dropping
/// single elements would hide little.
///
/// `y[c, p] = x[c, p] m[c] / (1 - p)`, where `m[c]` is 0 with probability p and 1 otherwise; in inference y = x
///
/// Written `Dropout2d(0.2)` or `Dropout2d(rate = 0.2)`. The rate p is the fraction of the channels that is dropped, as
/// in Keras's `SpatialDropout2D` and PyTorch's `Dropout2d`.
///
/// # Shapes
/// Input and output: `Image<C, H, W>`.
///
/// # Gradients
/// dL/dx = g m / (1 - p), where g = dL/dy and m is that of the forward pass.
///
/// # Errors
/// A rate below 0, or of 1 or more, does not compile.
///
/// # Numerics
/// As [`Dropout`](crate::Dropout), with the channel in place of the element.
///
/// # Source
/// J. Tompson, R. Goroshin, A. Jain, Y. LeCun and C. Bregler, "Efficient object localization using convolutional networks",
/// 2015, section 3.2.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Robust (Image<1, 8, 8>) = Conv2d<_, 6, 3>, Relu, Dropout2d(0.5), Flatten, Dense<_, 1>);
/// let network = Robust::init(&mut typenet::rng(1));
/// // Predictions drop nothing.
/// assert_eq!(network.predict(&[[[1.0; 8]; 8]]), network.predict(&[[[1.0; 8]; 8]]));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Dropout2d;

impl Dropout2d {
    /// Returns the settings that `Dropout2d(rate)` stands for.
    ///
    /// # Panics
    /// Panics if the rate is negative, or not below 1.
    #[must_use]
    #[track_caller]
    pub const fn settings(rate: f64) -> f64 {
        assert!(rate >= 0.0 && rate < 1.0, "the rate of `Dropout2d` must be at least 0 and below 1");
        rate
    }
}

impl Elementwise for Dropout2d {
    type Settings = f64;

    const READS: Reads = Reads::Nothing;

    /// Returns `next`, since expected magnitudes are preserved.
    fn initialization(_: &f64, next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn map<In: Shape, T: Kernels, I: Isa>(_: I, site: Site<'_, (), f64>, values: &mut [T]) {
        if site.pass.mode == Mode::Training {
            leave_out::<In, T>(*site.settings, site.pass, values);
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
            leave_out::<In, T>(*site.settings, site.pass, gradient);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx(_: &f64, _: &mut Graph, input: &Value) -> Result<Value> {
        Ok(input.clone())
    }
}

/// Multiplies every channel by 0 with probability `rate`, and otherwise by 1 / (1 - rate).
#[inline(always)]
fn leave_out<In: Shape, T: Scalar>(rate: f64, pass: &Pass, values: &mut [T]) {
    let positions = In::LEN / In::DIMENSIONS[0];
    let draws = Draws::new(rate, pass);
    for (sample, values) in values.chunks_exact_mut(In::LEN).enumerate() {
        let key = draws.of_sample(sample);
        for (index, pair) in values.chunks_mut(2 * positions).enumerate() {
            for (channel, factor) in pair.chunks_exact_mut(positions).zip(draws.factors(key, index)) {
                for value in channel {
                    *value *= factor;
                }
            }
        }
    }
}
