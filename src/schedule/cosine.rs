//! Rates that fall along half a cosine, after a warm-up.

use crate::error::Result;
use crate::schedule::Schedule;

/// Half a period of a cosine, which falls from η to α η in `steps` steps and then stays at α η:
/// η (α + (1 - α) (1 + cos (π t / steps)) / 2). With a warm-up, the rate first rises linearly to η.
///
/// # Errors
/// Training does not start if `steps` is 0, or if α or the first factor is outside [0, 1].
///
/// # Source
/// I. Loshchilov and F. Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017, equation 5, without restarts;
/// Keras's `CosineDecay`, including the warm-up.
///
/// # Example
/// ```
/// use typenet::schedule::{Cosine, Schedule};
///
/// let schedule = Cosine::new(100).warm_up(10, 0.0).floor(0.5);
/// assert_eq!([0, 5, 10, 110, 500].map(|t| schedule.factor(t)), [0.0, 0.5, 1.0, 0.5, 0.5]);
/// assert!((schedule.factor(60) - 0.75).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cosine {
    /// The number of steps or epochs of the fall, after the warm-up.
    pub steps: u64,
    /// α, the factor at the end.
    pub floor: f64,
    /// The number of steps or epochs of the warm-up.
    pub warm_up: u64,
    /// The factor at the start of the warm-up.
    pub first: f64,
}

impl Cosine {
    /// Creates a schedule that falls to zero in `steps` steps or epochs.
    #[must_use]
    pub const fn new(steps: u64) -> Self {
        Self { steps, floor: 0.0, warm_up: 0, first: 0.0 }
    }

    /// Sets α, the factor at the end. The default is 0.
    #[must_use]
    pub const fn floor(self, floor: f64) -> Self {
        Self { floor, ..self }
    }

    /// Adds a warm-up before the fall, from the factor `first` to 1 in `steps` steps or epochs. By default there is none.
    #[must_use]
    pub const fn warm_up(self, steps: u64, first: f64) -> Self {
        Self { warm_up: steps, first, ..self }
    }
}

impl Schedule for Cosine {
    fn factor(&self, time: u64) -> f64 {
        let Some(time) = time.checked_sub(self.warm_up) else {
            return self.first + (1.0 - self.first) * (time as f64 / self.warm_up as f64);
        };
        if time >= self.steps {
            return self.floor;
        }
        let wave = libm::cos(core::f64::consts::PI * (time as f64 / self.steps as f64));
        self.floor + (1.0 - self.floor) * 0.5 * (1.0 + wave)
    }

    fn check(&self) -> Result<()> {
        super::check_count("number of steps of the cosine", self.steps)?;
        super::check_share("factor at the end of the cosine", self.floor)?;
        super::check_share("factor at the start of the warm-up", self.first)
    }
}
