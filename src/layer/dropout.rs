//! Dropout: units that are left out at random while a network learns.

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Elementwise, Mode, Pass, Reads, Site};
use crate::random;
use crate::scalar::Scalar;
use crate::shape::Shape;

/// Sets numbers to zero at random while training, so that no unit relies on a single other one.
///
/// y = x m / (1 - p), where m is 0 with probability p and else 1; in inference y = x
///
/// Written `Dropout(0.2)` or `Dropout(rate = 0.2)`; the rate p is the share that is left out, as in Keras and PyTorch. Since
/// what stays is divided by 1 - p, the expected value is the same in training and inference.
///
/// # Shapes
/// Any shape; the output has the same, and is no longer `Probabilities`.
///
/// # Gradients
/// dL/dx = g m / (1 - p), with g = dL/dy and the m of the forward pass.
///
/// # Errors
/// A rate below 0, or of 1 and more, does not compile.
///
/// # Numerics
/// Which numbers are left out is a function of (seed, step, position of the layer, sample, number), so neither tiles nor
/// threads change it, and nothing is kept between the passes. The rate is rounded to a multiple of 2⁻³². A number that is not
/// finite stays so, or becomes NaN: leaving out does not hide it.
///
/// # Source
/// N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov, "Dropout: a simple way to prevent neural
/// networks from overfitting", 2014, section 4; divided while training, as in section 10.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Robust = Dense<4, 8>, Relu, Dropout(0.5), Dense<8, 1>);
/// let network = Robust::init(&mut typenet::rng(1));
/// // Predictions leave nothing out.
/// assert_eq!(network.predict(&[1.0; 4]), network.predict(&[1.0; 4]));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Dropout;

impl Dropout {
    /// The settings that `Dropout(rate)` stands for.
    ///
    /// # Panics
    /// Unless the rate is at least 0 and below 1.
    #[must_use]
    #[track_caller]
    pub const fn settings(rate: f64) -> f64 {
        assert!(rate >= 0.0 && rate < 1.0, "the rate of `Dropout` is at least 0 and below 1");
        rate
    }
}

impl Elementwise for Dropout {
    type Settings = f64;

    const READS: Reads = Reads::Nothing;

    /// The expected magnitudes stay.
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
}

/// Multiplies every number of some samples of `len` numbers by 0 with probability `rate`, else by 1 / (1 - rate).
#[inline(always)]
fn leave_out<T: Scalar>(rate: f64, pass: &Pass, len: usize, values: &mut [T]) {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate below 1 of 2³² fits, or saturates"
    )]
    let threshold = (rate * 4_294_967_296.0 + 0.5) as u32;
    let kept = T::from_f64(1.0 / (1.0 - rate));
    let key = random::mix(random::mix(random::mix(pass.seed) ^ pass.step) ^ pass.layer);
    for (sample, values) in values.chunks_exact_mut(len).enumerate() {
        let key = random::mix(key ^ (pass.first_sample + sample) as u64);
        // Each draw of 64 bits decides about two numbers.
        for (index, pair) in values.chunks_mut(2).enumerate() {
            let bits = random::mix(key.wrapping_add((index as u64).wrapping_mul(random::GOLDEN)));
            #[allow(clippy::cast_possible_truncation, reason = "the two halves are wanted")]
            let draws = [bits as u32, (bits >> 32) as u32];
            for (value, draw) in pair.iter_mut().zip(draws) {
                *value *= if draw < threshold { T::ZERO } else { kept };
            }
        }
    }
}
