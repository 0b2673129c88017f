//! Rates that fall by the same factor repeatedly.

use crate::error::{Error, Result};
use crate::schedule::Schedule;

/// The learning rate of the settings, unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Constant;

impl Schedule for Constant {
    fn factor(&self, _: u64) -> f64 {
        1.0
    }
}

/// The exponential decay of the lecture, ηₜ = η βᵗ: the rate is multiplied by β < 1 after each step.
///
/// # Errors
/// Training does not start if β is outside (0, 1].
///
/// # Source
/// The lecture; PyTorch's `ExponentialLR`.
///
/// # Example
/// ```
/// use typenet::schedule::{Exponential, Schedule};
///
/// assert_eq!([0, 1, 3].map(|t| Exponential::new(0.5).factor(t)), [1.0, 0.5, 0.125]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponential {
    /// β.
    pub beta: f64,
}

impl Exponential {
    /// Creates a schedule that multiplies the rate by β after each step or epoch.
    #[must_use]
    pub const fn new(beta: f64) -> Self {
        Self { beta }
    }
}

impl Schedule for Exponential {
    fn factor(&self, time: u64) -> f64 {
        libm::pow(self.beta, time as f64)
    }

    fn check(&self) -> Result<()> {
        check_beta(self.beta)
    }
}

/// A decay in stages: the rate is multiplied by β after every `every` steps or epochs, η β^⌊t / every⌋.
///
/// # Errors
/// Training does not start if β is outside (0, 1], or if `every` is 0.
///
/// # Source
/// PyTorch's `StepLR`.
///
/// # Example
/// ```
/// use typenet::schedule::{Schedule, Steps};
///
/// assert_eq!([0, 9, 10, 29].map(|t| Steps::new(10, 0.5).factor(t)), [1.0, 1.0, 0.5, 0.25]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steps {
    /// The number of steps or epochs with the same rate.
    pub every: u64,
    /// β.
    pub beta: f64,
}

impl Steps {
    /// Creates a schedule that multiplies the rate by β after every `every` steps or epochs.
    #[must_use]
    pub const fn new(every: u64, beta: f64) -> Self {
        Self { every, beta }
    }
}

impl Schedule for Steps {
    fn factor(&self, time: u64) -> f64 {
        libm::pow(self.beta, time.checked_div(self.every).unwrap_or(0) as f64)
    }

    fn check(&self) -> Result<()> {
        check_beta(self.beta)?;
        super::check_count("number of steps with the same rate", self.every)
    }
}

fn check_beta(value: f64) -> Result<()> {
    if value > 0.0 && value <= 1.0 {
        return Ok(());
    }
    Err(Error::Setting { name: "factor between rates", value, allowed: "above 0 and at most 1" })
}
