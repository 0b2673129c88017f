//! Adamax: Adam with the largest recent gradient in place of the root of the mean square.

use crate::error::Result;
use crate::kernel::{Isa, Kernels};
use crate::optimizer::setting::{check_epsilon, check_rate, check_share};
use crate::optimizer::{Optimizer, Slot, WeightDecay};
use crate::scalar::Scalar;

/// How ε keeps the norm of Adamax above zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NormForm {
    /// u ← max(β₂ u, |∇| + ε), divided by u, as in PyTorch.
    #[default]
    Within,
    /// u ← max(β₂ u, |∇|), divided by u + ε, as in Keras.
    Beside,
}

/// Adamax: divides the mean gradient by the largest recent gradient.
///
/// For each element, m ← β₁ m + (1 - β₁) ∇ and u ← max(β₂ u, |∇| + ε). After step t, counted from 1,
/// θ ← θ - η m / (u (1 - β₁ᵗ)).
///
/// # Errors
/// Training does not start if the learning rate is not positive or out of range, if β₁ or β₂ is outside [0, 1), or if the
/// scalar type cannot represent the square of ε.
///
/// # Numerics
/// If β₁ < β₂, no step is longer than η (1 - β₁) / (1 - β₁ / β₂), which is about η.
///
/// # Source
/// D. P. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 2.
///
/// # Example
/// ```
/// use typenet::{Adamax, Optimizer};
///
/// let mut optimizer = Adamax::new(0.5).beta1(0.5).beta2(0.75).state();
/// let mut x = [8.0_f64];
/// // m̂ = u = 4; then m = 1, u = 3 and 1 - β₁² = 3/4.
/// optimizer.step_slice(&mut x, &[4.0])?;
/// optimizer.step_slice(&mut x, &[0.0])?;
/// assert!((x[0] - (8.0 - 0.5 - 0.5 * 4.0 / 9.0)).abs() < 1e-8);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adamax {
    /// η, approximately the size of a step.
    pub learning_rate: f64,
    /// β₁, the share of the mean gradient that each step keeps.
    pub beta1: f64,
    /// β₂, the share of the norm that each step keeps.
    pub beta2: f64,
    /// ε, which keeps the norm above zero.
    pub epsilon: f64,
    /// Where ε is added.
    pub form: NormForm,
    /// The weight decay.
    pub decay: WeightDecay,
}

impl Adamax {
    /// Creates the optimizer with learning rate η, the paper's β₁ = 0.9 and β₂ = 0.999, and ε = 1e-8.
    #[must_use]
    pub const fn new(learning_rate: f64) -> Self {
        let (form, decay) = (NormForm::Within, WeightDecay::None);
        Self { learning_rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, form, decay }
    }

    /// Creates the optimizer with the defaults of PyTorch: [`new`](Self::new) with η = 0.002.
    #[must_use]
    pub const fn torch() -> Self {
        Self::new(0.002)
    }

    /// Creates the optimizer with the defaults of Keras: η = 0.001, and ε = 1e-7 added to the norm.
    #[must_use]
    pub const fn keras() -> Self {
        Self { epsilon: 1e-7, form: NormForm::Beside, ..Self::new(0.001) }
    }

    /// Sets η.
    #[must_use]
    pub const fn learning_rate(self, learning_rate: f64) -> Self {
        Self { learning_rate, ..self }
    }

    /// Sets β₁. The default is 0.9.
    #[must_use]
    pub const fn beta1(self, beta1: f64) -> Self {
        Self { beta1, ..self }
    }

    /// Sets β₂. The default is 0.999.
    #[must_use]
    pub const fn beta2(self, beta2: f64) -> Self {
        Self { beta2, ..self }
    }

    /// Sets ε. The default is 1e-8.
    #[must_use]
    pub const fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// Adds ε to the norm, as Keras does.
    #[must_use]
    pub const fn epsilon_beside(self) -> Self {
        Self { form: NormForm::Beside, ..self }
    }

    /// Sets the weight decay. By default there is none.
    #[must_use]
    pub const fn weight_decay(self, decay: WeightDecay) -> Self {
        Self { decay, ..self }
    }
}

impl Optimizer for Adamax {
    fn slots(&self) -> &'static [Slot] {
        const { &[Slot::signed("first_moment"), Slot::nonnegative("infinity_norm")] }
    }

    fn check<T: Scalar>(&self) -> Result<()> {
        check_share::<T>("beta1", self.beta1)?;
        check_share::<T>("beta2", self.beta2)?;
        check_epsilon::<T>(self.epsilon)?;
        // The rate of the first step is the largest.
        check_rate::<T>(self.learning_rate, 1.0 / (1.0 - self.beta1), self.epsilon)
    }

    fn largest_update(&self, largest_gradient: f64) -> f64 {
        let (beta1, beta2) = (self.beta1, self.beta2);
        // |∇| of k steps ago is at most u / β₂ᵏ, and has the coefficient (1 - β₁) β₁ᵏ: a geometric series.
        let by_norm = if beta1 < beta2 { (1.0 - beta1) / (1.0 - beta1 / beta2) } else { f64::INFINITY };
        // The moment itself must not overflow either.
        (self.learning_rate * by_norm.max(1.0).min(largest_gradient / self.epsilon)).max(largest_gradient)
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
        let correction = 1.0 - libm::pow(self.beta1, step as f64 + 1.0);
        let [share, beta2, epsilon, rate] =
            [1.0 - self.beta1, self.beta2, self.epsilon, self.learning_rate / correction].map(T::from_f64);
        let (within, outside) = match self.form {
            NormForm::Within => (epsilon, T::ZERO),
            NormForm::Beside => (T::ZERO, epsilon),
        };
        let (moments, norms) = slots.split_at_mut(1);
        let pairs = parameters.iter_mut().zip(gradient);
        for ((parameter, &g), (moment, norm)) in pairs.zip(moments[0].iter_mut().zip(&mut *norms[0])) {
            *moment = isa.mul_add(share, g - *moment, *moment);
            *norm = (g.absolute() + within).maximum(beta2 * *norm);
            *parameter = isa.mul_add(-rate, *moment / (*norm + outside), *parameter);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Adamax;
    use crate::error::Error;
    use crate::optimizer::Optimizer;

    #[test]
    fn the_worst_gradients_make_no_step_longer_than_the_bound() {
        let adamax = Adamax::new(1.0).beta2(0.95);
        let (mut optimizer, mut x, mut longest) = (adamax.state(), [0.0_f64], 0.0_f64);
        // Each gradient is as large as the norm at that time.
        for k in (0..300).rev() {
            let before = x;
            optimizer.step_slice(&mut x, &[0.95_f64.powi(-k)]).unwrap();
            longest = longest.max(before[0] - x[0]);
        }
        let bound = adamax.largest_update(1.0);
        assert!(longest <= bound && bound < 1.91, "{longest}, {bound}");
    }

    #[test]
    fn zero_and_vanishing_gradients_cause_no_nan() {
        for adamax in [Adamax::torch(), Adamax::keras()] {
            let (mut optimizer, mut x) = (adamax.state(), [1.0_f32; 2]);
            for _ in 0..100 {
                optimizer.step_slice(&mut x, &[0.0, 1e-44]).unwrap();
            }
            assert!(x.iter().all(|x| (x - 1.0).abs() < 1e-6), "{x:?}");
        }
    }

    #[test]
    fn settings_out_of_range_are_refused_by_name() {
        let refused = |adamax: Adamax| match adamax.check::<f32>() {
            Err(Error::Setting { name, .. }) => name,
            other => panic!("{adamax:?}: {other:?}"),
        };
        assert_eq!(refused(Adamax::new(1.0).beta1(1.0)), "beta1");
        assert_eq!(refused(Adamax::new(1.0).beta2(-1.0)), "beta2");
        assert_eq!(refused(Adamax::new(1.0).epsilon(0.0)), "epsilon");
        assert_eq!(refused(Adamax::new(0.0)), "learning rate");
        assert!(Adamax::torch().check::<f32>().is_ok() && Adamax::keras().check::<f32>().is_ok());
    }
}
