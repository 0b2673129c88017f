//! Adadelta: steps in the units of the parameters.

use crate::error::Result;
use crate::kernel::{Isa, Kernels};
use crate::optimizer::setting::{check_epsilon, check_rate, check_share};
use crate::optimizer::{Optimizer, Slot, WeightDecay};
use crate::scalar::Scalar;

/// The bound on how far u + ε may rise above its value in the first step through the number of steps alone. Reaching it takes
/// 10⁸ / (1 - ρ) steps.
const LARGEST_RISE: f64 = 1e8;

/// Adadelta: divides the gradient by the root of its mean square and multiplies it by the root of the mean squared update.
///
/// For each element, v ← ρ v + (1 - ρ) ∇², Δ = ∇ √(u + ε) / √(v + ε), u ← ρ u + (1 - ρ) Δ² and θ ← θ - η Δ. The paper
/// has η = 1.
///
/// # Errors
/// Training does not start if the learning rate is not positive or out of range, if ρ is outside [0, 1), or if the scalar type
/// cannot represent the square of ε. A step is refused if ∇² comes within a factor of 1e8 of the largest finite value.
///
/// # Numerics
/// The first steps have a length of about η √ε / √(1 - ρ), whatever the gradient, so ε decides how soon the network
/// starts to learn.
///
/// If gradients grow from step to step, the updates grow with them: after t steps with gradients up to G,
/// Δ² ≤ ε^(1 - ρ) (G² + ε)^ρ (1 + (1 - ρ) t) / (1 - ρ). A step is also refused if this bound, for 10⁸ / (1 - ρ) steps,
/// would come near the largest finite value.
///
/// # Source
/// M. D. Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012, algorithm 1.
///
/// # Example
/// ```
/// use typenet::{Adadelta, Optimizer};
///
/// let mut optimizer = Adadelta::new(1.0).rho(0.75).epsilon(0.0625).state();
/// let mut x = [8.0_f64];
/// // v = 0.25 · 4, with u = 0 before: Δ = 2 · √0.0625 / √(1 + 0.0625).
/// optimizer.step_slice(&mut x, &[2.0])?;
/// assert!((x[0] - (8.0 - 0.5 / 1.0625_f64.sqrt())).abs() < 1e-12);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adadelta {
    /// η.
    pub learning_rate: f64,
    /// ρ, the share of the mean squares that each step keeps.
    pub rho: f64,
    /// ε, which makes the first updates nonzero.
    pub epsilon: f64,
    /// The weight decay.
    pub decay: WeightDecay,
}

impl Adadelta {
    /// Creates the optimizer with learning rate η, ρ = 0.9, and ε = 1e-6.
    #[must_use]
    pub const fn new(learning_rate: f64) -> Self {
        Self { learning_rate, rho: 0.9, epsilon: 1e-6, decay: WeightDecay::None }
    }

    /// Creates the optimizer with the defaults of PyTorch: [`new`](Self::new) with η = 1.
    #[must_use]
    pub const fn torch() -> Self {
        Self::new(1.0)
    }

    /// Creates the optimizer with the defaults of Keras: η = 0.001, ρ = 0.95, ε = 1e-7. Such a small rate learns almost
    /// nothing; the paper has η = 1.
    #[must_use]
    pub const fn keras() -> Self {
        Self { rho: 0.95, epsilon: 1e-7, ..Self::new(0.001) }
    }

    /// Sets η.
    #[must_use]
    pub const fn learning_rate(self, learning_rate: f64) -> Self {
        Self { learning_rate, ..self }
    }

    /// Sets ρ. The default is 0.9.
    #[must_use]
    pub const fn rho(self, rho: f64) -> Self {
        Self { rho, ..self }
    }

    /// Sets ε. The default is 1e-6.
    #[must_use]
    pub const fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// Sets the weight decay. By default there is none.
    #[must_use]
    pub const fn weight_decay(self, decay: WeightDecay) -> Self {
        Self { decay, ..self }
    }
}

impl Optimizer for Adadelta {
    fn slots(&self) -> &'static [Slot] {
        const { &[Slot::nonnegative("mean_square"), Slot::nonnegative("mean_squared_update")] }
    }

    fn check<T: Scalar>(&self) -> Result<()> {
        check_share::<T>("rho", self.rho)?;
        check_epsilon::<T>(self.epsilon)?;
        check_rate::<T>(self.learning_rate, 1.0, self.epsilon)
    }

    fn largest_update(&self, largest_gradient: f64) -> f64 {
        // Let s = (1 - ρ) ∇² / (v + ε) with the new v, so that Δ² = (u + ε) s / (1 - ρ). A step changes u + ε to at most
        // (ρ + s) (u + ε) + (1 - ρ) ε, and multiplies v + ε by at least ρ / (1 - s). Since (ρ + s) ((1 - s) / ρ)^ρ
        // is at most 1, reached at s = 1 - ρ, the quotient (u + ε) / (v + ε)^ρ grows by at most (1 - ρ) ε^(1 - ρ) per
        // step, starting from ε^(1 - ρ).
        let square = largest_gradient * largest_gradient;
        let (epsilon, rho) = (self.epsilon, self.rho);
        let first = libm::pow(epsilon, 1.0 - rho) * libm::pow(square + epsilon, rho) / (1.0 - rho);
        // The squares must keep the same distance from the largest finite value as an update. For u, the rise is part of it.
        (self.learning_rate * libm::sqrt(LARGEST_RISE * first)).max(first).max(square)
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
        let [share, epsilon, rate] = [1.0 - self.rho, self.epsilon, self.learning_rate].map(T::from_f64);
        let (squares, updates) = slots.split_at_mut(1);
        let pairs = parameters.iter_mut().zip(gradient);
        for ((parameter, &g), (square, update)) in pairs.zip(squares[0].iter_mut().zip(&mut *updates[0])) {
            *square = isa.mul_add(share, isa.mul_add(g, g, -*square), *square);
            let delta = g * ((*update + epsilon).sqrt() / (*square + epsilon).sqrt());
            *update = isa.mul_add(share, isa.mul_add(delta, delta, -*update), *update);
            *parameter = isa.mul_add(-rate, delta, *parameter);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Adadelta;
    use crate::error::Error;
    use crate::optimizer::Optimizer;

    #[test]
    fn two_steps_follow_the_formula() {
        let mut optimizer = Adadelta::new(0.5).rho(0.5).epsilon(0.25).state();
        let mut x = [0.0_f64];
        optimizer.step_slice(&mut x, &[2.0]).unwrap();
        let first = 2.0 * 0.5 / 2.25_f64.sqrt();
        assert!((x[0] + 0.5 * first).abs() < 1e-15);
        optimizer.step_slice(&mut x, &[1.0]).unwrap();
        let second = (0.5 * first * first + 0.25).sqrt() / (0.5 * 2.0 + 0.5 + 0.25_f64).sqrt();
        assert!((x[0] + 0.5 * (first + second)).abs() < 1e-15, "{x:?}");
    }

    #[test]
    fn growing_and_constant_gradients_cause_updates_within_the_bound() {
        for adadelta in [Adadelta::torch(), Adadelta::keras().learning_rate(1.0)] {
            let (mut optimizer, mut x) = (adadelta.state(), [0.0_f64; 2]);
            for step in 0..40 {
                let before = x;
                optimizer.step_slice(&mut x, &[10.0_f64.powi(step - 10), 3.0]).unwrap();
                let bound = adadelta.largest_update(10.0_f64.powi(step - 10).max(3.0));
                assert!(before.iter().zip(x).all(|(b, x)| (b - x).abs() < bound), "{step}: {x:?}");
            }
        }
    }

    #[test]
    fn slowly_growing_gradients_stay_within_the_bound_and_the_range() {
        // The slower they grow, the longer the updates become: with a factor of 1.01, over 10¹² times the first one.
        for (adadelta, factor) in
            [(Adadelta::torch(), 2.0_f32), (Adadelta::torch(), 1.01), (Adadelta::new(1.0).rho(0.99), 1.1)]
        {
            let (mut optimizer, mut x, mut gradient, mut longest) = (adadelta.state(), [0.0_f32], 1e-6_f32, 0.0);
            let refused = loop {
                let before = x;
                if let Err(error) = optimizer.step_slice(&mut x, &[gradient]) {
                    assert_eq!(x, before);
                    break error;
                }
                assert!(x[0].is_finite(), "{gradient}");
                longest = f64::from((before[0] - x[0]).abs()).max(longest);
                // A position with many digits rounds the difference.
                assert!(longest <= 1.001 * adadelta.largest_update(gradient.into()), "{gradient}: {longest}");
                (x, gradient) = ([0.0], gradient * factor);
            };
            assert!(matches!(refused, Error::UpdateTooLarge { .. }) && gradient > 1e14, "{refused} at {gradient}");
            assert!(longest > 1e3, "{longest}");
            // The slots cause no long steps once the gradients are small again.
            for _ in 0..1000 {
                optimizer.step_slice(&mut x, &[1.0]).unwrap();
                assert!(x[0].is_finite());
            }
        }
    }

    #[test]
    fn settings_out_of_range_are_refused_by_name() {
        let refused = |adadelta: Adadelta| match adadelta.check::<f32>() {
            Err(Error::Setting { name, .. }) => name,
            other => panic!("{adadelta:?}: {other:?}"),
        };
        assert_eq!(refused(Adadelta::new(1.0).rho(1.0)), "rho");
        assert_eq!(refused(Adadelta::new(1.0).epsilon(0.0)), "epsilon");
        assert_eq!(refused(Adadelta::new(f64::NAN)), "learning rate");
        assert!(Adadelta::torch().check::<f32>().is_ok() && Adadelta::keras().check::<f32>().is_ok());
    }
}
