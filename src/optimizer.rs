//! How do parameters follow the gradient?
//!
//! An [`Optimizer`] consists of settings and one update rule over flat slices; it holds no state. An [`OptimizerState`] holds
//! what the rule remembers between steps, and makes each step succeed as a whole or change nothing.

mod frozen;
mod setting;
mod slot;
mod slot_values;

mod decay;
mod rates;

mod adadelta;
mod adagrad;
mod adam;
mod adam_w;
mod adamax;
mod average;
mod nadam;
mod rms_prop;
mod sgd;
mod step;

mod state;

pub use adadelta::Adadelta;
pub use adagrad::{Adagrad, EpsilonPlace};
pub use adam::{Adam, EpsilonForm};
pub use adam_w::AdamW;
pub use adamax::{Adamax, NormForm};
pub use average::Average;
pub use decay::WeightDecay;
pub use nadam::Nadam;
pub use rms_prop::RmsProp;
pub use sgd::{MomentumForm, Sgd};
pub use slot::Slot;
pub use state::OptimizerState;

#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::kernel::{Isa, Kernels};
use crate::scalar::Scalar;

/// The maximum number of slots of an optimizer, over all its settings.
pub const MAX_SLOTS: usize = 4;

/// The settings and the update rule of an optimizer.
///
/// # Example
/// One step of plain gradient descent on a slice.
/// ```
/// use typenet::{Optimizer, Sgd};
///
/// let mut optimizer = Sgd::new(0.125).state();
/// let mut parameters = [1.0_f64, 2.0];
/// optimizer.step_slice(&mut parameters, &[8.0, 0.0])?;
/// assert_eq!(parameters, [0.0, 2.0]);
/// # Ok::<(), typenet::Error>(())
/// ```
///
/// A custom optimizer: θ ← θ - η · sign(∇), which needs no state.
/// ```
/// use typenet::kernel::{Isa, Kernels};
/// use typenet::prelude::*;
/// use typenet::optimizer::Slot;
/// use typenet::{Error, Result, Scalar};
///
/// #[derive(Clone)]
/// struct SignDescent {
///     rate: f64,
/// }
///
/// impl Optimizer for SignDescent {
///     fn slots(&self) -> &'static [Slot] {
///         &[]
///     }
///
///     fn check<T: Scalar>(&self) -> Result<()> {
///         let (name, value) = ("rate", self.rate);
///         let right = value > 0.0 && value.is_finite();
///         if right { Ok(()) } else { Err(Error::Setting { name, value, allowed: "a finite number above 0" }) }
///     }
///
///     fn largest_update(&self, _: f64) -> f64 {
///         self.rate
///     }
///
///     fn update<T: Kernels, I: Isa>(&self, _: I, _: u64, parameters: &mut [T], gradient: &[T], _: &mut [&mut [T]]) {
///         let rate = T::from_f64(self.rate);
///         for (parameter, &g) in parameters.iter_mut().zip(gradient) {
///             *parameter -= if g > T::ZERO { rate } else if g < T::ZERO { -rate } else { T::ZERO };
///         }
///     }
/// }
///
/// let mut parameters = [1.0_f64, 1.0, 1.0];
/// SignDescent { rate: 0.5 }.state().step_slice(&mut parameters, &[1e-3, -7.0, 0.0])?;
/// assert_eq!(parameters, [0.5, 1.5, 1.0]);
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
/// let mut line = Line::zeroed();
/// Trainer::new(MeanSquaredError, SignDescent { rate: 0.01 }).epochs(300).fit(&mut line, &data)?;
/// assert!((line.predict(&[1.0])[0] - 3.0).abs() < 0.1);
/// # Ok::<(), Error>(())
/// ```
#[diagnostic::on_unimplemented(message = "`{Self}` is not an optimizer", label = "this is not an optimizer")]
pub trait Optimizer: Clone + Send + Sync {
    /// Returns the slots that the optimizer needs with these settings. Their names are distinct, and there are at most
    /// [`MAX_SLOTS`] over all settings.
    fn slots(&self) -> &'static [Slot];

    /// Checks the settings, including that they are still in range after rounding to `T`.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first setting that is out of range.
    fn check<T: Scalar>(&self) -> Result<()>;

    /// Returns a bound on the change of a parameter that gradients of at most this magnitude can cause, in this step or,
    /// through the slots, in later ones.
    fn largest_update(&self, largest_gradient: f64) -> f64;

    /// Updates the parameters. `slots` holds one slice for each of [`slots`](Self::slots), in the same order, with one element
    /// per parameter. The elements are zero before the first step.
    ///
    /// The method is called on pieces of the parameters, possibly from several threads, so the update of a parameter must
    /// depend only on its own elements of the gradient and the slots.
    fn update<T: Kernels, I: Isa>(
        &self,
        isa: I,
        step: u64,
        parameters: &mut [T],
        gradient: &[T],
        slots: &mut [&mut [T]],
    );

    /// Returns η, which schedules and layer factors multiply. With `None`, schedules and layer factors are refused.
    fn learning_rate(&self) -> Option<f64> {
        None
    }

    /// Sets η. An optimizer with a learning rate implements both methods.
    fn set_learning_rate(&mut self, _learning_rate: f64) {}

    /// Returns the weight decay, which [`OptimizerState`] applies around [`update`](Self::update).
    fn decay(&self) -> WeightDecay {
        WeightDecay::None
    }

    /// Creates the state of this optimizer, for a custom training loop.
    #[must_use]
    fn state<T: Kernels>(self) -> OptimizerState<Self, T> {
        OptimizerState::new(self)
    }
}
