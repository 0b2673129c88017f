//! Which elements or channels does a dropout layer drop in a pass?

use crate::layer::Pass;
use crate::random;
use crate::scalar::Scalar;

/// The random factors of a dropout layer in a pass.
pub(super) struct Draws<T> {
    key: u64,
    first_sample: usize,
    threshold: u32,
    kept: T,
}

impl<T: Scalar> Draws<T> {
    /// Returns the factors: 0 with probability `rate`, and otherwise 1 / (1 - rate).
    #[inline(always)]
    pub(super) fn new(rate: f64, pass: &Pass) -> Self {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate below 1 times 2³² fits, or saturates"
        )]
        let threshold = (rate * 4_294_967_296.0 + 0.5) as u32;
        let key = random::mix(random::mix(random::mix(pass.seed) ^ pass.step) ^ pass.layer);
        Self { key, first_sample: pass.first_sample, threshold, kept: T::from_f64(1.0 / (1.0 - rate)) }
    }

    /// Returns the key of a sample of the pass.
    #[inline(always)]
    pub(super) fn of_sample(&self, sample: usize) -> u64 {
        random::mix(self.key ^ (self.first_sample + sample) as u64)
    }

    /// Returns the factors of a pair. Each draw of 64 bits decides two of them.
    #[inline(always)]
    pub(super) fn factors(&self, key: u64, pair: usize) -> [T; 2] {
        let bits = random::mix(key.wrapping_add((pair as u64).wrapping_mul(random::GOLDEN)));
        #[allow(clippy::cast_possible_truncation, reason = "the two halves are separate draws")]
        let draws = [bits as u32, (bits >> 32) as u32];
        draws.map(|draw| if draw < self.threshold { T::ZERO } else { self.kept })
    }
}
