//! One rise and one fall of the rate over the whole training.

use crate::error::Result;
use crate::schedule::Schedule;

/// A rise from η / 25 to the largest rate η in the first 30 % of the steps, then a fall to η / 250 000 in the rest, both along
/// half a cosine. Afterwards the last rate stays.
///
/// # Errors
/// Training does not start if `steps` is below 2, if the share of the rise is outside [0, 1], or if a divisor is not finite and
/// positive.
///
/// # Source
/// L. N. Smith and N. Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates", 2018;
/// PyTorch's `OneCycleLR` with two phases, without its cycle of the momentum.
///
/// # Example
/// ```
/// use typenet::schedule::{OneCycle, Schedule};
///
/// let schedule = OneCycle::new(11).rise(0.5).divisors(10.0, 100.0);
/// // The peak is at 0.5 · 11 - 1 = 4.5 steps, the end at 10.
/// assert!((schedule.factor(0) - 0.1).abs() < 1e-15);
/// assert!(schedule.factor(4) > 0.95 && schedule.factor(5) > 0.95);
/// assert!((schedule.factor(10) - 0.001).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneCycle {
    /// The number of steps or epochs of the cycle.
    pub steps: u64,
    /// The share of the steps in which the rate rises.
    pub rise: f64,
    /// The divisor of η at the start.
    pub first_divisor: f64,
    /// The divisor of the first rate at the end.
    pub last_divisor: f64,
}

impl OneCycle {
    /// Creates a cycle of `steps` steps or epochs, which should be the length of the whole training.
    #[must_use]
    pub const fn new(steps: u64) -> Self {
        Self { steps, rise: 0.3, first_divisor: 25.0, last_divisor: 1e4 }
    }

    /// Sets the share of the steps in which the rate rises. The default is 0.3.
    #[must_use]
    pub const fn rise(self, share: f64) -> Self {
        Self { rise: share, ..self }
    }

    /// Sets the divisor of η that gives the first rate, and the divisor of the first rate that gives the last. The defaults are
    /// 25 and 10⁴.
    #[must_use]
    pub const fn divisors(self, first: f64, last: f64) -> Self {
        Self { first_divisor: first, last_divisor: last, ..self }
    }
}

impl Schedule for OneCycle {
    fn factor(&self, time: u64) -> f64 {
        let (time, peak, end) = (time as f64, self.rise * self.steps as f64 - 1.0, self.steps as f64 - 1.0);
        let first = 1.0 / self.first_divisor;
        if peak > 0.0 && time <= peak {
            return along_cosine(first, 1.0, time / peak);
        }
        along_cosine(1.0, first / self.last_divisor, ((time - peak) / (end - peak)).min(1.0))
    }

    fn check(&self) -> Result<()> {
        super::check_count("number of steps of the cycle", self.steps.saturating_sub(1))?;
        super::check_positive("first divisor of the cycle", self.first_divisor)?;
        super::check_positive("last divisor of the cycle", self.last_divisor)?;
        super::check_share("share of the rise", self.rise)
    }
}

/// Returns the value at `share` of the way between two values, along half a cosine.
fn along_cosine(from: f64, to: f64, share: f64) -> f64 {
    to + (from - to) / 2.0 * (libm::cos(core::f64::consts::PI * share) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::OneCycle;
    use crate::schedule::Schedule;

    const TOLERANCE: f64 = 1e-15;

    #[test]
    fn a_rise_share_of_zero_only_falls_and_of_one_only_rises() {
        // The peak would be at step -1, so the first step is a tenth of the way down, and the last at the end.
        let falling = OneCycle::new(10).rise(0.0).divisors(4.0, 5.0);
        let factors: [f64; 12] = core::array::from_fn(|step| falling.factor(step as u64));
        assert!(factors[..10].is_sorted_by(|a, b| a > b), "{factors:?}");
        let first = 0.05 + 0.95 * (1.0 + (0.1 * core::f64::consts::PI).cos()) / 2.0;
        assert!((factors[0] - first).abs() < TOLERANCE, "{factors:?}");
        assert!(factors[9..].iter().all(|factor| (factor - 0.05).abs() < TOLERANCE), "{factors:?}");

        // The peak is the last step of the cycle. Later steps keep the last rate.
        let rising = OneCycle::new(10).rise(1.0).divisors(4.0, 5.0);
        let factors: [f64; 12] = core::array::from_fn(|step| rising.factor(step as u64));
        assert!(factors[..10].is_sorted_by(|a, b| a < b), "{factors:?}");
        assert!((factors[0] - 0.25).abs() < TOLERANCE && (factors[9] - 1.0).abs() < TOLERANCE, "{factors:?}");
        assert!(factors[10..].iter().all(|factor| (factor - 0.05).abs() < TOLERANCE), "{factors:?}");
        assert!(falling.check().is_ok() && rising.check().is_ok());
    }

    #[test]
    fn the_shortest_cycles_have_finite_factors_within_their_bounds() {
        for steps in 2..6 {
            for rise in [0.0, 0.2, 0.25, 0.5, 1.0] {
                let cycle = OneCycle::new(steps).rise(rise);
                assert!((0..9).all(|step| (3.9e-6..=1.0).contains(&cycle.factor(step))), "{cycle:?}");
            }
        }
    }
}
