//! One rise and one fall of the rate, over the whole training.

use crate::error::Result;
use crate::schedule::Schedule;

/// From η / 25 up to η, the largest rate, in the first 30 % of the steps, and down to η / 250 000 in the rest, both along half
/// a cosine. The last rate stays.
///
/// # Errors
/// Less than 2 `steps`, a share of the rise outside [0, 1], and divisors that are not finite and positive, are refused when
/// training starts.
///
/// # Source
/// L. N. Smith and N. Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates", 2018;
/// PyTorch's `OneCycleLR` in two phases, without its cycle of the momentum.
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
    /// How many steps or epochs the cycle has.
    pub steps: u64,
    /// The share of the steps in which the rate rises.
    pub rise: f64,
    /// What η is divided by at the beginning.
    pub first_divisor: f64,
    /// What the first rate is divided by at the end.
    pub last_divisor: f64,
}

impl OneCycle {
    /// A cycle of so many steps or epochs: all that the training will have.
    #[must_use]
    pub const fn new(steps: u64) -> Self {
        Self { steps, rise: 0.3, first_divisor: 25.0, last_divisor: 1e4 }
    }

    /// Sets the share of the steps in which the rate rises.
    #[must_use]
    pub const fn rise(self, share: f64) -> Self {
        Self { rise: share, ..self }
    }

    /// Sets what η is divided by for the first rate, and what the first rate is divided by for the last.
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

/// From one value to another along half a cosine.
fn along_cosine(from: f64, to: f64, share: f64) -> f64 {
    to + (from - to) / 2.0 * (libm::cos(core::f64::consts::PI * share) + 1.0)
}
