//! Nadam: Adam with Nesterov momentum.

use crate::error::Result;
use crate::kernel::{Isa, Kernels};
use crate::optimizer::setting::{check_epsilon, check_not_negative, check_rate, check_share};
use crate::optimizer::{Optimizer, Slot, WeightDecay};
use crate::scalar::Scalar;

/// Nadam: Adam whose step already includes the momentum of the next step.
///
/// For each element, with t counted from 1, μₜ = β₁ (1 - 0.96^(ψ t) / 2), m ← β₁ m + (1 - β₁) ∇, v ← β₂ v + (1 - β₂) ∇² and
/// θ ← θ - η ((1 - μₜ) ∇ / (1 - μ₁⋯μₜ) + μₜ₊₁ m / (1 - μ₁⋯μₜ₊₁)) / (√(v / (1 - β₂ᵗ)) + ε).
///
/// # Errors
/// Training does not start if the learning rate is not positive or out of range, if β₁ or β₂ is outside [0, 1), if ψ is below
/// 0, or if the scalar type cannot represent the square of ε. A step is refused if ∇² comes within a factor of 1e8 of the
/// largest finite value.
///
/// # Numerics
/// The products of μ are computed from the step number in `f64` to 1e-13, so they need no slot.
///
/// # Source
/// T. Dozat, "Incorporating Nesterov Momentum into Adam", 2016, algorithm 2, with β₁ in place of μₜ in m, as in Keras and
/// PyTorch.
///
/// # Example
/// ```
/// use typenet::{Nadam, Optimizer};
///
/// let mut optimizer = Nadam::new(1.0).beta1(0.5).momentum_decay(0.0).state();
/// let mut x = [0.0_f64];
/// // μ is always 1/4, m = 2: (3/4 · 4) / (3/4) + (1/4 · 2) / (15/16), divided by 4.
/// optimizer.step_slice(&mut x, &[4.0])?;
/// assert!((x[0] + 1.0 + 2.0 / 15.0).abs() < 1e-8);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nadam {
    /// η, approximately the size of a step.
    pub learning_rate: f64,
    /// β₁, the share of the mean gradient that each step keeps.
    pub beta1: f64,
    /// β₂, the share of the mean squared gradient that each step keeps.
    pub beta2: f64,
    /// ε, which keeps the quotient small for small gradients.
    pub epsilon: f64,
    /// ψ, how fast μ goes from β₁ / 2 to β₁.
    pub momentum_decay: f64,
    /// The weight decay.
    pub decay: WeightDecay,
}

impl Nadam {
    /// Creates the optimizer with learning rate η, β₁ = 0.9, β₂ = 0.999, ε = 1e-8, and ψ = 0.004.
    #[must_use]
    pub const fn new(learning_rate: f64) -> Self {
        let decay = WeightDecay::None;
        Self { learning_rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, momentum_decay: 0.004, decay }
    }

    /// Creates the optimizer with the defaults of PyTorch: [`new`](Self::new) with η = 0.002.
    #[must_use]
    pub const fn torch() -> Self {
        Self::new(0.002)
    }

    /// Creates the optimizer with the defaults of Keras: η = 0.001, ε = 1e-7, and ψ = 1.
    #[must_use]
    pub const fn keras() -> Self {
        Self { epsilon: 1e-7, momentum_decay: 1.0, ..Self::new(0.001) }
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

    /// Sets ψ. The default is 0.004.
    #[must_use]
    pub const fn momentum_decay(self, momentum_decay: f64) -> Self {
        Self { momentum_decay, ..self }
    }

    /// Sets the weight decay. By default there is none.
    #[must_use]
    pub const fn weight_decay(self, decay: WeightDecay) -> Self {
        Self { decay, ..self }
    }

    /// Computes μₜ.
    fn momentum(&self, t: f64) -> f64 {
        self.beta1 * (1.0 - 0.5 * libm::pow(0.96, self.momentum_decay * t))
    }

    /// Computes μ₁⋯μₜ. The logarithm of 1 - qⁱ/2 is -Σₖ qⁱᵏ / (k 2ᵏ). For each k, its sum over i = 1 to t is a geometric
    /// series.
    fn product(&self, t: f64) -> f64 {
        let (mut sum, mut half) = (0.0, 1.0);
        // 2⁻⁵⁴ is below the rounding error of the sum.
        for k in 1..=54 {
            let k = f64::from(k);
            half *= 0.5;
            // q = 0.96^ψ is e^-λ. Computes (1 - q^(kt)) / (1 - q^k) without cancellation; it is t if q is one.
            let lambda = -k * self.momentum_decay * libm::log(0.96);
            let terms = if lambda == 0.0 { t } else { libm::expm1(-lambda * t) / libm::expm1(-lambda) };
            sum += half / k * libm::exp(-lambda) * terms;
        }
        libm::pow(self.beta1, t) * libm::exp(-sum)
    }
}

impl Optimizer for Nadam {
    fn slots(&self) -> &'static [Slot] {
        const { &[Slot::signed("first_moment"), Slot::nonnegative("second_moment")] }
    }

    fn check<T: Scalar>(&self) -> Result<()> {
        check_share::<T>("beta1", self.beta1)?;
        check_share::<T>("beta2", self.beta2)?;
        check_epsilon::<T>(self.epsilon)?;
        check_not_negative("decay of the momentum", self.momentum_decay)?;
        check_rate::<T>(self.learning_rate, 1.0 / (1.0 - self.beta1), self.epsilon)
    }

    fn largest_update(&self, largest_gradient: f64) -> f64 {
        let (beta1, beta2) = (self.beta1, self.beta2);
        // The gradient is at most √v̂ / √(1 - β₂). The bound on the moment, whose coefficients sum to one, is found as in
        // Adam. The corrections are at most 1 / (1 - β₁).
        let square = beta1 * beta1;
        let by_moments = if square < beta2 {
            (1.0 + libm::sqrt((1.0 - beta1) * (1.0 - beta1) * beta2 / (beta2 - square))) / libm::sqrt(1.0 - beta2)
        } else {
            f64::INFINITY
        };
        let quotient = by_moments.min(2.0 * largest_gradient / self.epsilon);
        // The second moment must keep the same distance from the largest finite value as an update.
        (self.learning_rate * quotient / (1.0 - beta1)).max(largest_gradient * largest_gradient)
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
        let t = step as f64 + 1.0;
        let (momentum, next, product) = (self.momentum(t), self.momentum(t + 1.0), self.product(t));
        let second_correction = libm::sqrt(1.0 - libm::pow(self.beta2, t));
        // Numerator and denominator are both multiplied by √(1 - β₂ᵗ).
        let rate = self.learning_rate * second_correction;
        let [of_gradient, of_moment] =
            [rate * (1.0 - momentum) / (1.0 - product), rate * next / (1.0 - product * next)].map(T::from_f64);
        let [first_share, second_share, epsilon] =
            [1.0 - self.beta1, 1.0 - self.beta2, self.epsilon * second_correction].map(T::from_f64);
        let (first, second) = slots.split_at_mut(1);
        let pairs = parameters.iter_mut().zip(gradient);
        for ((parameter, &g), (first, second)) in pairs.zip(first[0].iter_mut().zip(&mut *second[0])) {
            *first = isa.mul_add(first_share, g - *first, *first);
            *second = isa.mul_add(second_share, isa.mul_add(g, g, -*second), *second);
            let root = second.sqrt() + epsilon;
            // Divide first: the rate times the gradient may overflow where the quotients do not.
            *parameter -= isa.mul_add(of_gradient, g / root, of_moment * (*first / root));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Nadam;
    use crate::error::Error;
    use crate::optimizer::Optimizer;

    #[test]
    fn the_closed_form_of_the_product_equals_the_product_of_the_factors() {
        for (beta1, decay) in
            [(0.9, 0.004), (0.9, 1.0), (0.5, 0.0), (0.0, 1.0), (0.999, 0.1), (0.9, 50.0), (0.99, 1e-9)]
        {
            let nadam = Nadam::new(0.1).beta1(beta1).momentum_decay(decay);
            let mut product = 1.0;
            for t in 1..3000 {
                product *= nadam.momentum(f64::from(t));
                let ours = nadam.product(f64::from(t));
                assert!((ours - product).abs() <= 1e-13 * product.abs().max(1e-3), "{nadam:?}, {t}: {ours}, {product}");
            }
        }
    }

    #[test]
    fn no_step_is_longer_than_the_bound() {
        for (beta1, beta2) in [(0.9, 0.999), (0.0, 0.9), (0.5, 0.5)] {
            let nadam = Nadam::new(1.0).beta1(beta1).beta2(beta2);
            let (mut optimizer, mut x) = (nadam.state(), [0.0_f64; 3]);
            for k in 0..300_i32 {
                let before = x;
                let spike = if k % 100 == 99 { 1e9 } else { 0.0 };
                optimizer.step_slice(&mut x, &[1.0, spike, 1.2_f64.powi(k)]).unwrap();
                let bound = nadam.largest_update(1e30);
                assert!(before.iter().zip(x).all(|(b, x)| (b - x).abs() <= bound.max(f64::MIN_POSITIVE)), "{k}: {x:?}");
            }
        }
    }

    #[test]
    fn settings_out_of_range_are_refused_by_name() {
        let refused = |nadam: Nadam| match nadam.check::<f32>() {
            Err(Error::Setting { name, .. }) => name,
            other => panic!("{nadam:?}: {other:?}"),
        };
        assert_eq!(refused(Nadam::new(1.0).beta1(1.0)), "beta1");
        assert_eq!(refused(Nadam::new(1.0).beta2(-1.0)), "beta2");
        assert_eq!(refused(Nadam::new(1.0).epsilon(0.0)), "epsilon");
        assert_eq!(refused(Nadam::new(1.0).momentum_decay(-1.0)), "decay of the momentum");
        assert_eq!(refused(Nadam::new(0.0)), "learning rate");
        assert!(Nadam::torch().check::<f32>().is_ok() && Nadam::keras().check::<f32>().is_ok());
    }
}
