//! How is the next token drawn from a prediction?

use alloc::vec::Vec;

use rand::Rng as RandomSource;

use crate::error::{Error, Result};
use crate::metric::argmax;
use crate::random::uniform;
use crate::scalar::Scalar;

/// How a token is drawn from the probabilities p that a network predicts. The default draws from p.
///
/// 1. [`temperature`](Self::temperature) τ: the probabilities become p^(1/τ), divided by their sum.
/// 2. [`top_k`](Self::top_k): only the k most probable tokens remain.
/// 3. [`top_p`](Self::top_p): of these, only the most probable ones remain whose sum is at least this share, the *nucleus*.
///
/// # Numerics
/// Computed in `f64`. Of equally probable tokens, lower indices come first. The same generator draws the same tokens on every machine.
///
/// # Source
/// Top-k: A. Fan, M. Lewis and Y. Dauphin, "Hierarchical neural story generation", 2018, section 4.4. The nucleus: A. Holtzman,
/// J. Buys, L. Du, M. Forbes and Y. Choi, "The curious case of neural text degeneration", 2020, section 3.1.
///
/// # Example
/// ```
/// use typenet::generate::Sampling;
///
/// // The two most probable tokens, sharper than predicted.
/// let sampling = Sampling::new().temperature(0.8).top_k(2);
/// // Always the most probable token.
/// let greedy = Sampling::new().temperature(0.0);
/// assert_ne!(sampling, greedy);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    temperature: f64,
    top_k: usize,
    top_p: f64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self::new()
    }
}

impl Sampling {
    /// Draws from the predicted probabilities.
    #[must_use]
    pub const fn new() -> Self {
        Self { temperature: 1.0, top_k: usize::MAX, top_p: 1.0 }
    }

    /// Sets the temperature, a finite number of at least 0. The default is 1. Below 1, probable tokens become more probable; at
    /// 0, the most probable token is certain.
    #[must_use]
    pub const fn temperature(self, temperature: f64) -> Self {
        Self { temperature, ..self }
    }

    /// Draws only from the `count` most probable tokens, at least 1. By default, all tokens can be drawn.
    #[must_use]
    pub const fn top_k(self, count: usize) -> Self {
        Self { top_k: count, ..self }
    }

    /// Draws only from the most probable tokens whose probabilities add up to at least `share`, above 0 and at most 1. By
    /// default, all tokens can be drawn.
    #[must_use]
    pub const fn top_p(self, share: f64) -> Self {
        Self { top_p: share, ..self }
    }

    /// Checks the settings.
    pub(super) fn check(&self) -> Result<()> {
        let Self { temperature, top_k, top_p } = *self;
        if !(temperature.is_finite() && temperature >= 0.0) {
            let allowed = "a finite number of at least 0";
            return Err(Error::Setting { name: "temperature", value: temperature, allowed });
        }
        if top_k == 0 {
            return Err(Error::Setting { name: "number of most probable tokens", value: 0.0, allowed: "at least 1" });
        }
        if !(top_p > 0.0 && top_p <= 1.0) {
            let allowed = "above 0 and at most 1";
            return Err(Error::Setting { name: "share of the most probable tokens", value: top_p, allowed });
        }
        Ok(())
    }

    /// Draws an index, or `None` if a probability is not finite. `order` is memory for all indices.
    pub(super) fn draw<T: Scalar, R: RandomSource>(
        &self,
        probabilities: &[T],
        order: &mut Vec<u32>,
        rng: &mut R,
    ) -> Option<usize> {
        if !probabilities.iter().all(|p| p.is_finite()) {
            return None;
        }
        let most = argmax(probabilities);
        if self.temperature == 0.0 {
            return Some(most);
        }
        let largest = probabilities[most].to_f64();
        let weight = |index: &u32| {
            let ratio = probabilities[*index as usize].to_f64() / largest;
            if self.temperature == 1.0 { ratio } else { libm::pow(ratio, 1.0 / self.temperature) }
        };
        order.clear();
        #[allow(clippy::cast_possible_truncation, reason = "a vocabulary has at most 2²⁴ tokens")]
        order.extend(0..probabilities.len() as u32);
        if self.top_k < order.len() || self.top_p < 1.0 {
            let probability = |index: &u32| probabilities[*index as usize].to_f64();
            order.sort_unstable_by(|a, b| probability(b).total_cmp(&probability(a)).then(a.cmp(b)));
            order.truncate(self.top_k);
            let total: f64 = order.iter().map(weight).sum();
            let mut sum = 0.0;
            let below = order.iter().take_while(|index| {
                let before = sum;
                sum += weight(index);
                before < self.top_p * total
            });
            let nucleus = below.count();
            order.truncate(nucleus.max(1));
        }
        let total: f64 = order.iter().map(weight).sum();
        let mut left = uniform(rng) * total;
        let chosen = order.iter().find(|index| {
            left -= weight(index);
            left < 0.0
        });
        // Rounding may leave a remainder after the last token that can be drawn.
        let last = order.iter().rev().find(|index| weight(index) > 0.0);
        chosen.or(last).map(|&index| index as usize)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::Sampling;
    use crate::error::Error;
    use crate::random::rng;

    const PREDICTED: [f64; 5] = [0.1, 0.4, 0.0, 0.3, 0.2];

    /// Returns how often each index is drawn in 10,000 draws.
    fn shares(sampling: Sampling) -> [f64; 5] {
        let (mut counts, mut order, mut rng) = ([0.0; 5], Vec::new(), rng(37));
        for _ in 0..10_000 {
            counts[sampling.draw(&PREDICTED, &mut order, &mut rng).unwrap()] += 1e-4;
        }
        counts
    }

    fn assert_near(found: [f64; 5], expected: [f64; 5]) {
        let near =
            |(found, expected): (&f64, &f64)| (found - expected).abs() < 0.02 && (*found == 0.0) == (*expected == 0.0);
        assert!(found.iter().zip(&expected).all(near), "{found:?}, not {expected:?}");
    }

    #[test]
    fn tokens_are_drawn_as_often_as_predicted() {
        assert_near(shares(Sampling::new()), PREDICTED);
    }

    #[test]
    fn a_temperature_sharpens_or_flattens() {
        let squares = PREDICTED.map(|p| p * p / 0.3);
        assert_near(shares(Sampling::new().temperature(0.5)), squares);
        let roots = PREDICTED.map(f64::sqrt);
        let sum: f64 = roots.iter().sum();
        assert_near(shares(Sampling::new().temperature(2.0)), roots.map(|root| root / sum));
        assert_near(shares(Sampling::new().temperature(0.0)), [0.0, 1.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn only_the_most_probable_tokens_remain() {
        assert_near(shares(Sampling::new().top_k(2)), [0.0, 4.0 / 7.0, 0.0, 3.0 / 7.0, 0.0]);
        assert_near(shares(Sampling::new().top_k(1)), [0.0, 1.0, 0.0, 0.0, 0.0]);
        // 0.4 + 0.3 is below 0.75, so the third most probable token belongs to the nucleus.
        assert_near(shares(Sampling::new().top_p(0.75)), [0.0, 4.0 / 9.0, 0.0, 3.0 / 9.0, 2.0 / 9.0]);
        assert_near(shares(Sampling::new().top_p(0.65)), [0.0, 4.0 / 7.0, 0.0, 3.0 / 7.0, 0.0]);
        assert_near(shares(Sampling::new().top_p(1e-9)), [0.0, 1.0, 0.0, 0.0, 0.0]);
        // Of the two most probable tokens, one is the nucleus.
        assert_near(shares(Sampling::new().top_k(2).top_p(0.5)), [0.0, 1.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let refused = |sampling: Sampling| matches!(sampling.check(), Err(Error::Setting { .. }));
        for temperature in [-0.1, f64::NAN, f64::INFINITY] {
            assert!(refused(Sampling::new().temperature(temperature)));
        }
        for share in [0.0, 1.1, f64::NAN] {
            assert!(refused(Sampling::new().top_p(share)));
        }
        assert!(refused(Sampling::new().top_k(0)));
        assert_eq!(Sampling::new().temperature(0.0).top_k(3).top_p(1.0).check(), Ok(()));
    }

    #[test]
    fn a_prediction_that_is_not_finite_gives_nothing() {
        assert_eq!(Sampling::new().draw(&[0.5, f64::NAN], &mut Vec::new(), &mut rng(1)), None);
    }
}
