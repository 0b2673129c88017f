//! How does the learning rate change during training?
//!
//! A [`Schedule`] is a pure function of time, a number of steps or epochs. Its value is the factor by which the learning rate
//! of the settings is multiplied. Training that resumes from a checkpoint therefore continues with the same rates.
//! [`ReduceOnPlateau`] watches the loss instead; its state is kept in checkpoints.

mod cosine;
mod exponential;
mod inverse_time;
mod one_cycle;
mod plateau;

pub use cosine::Cosine;
pub use exponential::{Constant, Exponential, Steps};
pub use inverse_time::InverseTime;
pub use one_cycle::OneCycle;
#[cfg(feature = "safetensors")]
pub(crate) use plateau::PlateauState;
pub use plateau::ReduceOnPlateau;

use crate::error::{Error, Result};

/// The factor of the learning rate as a function of time alone. Closures implement it.
///
/// # Example
/// In a custom loop; `Trainer::schedule` does the same.
/// ```
/// use typenet::schedule::{Schedule, Steps};
/// use typenet::{Optimizer, Sgd};
///
/// let mut optimizer = Sgd::new(0.5).state();
/// let schedule = Steps::new(2, 0.1);
/// let mut x = [1.0_f64];
/// for _ in 0..4 {
///     optimizer.set_factor(schedule.factor(optimizer.steps()));
///     optimizer.step_slice(&mut x, &[1.0])?;
/// }
/// assert!((x[0] - (1.0 - 0.5 - 0.5 - 0.05 - 0.05)).abs() < 1e-15);
///
/// let closure = |time: u64| if time < 10 { 1.0 } else { 0.1 };
/// assert_eq!(closure.factor(10), 0.1);
/// # Ok::<(), typenet::Error>(())
/// ```
pub trait Schedule {
    /// Returns the factor of the step or epoch with this number, counted from 0. It must be finite and at least 0.
    fn factor(&self, time: u64) -> f64;

    /// Checks that the settings are in range.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first setting that is out of range.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

impl<F: Fn(u64) -> f64> Schedule for F {
    fn factor(&self, time: u64) -> f64 {
        self(time)
    }
}

/// Refuses a count of 0.
fn check_count(name: &'static str, count: u64) -> Result<()> {
    if count > 0 { Ok(()) } else { Err(Error::Setting { name, value: 0.0, allowed: "at least 1" }) }
}

/// Checks that a setting is finite and above 0.
fn check_positive(name: &'static str, value: f64) -> Result<()> {
    let right = value.is_finite() && value > 0.0;
    if right { Ok(()) } else { Err(Error::Setting { name, value, allowed: "a finite number above 0" }) }
}

/// Checks that a setting is a share, from 0 to 1.
fn check_share(name: &'static str, value: f64) -> Result<()> {
    let right = (0.0..=1.0).contains(&value);
    if right { Ok(()) } else { Err(Error::Setting { name, value, allowed: "at least 0 and at most 1" }) }
}
