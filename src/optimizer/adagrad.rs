//! Adagrad: steps that become shorter as the sum of all squared gradients grows.

use crate::error::{Error, Result};
use crate::kernel::{Isa, Kernels};
use crate::optimizer::setting::{check_epsilon, check_not_negative, check_rate};
use crate::optimizer::{Optimizer, Slot, WeightDecay};
use crate::scalar::Scalar;

/// Whether ε is added to the root of a sum or mean of squares, or under the root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EpsilonPlace {
    /// √v + ε, as in PyTorch.
    #[default]
    Beside,
    /// √(v + ε), as in Keras. An ε in this place has the effect of √ε in the other.
    Below,
}

/// Adagrad, adaptive gradients: each parameter has its own learning rate, which falls with the gradients it has seen.
///
/// For each element, a ← a + ∇², starting from zero, and θ ← θ - η ∇ / (√(a₀ + a) + ε). With PyTorch's learning rate decay δ,
/// step t, counted from 0, uses η / (1 + δ t) in place of η.
///
/// # Errors
/// Training does not start if the learning rate is not positive or out of range, if a₀ or δ is below 0, or if the scalar type
/// cannot represent the square of ε. A step is refused if ∇² comes within a factor of 1e8 of the largest finite value.
///
/// # Numerics
/// No step is longer than η. In `f32`, a stops growing at about 2²⁴ times ∇².
///
/// # Source
/// J. Duchi, E. Hazan and Y. Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", 2011.
///
/// # Example
/// ```
/// use typenet::{Adagrad, Optimizer};
///
/// let mut optimizer = Adagrad::new(0.5).state();
/// let mut x = [8.0_f64];
/// // 3 / √9, then 4 / √(9 + 16).
/// optimizer.step_slice(&mut x, &[3.0])?;
/// optimizer.step_slice(&mut x, &[4.0])?;
/// assert!((x[0] - (8.0 - 0.5 - 0.5 * 0.8)).abs() < 1e-9);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adagrad {
    /// η, the size of the first step.
    pub learning_rate: f64,
    /// δ, the decay of the learning rate with the number of steps.
    pub rate_decay: f64,
    /// a₀, the initial value of the sum of squares.
    pub initial: f64,
    /// ε, which keeps the quotient small for small gradients.
    pub epsilon: f64,
    /// Where ε is added.
    pub place: EpsilonPlace,
    /// The weight decay.
    pub decay: WeightDecay,
}

impl Adagrad {
    /// Creates the optimizer with learning rate η, a₀ = 0, and ε = 1e-10 added to the root.
    #[must_use]
    pub const fn new(learning_rate: f64) -> Self {
        let (place, decay) = (EpsilonPlace::Beside, WeightDecay::None);
        Self { learning_rate, rate_decay: 0.0, initial: 0.0, epsilon: 1e-10, place, decay }
    }

    /// Creates the optimizer with the defaults of PyTorch: [`new`](Self::new) with η = 0.01.
    #[must_use]
    pub const fn torch() -> Self {
        Self::new(0.01)
    }

    /// Creates the optimizer with the defaults of Keras: η = 0.001, a₀ = 0.1, and ε = 1e-7 under the root.
    #[must_use]
    pub const fn keras() -> Self {
        Self { initial: 0.1, epsilon: 1e-7, place: EpsilonPlace::Below, ..Self::new(0.001) }
    }

    /// Sets η.
    #[must_use]
    pub const fn learning_rate(self, learning_rate: f64) -> Self {
        Self { learning_rate, ..self }
    }

    /// Sets δ: the rate of step t, counted from 0, is η / (1 + δ t). The default is 0.
    #[must_use]
    pub const fn rate_decay(self, rate_decay: f64) -> Self {
        Self { rate_decay, ..self }
    }

    /// Sets a₀. The default is 0.
    #[must_use]
    pub const fn initial(self, initial: f64) -> Self {
        Self { initial, ..self }
    }

    /// Sets ε. The default is 1e-10.
    #[must_use]
    pub const fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// Adds ε under the root, as Keras does.
    #[must_use]
    pub const fn epsilon_below(self) -> Self {
        Self { place: EpsilonPlace::Below, ..self }
    }

    /// Sets the weight decay. By default there is none.
    #[must_use]
    pub const fn weight_decay(self, decay: WeightDecay) -> Self {
        Self { decay, ..self }
    }
}

impl Optimizer for Adagrad {
    fn slots(&self) -> &'static [Slot] {
        const { &[Slot::nonnegative("sum_of_squares")] }
    }

    fn check<T: Scalar>(&self) -> Result<()> {
        check_epsilon::<T>(self.epsilon)?;
        check_not_negative("decay of the learning rate", self.rate_decay)?;
        let (name, value) = ("initial sum of squares", self.initial);
        check_not_negative(name, value)?;
        // An infinite sum would stop all learning.
        if !T::from_f64(value + self.epsilon).is_finite() {
            return Err(Error::Setting { name, value, allowed: "within the range of the scalar type" });
        }
        check_rate::<T>(self.learning_rate, 1.0, self.epsilon)
    }

    fn largest_update(&self, largest_gradient: f64) -> f64 {
        // The sum contains the square of the gradient, so no quotient exceeds 1. The square must keep the same distance from
        // the largest finite value as an update.
        self.learning_rate.max(largest_gradient * largest_gradient)
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
    fn update<T: Kernels, I: Isa>(
        &self,
        isa: I,
        step: u64,
        parameters: &mut [T],
        gradient: &[T],
        slots: &mut [&mut [T]],
    ) {
        let rate = T::from_f64(self.learning_rate / (1.0 + self.rate_decay * step as f64));
        let (initial, epsilon) = (T::from_f64(self.initial), T::from_f64(self.epsilon));
        let (below, outside) = match self.place {
            EpsilonPlace::Below => (initial + epsilon, T::ZERO),
            EpsilonPlace::Beside => (initial, epsilon),
        };
        for ((parameter, &g), sum) in parameters.iter_mut().zip(gradient).zip(&mut *slots[0]) {
            *sum = isa.mul_add(g, g, *sum);
            *parameter = isa.mul_add(-rate, g / ((*sum + below).sqrt() + outside), *parameter);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Adagrad;
    use crate::error::Error;
    use crate::optimizer::Optimizer;

    #[test]
    fn settings_out_of_range_are_refused_by_name() {
        let refused = |adagrad: Adagrad| match adagrad.check::<f32>() {
            Err(Error::Setting { name, .. }) => name,
            other => panic!("{adagrad:?}: {other:?}"),
        };
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(refused(Adagrad::new(bad)), "learning rate");
            assert_eq!(refused(Adagrad::new(0.1).epsilon(bad)), "epsilon");
            assert_eq!(refused(Adagrad::new(0.1).initial(bad)), "initial sum of squares");
            assert_eq!(refused(Adagrad::new(0.1).rate_decay(bad)), "decay of the learning rate");
        }
        assert_eq!(refused(Adagrad::new(0.1).initial(1e39)), "initial sum of squares");
        assert!(Adagrad::torch().check::<f32>().is_ok() && Adagrad::keras().check::<f32>().is_ok());
    }

    #[test]
    fn the_rate_falls_with_its_decay_and_no_step_is_longer_than_it() {
        let mut optimizer = Adagrad::new(1.0).rate_decay(1.0).state();
        let mut x = [0.0_f64];
        optimizer.step_slice(&mut x, &[1e-4]).unwrap();
        assert!((x[0] + 1.0).abs() < 1e-5);
        x = [0.0];
        optimizer.step_slice(&mut x, &[1e6]).unwrap();
        assert!((x[0] + 0.5).abs() < 1e-9, "{x:?}");
    }

    #[test]
    fn zero_gradients_change_nothing() {
        for adagrad in [Adagrad::torch(), Adagrad::keras(), Adagrad::new(1.0).epsilon_below()] {
            let (mut optimizer, mut x) = (adagrad.state(), [1.0_f32]);
            optimizer.step_slice(&mut x, &[0.0]).unwrap();
            assert_eq!(x, [1.0]);
        }
    }
}
