//! Rates that fall with the inverse of the time.

use crate::error::Result;
use crate::schedule::Schedule;

/// η / (1 + δ t / every): half of η after `every` / δ steps, a third after twice as many.
///
/// # Errors
/// Training does not start if δ is not positive, or if `every` is 0.
///
/// # Source
/// Keras's `InverseTimeDecay`. H. Robbins and S. Monro, "A Stochastic Approximation Method", 1951, prove convergence for rates
/// that fall as 1 / t.
///
/// # Example
/// ```
/// use typenet::schedule::{InverseTime, Schedule};
///
/// assert_eq!([0, 10, 30].map(|t| InverseTime::new(10, 1.0).factor(t)), [1.0, 0.5, 0.25]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InverseTime {
    /// The number of steps or epochs after which δ has been added once to the divisor.
    pub every: u64,
    /// δ.
    pub decay: f64,
}

impl InverseTime {
    /// Creates a schedule that falls to 1 / (1 + δ) in `every` steps or epochs.
    #[must_use]
    pub const fn new(every: u64, decay: f64) -> Self {
        Self { every, decay }
    }
}

impl Schedule for InverseTime {
    fn factor(&self, time: u64) -> f64 {
        1.0 / (1.0 + self.decay * (time as f64 / self.every as f64))
    }

    fn check(&self) -> Result<()> {
        super::check_positive("decay of the learning rate", self.decay)?;
        super::check_count("number of steps of the decay", self.every)
    }
}
