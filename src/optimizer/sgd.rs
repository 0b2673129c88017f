//! Stochastic gradient descent: plain, with momentum, and with Nesterov momentum.

use crate::error::{Error, Result};
use crate::kernel::{Isa, Kernels, MomentumStep};
use crate::optimizer::{Optimizer, Slot, WeightDecay};
use crate::scalar::Scalar;

/// The quantity that the velocity accumulates. The two forms differ only if the learning rate changes during training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MomentumForm {
    /// The form of the lecture and of Keras: v ← γ v + η ∇, θ ← θ - v. A new learning rate affects only the following
    /// gradients.
    #[default]
    Lecture,
    /// The form of PyTorch: v ← γ v + ∇, θ ← θ - η v. A new learning rate rescales the whole velocity at once.
    PyTorch,
}

/// The largest learning rate with PyTorch's form of momentum. It is below the factor of 1e8 that `OptimizerState` keeps between
/// an update and the largest finite value.
const LARGEST_PYTORCH_RATE: f64 = 1e7;

/// Stochastic gradient descent.
///
/// θ ← θ - η ∇. With momentum γ: v ← γ v + η ∇, θ ← θ - v. Nesterov's form subtracts γ v + η ∇ with the new v.
///
/// # Errors
/// Training does not start if the learning rate is not finite and positive, or if the momentum is outside [0, 1).
///
/// # Source
/// The lecture; Nesterov's form follows I. Sutskever et al., "On the importance of initialization and momentum in deep
/// learning", 2013, rewritten with the gradient at the parameters, as in Keras and PyTorch.
///
/// # Example
/// ```
/// use typenet::{Optimizer, Sgd};
///
/// let mut optimizer = Sgd::new(0.5).momentum(0.5).state();
/// let mut x = [8.0_f64];
/// // Gradient 4: velocity 2, then 0.5 · 2 + 2 = 3.
/// optimizer.step_slice(&mut x, &[4.0])?;
/// optimizer.step_slice(&mut x, &[4.0])?;
/// assert_eq!(x, [8.0 - 2.0 - 3.0]);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// η.
    pub learning_rate: f64,
    /// γ, the share of the velocity that each step keeps; 0 for plain descent.
    pub momentum: f64,
    /// Whether to use Nesterov's form of momentum.
    pub nesterov: bool,
    /// The quantity that the velocity accumulates.
    pub form: MomentumForm,
    /// The weight decay.
    pub decay: WeightDecay,
}

impl Sgd {
    /// Creates plain descent with learning rate η.
    #[must_use]
    pub const fn new(learning_rate: f64) -> Self {
        let (form, decay) = (MomentumForm::Lecture, WeightDecay::None);
        Self { learning_rate, momentum: 0.0, nesterov: false, form, decay }
    }

    /// Creates the optimizer with the defaults of PyTorch: [`new`](Self::new) with η = 0.001 and PyTorch's form of momentum.
    #[must_use]
    pub const fn torch() -> Self {
        Self::new(0.001).pytorch_momentum()
    }

    /// Creates the optimizer with the defaults of Keras: [`new`](Self::new) with η = 0.01.
    ///
    /// # Example
    /// ```
    /// use typenet::Sgd;
    ///
    /// assert_eq!(Sgd::keras(), Sgd::new(0.01));
    /// assert_eq!(Sgd::torch().learning_rate(0.1), Sgd::new(0.1).pytorch_momentum());
    /// ```
    #[must_use]
    pub const fn keras() -> Self {
        Self::new(0.01)
    }

    /// Sets η.
    #[must_use]
    pub const fn learning_rate(self, learning_rate: f64) -> Self {
        Self { learning_rate, ..self }
    }

    /// Sets γ, the share of the velocity that each step keeps, typically 0.9. The default is 0.
    #[must_use]
    pub const fn momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
    }

    /// Uses Nesterov's form of momentum.
    #[must_use]
    pub const fn nesterov(self) -> Self {
        Self { nesterov: true, ..self }
    }

    /// Uses PyTorch's form of the velocity instead of the lecture's.
    #[must_use]
    pub const fn pytorch_momentum(self) -> Self {
        Self { form: MomentumForm::PyTorch, ..self }
    }

    /// Sets the weight decay. By default there is none.
    #[must_use]
    pub const fn weight_decay(self, decay: WeightDecay) -> Self {
        Self { decay, ..self }
    }
}

impl Optimizer for Sgd {
    fn slots(&self) -> &'static [Slot] {
        if self.momentum == 0.0 { &[] } else { const { &[Slot::signed("velocity")] } }
    }

    fn check<T: Scalar>(&self) -> Result<()> {
        let (name, value) = ("learning rate", self.learning_rate);
        if !(value.is_finite() && value > 0.0) {
            return Err(Error::Setting { name, value, allowed: "a finite number above 0" });
        }
        // A rate rounded to zero would learn nothing. Rounded to infinity, it would turn a zero gradient into NaN.
        let rounded = T::from_f64(value);
        if !(rounded.is_finite() && rounded > T::ZERO) {
            return Err(Error::Setting { name, value, allowed: "within the range of the scalar type" });
        }
        // PyTorch's velocity is multiplied by the current rate, so the largest velocity that passes the checks must not
        // overflow when the rate is raised.
        if self.form == MomentumForm::PyTorch && self.momentum != 0.0 && value > LARGEST_PYTORCH_RATE {
            return Err(Error::Setting { name, value, allowed: "at most 1e7 with PyTorch's form of momentum" });
        }
        // A value just below 1 may round to 1, which would keep the velocity forever.
        if !((0.0..1.0).contains(&self.momentum) && T::from_f64(self.momentum) < T::ONE) {
            return Err(Error::Setting { name: "momentum", value: self.momentum, allowed: "at least 0 and below 1" });
        }
        Ok(())
    }

    fn largest_update(&self, largest_gradient: f64) -> f64 {
        // The sum of the geometric series of the shares of a gradient that momentum keeps. PyTorch's velocity has no factor η.
        let factor = match self.form {
            MomentumForm::Lecture => self.learning_rate,
            MomentumForm::PyTorch => self.learning_rate.max(1.0),
        };
        factor * largest_gradient / (1.0 - self.momentum)
    }

    fn learning_rate(&self) -> Option<f64> {
        Some(self.learning_rate)
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    fn decay(&self) -> WeightDecay {
        self.decay
    }

    #[inline(always)]
    fn update<T: Kernels, I: Isa>(&self, isa: I, _: u64, parameters: &mut [T], gradient: &[T], slots: &mut [&mut [T]]) {
        let rate = T::from_f64(self.learning_rate);
        if self.momentum == 0.0 {
            T::sgd(isa, rate, parameters, gradient);
            return;
        }
        let (scale, rate) = match self.form {
            MomentumForm::Lecture => (rate, T::ONE),
            MomentumForm::PyTorch => (T::ONE, rate),
        };
        let settings = MomentumStep { momentum: T::from_f64(self.momentum), scale, rate, nesterov: self.nesterov };
        T::momentum(isa, settings, parameters, gradient, slots[0]);
    }
}
