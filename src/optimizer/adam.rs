//! Adam: steps whose size does not depend on the scale of the gradient.

use crate::error::Result;
use crate::kernel::{AdamStep, Isa, Kernels};
use crate::optimizer::setting::{check_epsilon, check_rate, check_share};
use crate::optimizer::{Optimizer, Slot, WeightDecay};
use crate::scalar::Scalar;

/// Whether ε is added before or after the bias correction of the second moment. The two forms differ in the first steps, and
/// for gradients that are not large compared with ε.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EpsilonForm {
    /// Algorithm 1 of the paper, and PyTorch: θ ← θ - η m̂ / (√v̂ + ε).
    #[default]
    Corrected,
    /// The rearranged form at the end of section 2 of the paper, and Keras: θ ← θ - η (√(1 - β₂ᵗ) / (1 - β₁ᵗ)) m / (√v + ε). An
    /// ε in this form has the effect of ε / √(1 - β₂ᵗ) in the other form, about 30 times as much in the first step.
    Uncorrected,
}

/// Adam, adaptive moment estimation: divides the mean gradient by the root of the mean squared gradient.
///
/// For each element, m ← β₁ m + (1 - β₁) ∇ and v ← β₂ v + (1 - β₂) ∇². After step t, counted from 1,
/// m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ), θ ← θ - η m̂ / (√v̂ + ε).
///
/// The corrections 1 - βᵗ assume moments that started at zero, so [`OptimizerState::reset`](crate::OptimizerState::reset)
/// resets both the moments and t.
///
/// # Errors
/// Training does not start if the learning rate is not positive or out of range, if β₁ or β₂ is outside [0, 1), or if the
/// scalar type cannot represent the square of ε; in `f32`, if ε is below 1.1e-19. A step is refused if ∇² comes within a factor
/// of 1e8 of the largest finite value, so that v cannot overflow; in `f32`, if a gradient exceeds 1.8e15.
///
/// # Numerics
/// Moments move by their distance from the gradient, m ← m + (1 - β₁) (∇ - m), so a constant gradient is their fixed point.
/// With the usual settings no step is longer than 7.3 η, whatever the gradients. The corrections are computed in `f64`.
///
/// # Source
/// D. P. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1 and section 2. AMSGrad: S. J. Reddi
/// et al., "On the Convergence of Adam and Beyond", 2018, with the corrections of Keras and PyTorch.
///
/// # Example
/// ```
/// use typenet::{Adam, Optimizer};
///
/// let mut optimizer = Adam::new(0.5).state();
/// let mut x = [8.0_f64, 8.0];
/// // In the first step m̂ = ∇ and v̂ = ∇²: a step of η against the sign of the gradient, whatever its size.
/// optimizer.step_slice(&mut x, &[4.0, -1000.0])?;
/// assert!((x[0] - 7.5).abs() < 1e-8 && (x[1] - 8.5).abs() < 1e-8);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// η, approximately the size of a step.
    pub learning_rate: f64,
    /// β₁, the share of the first moment, the mean gradient, that each step keeps.
    pub beta1: f64,
    /// β₂, the share of the second moment, the mean squared gradient, that each step keeps.
    pub beta2: f64,
    /// ε, which keeps the quotient small for small gradients.
    pub epsilon: f64,
    /// Whether ε is added before or after the bias correction.
    pub form: EpsilonForm,
    /// AMSGrad: divides by the root of the largest second moment so far, so that a period of small gradients does not lengthen
    /// the steps of a parameter.
    pub amsgrad: bool,
    /// The weight decay.
    pub decay: WeightDecay,
}

impl Adam {
    /// Creates the optimizer with the paper's settings and learning rate η: β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
    #[must_use]
    pub const fn new(learning_rate: f64) -> Self {
        let (form, decay) = (EpsilonForm::Corrected, WeightDecay::None);
        Self { learning_rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, form, amsgrad: false, decay }
    }

    /// Creates the optimizer with the defaults of PyTorch: [`new`](Self::new) with η = 0.001.
    #[must_use]
    pub const fn torch() -> Self {
        Self::new(0.001)
    }

    /// Creates the optimizer with the defaults of Keras: η = 0.001, ε = 1e-7, with ε added before the bias correction.
    ///
    /// # Example
    /// ```
    /// use typenet::{Adam, Optimizer};
    ///
    /// // A gradient equal to ε. PyTorch: η ∇ / (∇ + ε), half of η; Keras: η ∇ / (∇ + ε / √(1 - β₂)).
    /// let first_step = |settings: Adam| {
    ///     let mut x = [0.0_f64];
    ///     settings.learning_rate(1.0).epsilon(1e-6).state().step_slice(&mut x, &[1e-6]).map(|()| -x[0])
    /// };
    /// assert!((first_step(Adam::torch())? - 1.0 / 2.0).abs() < 1e-9);
    /// assert!((first_step(Adam::keras())? - 1.0 / (1.0 + 1000.0_f64.sqrt())).abs() < 1e-9);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub const fn keras() -> Self {
        Self { epsilon: 1e-7, form: EpsilonForm::Uncorrected, ..Self::new(0.001) }
    }

    /// Sets η.
    #[must_use]
    pub const fn learning_rate(self, learning_rate: f64) -> Self {
        Self { learning_rate, ..self }
    }

    /// Sets β₁, the share of the mean gradient that each step keeps. The default is 0.9. With 0, each gradient is divided by
    /// the root of the mean square directly.
    #[must_use]
    pub const fn beta1(self, beta1: f64) -> Self {
        Self { beta1, ..self }
    }

    /// Sets β₂, the share of the mean squared gradient that each step keeps. The default is 0.999.
    #[must_use]
    pub const fn beta2(self, beta2: f64) -> Self {
        Self { beta2, ..self }
    }

    /// Sets ε. The default is 1e-8.
    #[must_use]
    pub const fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// Adds ε before the bias correction, as Keras does.
    #[must_use]
    pub const fn uncorrected_epsilon(self) -> Self {
        Self { form: EpsilonForm::Uncorrected, ..self }
    }

    /// Uses AMSGrad, with a third slot: the root is taken of the largest v so far in place of v.
    #[must_use]
    pub const fn amsgrad(self) -> Self {
        Self { amsgrad: true, ..self }
    }

    /// Sets the weight decay. By default there is none. [`AdamW`](crate::AdamW) is Adam with the decoupled form.
    #[must_use]
    pub const fn weight_decay(self, decay: WeightDecay) -> Self {
        Self { decay, ..self }
    }

    /// Computes the coefficients of a step, counted from 0, for the form with one division. If ε is added to √v̂, numerator and
    /// denominator are both multiplied by √(1 - β₂ᵗ).
    #[inline]
    fn step<T: Scalar>(&self, step: u64) -> AdamStep<T> {
        let t = step as f64 + 1.0;
        let first_correction = 1.0 - libm::pow(self.beta1, t);
        let second_correction = libm::sqrt(1.0 - libm::pow(self.beta2, t));
        let epsilon = match self.form {
            EpsilonForm::Corrected => self.epsilon * second_correction,
            EpsilonForm::Uncorrected => self.epsilon,
        };
        AdamStep {
            first_share: T::from_f64(1.0 - self.beta1),
            second_share: T::from_f64(1.0 - self.beta2),
            rate: T::from_f64(self.learning_rate * second_correction / first_correction),
            epsilon: T::from_f64(epsilon),
        }
    }
}

impl Optimizer for Adam {
    fn slots(&self) -> &'static [Slot] {
        const MOMENTS: [Slot; 2] = [Slot::signed("first_moment"), Slot::nonnegative("second_moment")];
        const WITH_LARGEST: [Slot; 3] = [MOMENTS[0], MOMENTS[1], Slot::nonnegative("largest_second_moment")];
        if self.amsgrad { &WITH_LARGEST } else { &MOMENTS }
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
        // m̂ = Σ aᵢ ∇ᵢ and v̂ = Σ bᵢ ∇ᵢ² with coefficients that sum to one, so m̂² ≤ v̂ Σ aᵢ² / bᵢ (Cauchy–Schwarz). That sum
        // is a geometric series in β₁² / β₂. If it diverges, only ε bounds the quotient.
        let square = beta1 * beta1;
        let by_moments =
            if square < beta2 { libm::sqrt(beta2 / ((1.0 - beta2) * (beta2 - square))) } else { f64::INFINITY };
        let step = self.learning_rate * by_moments.min(largest_gradient / self.epsilon);
        // The second moment must keep the same distance from the largest finite value as an update.
        step.max(largest_gradient * largest_gradient)
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
        match slots {
            [first, second] => T::adam(isa, self.step(step), parameters, gradient, first, second),
            [first, second, largest] => {
                amsgrad(isa, self.step(step), parameters, gradient, [&mut **first, &mut **second, &mut **largest]);
            }
            _ => unreachable!("two slots, or three with AMSGrad"),
        }
    }
}

/// Does what the Adam kernel does, with the root of the largest second moment so far.
#[inline(always)]
fn amsgrad<T: Scalar, I: Isa>(
    isa: I,
    settings: AdamStep<T>,
    parameters: &mut [T],
    gradient: &[T],
    [first, second, largest]: [&mut [T]; 3],
) {
    let AdamStep { first_share, second_share, rate, epsilon } = settings;
    let pairs = parameters.iter_mut().zip(gradient);
    for (((parameter, &g), (first, second)), largest) in pairs.zip(first.iter_mut().zip(second)).zip(largest) {
        *first = isa.mul_add(first_share, g - *first, *first);
        *second = isa.mul_add(second_share, isa.mul_add(g, g, -*second), *second);
        *largest = second.maximum(*largest);
        *parameter = isa.mul_add(-rate, *first / (largest.sqrt() + epsilon), *parameter);
    }
}

#[cfg(test)]
mod tests {
    use super::{Adam, EpsilonForm};
    use crate::error::Error;
    use crate::optimizer::Optimizer;

    #[test]
    fn two_steps_follow_the_formula() {
        let adam = Adam::new(3.0).beta1(0.5).beta2(0.75).epsilon(2.0);
        for (adam, first) in [(adam, 4.0 / (4.0 + 2.0)), (adam.uncorrected_epsilon(), 2.0 / (2.0 + 2.0))] {
            let mut optimizer = adam.state();
            let mut x = [0.0_f64];
            // m = 2 and v = 4, corrected 4 and 16; √(1 - β₂) / (1 - β₁) = 1.
            optimizer.step_slice(&mut x, &[4.0]).unwrap();
            assert!((x[0] + 3.0 * first).abs() < 1e-15, "{x:?}");
            // m = 0.5 · 2 - 0.5 · 2 = 0: no step.
            let before = x;
            optimizer.step_slice(&mut x, &[-2.0]).unwrap();
            assert_eq!(x, before);
        }
    }

    #[test]
    fn the_second_step_corrects_both_moments() {
        let mut optimizer = Adam::new(1.0).beta1(0.5).beta2(0.75).epsilon(1e-12).state();
        let mut x = [0.0_f64];
        optimizer.step_slice(&mut x, &[4.0]).unwrap();
        x = [0.0];
        // m = 1 and v = 3, corrected by 3/4 and 7/16.
        optimizer.step_slice(&mut x, &[0.0]).unwrap();
        let expected = (1.0 / 0.75) / (3.0 / 0.4375_f64).sqrt();
        assert!((x[0] + expected).abs() < 1e-11, "{x:?}");
    }

    #[test]
    fn a_constant_gradient_makes_steps_of_the_learning_rate() {
        for gradient in [1e-4_f32, 3.0, -1e10] {
            let mut optimizer = Adam::new(0.25).state();
            let mut x = [0.0_f32];
            for _ in 0..1000 {
                optimizer.step_slice(&mut x, &[gradient]).unwrap();
            }
            let expected = -250.0 * gradient.signum();
            assert!((x[0] / expected - 1.0).abs() < 2e-4, "{gradient}: {x:?}");
        }
    }

    #[test]
    fn gradients_whose_squares_underflow_cause_no_nan_and_no_jump() {
        let smallest = Adam::new(0.25).epsilon(1.1e-19);
        for adam in [Adam::torch(), Adam::keras(), smallest, smallest.uncorrected_epsilon()] {
            let mut optimizer = adam.learning_rate(0.25).state();
            let mut x = [1.0_f32; 4];
            for _ in 0..100 {
                optimizer.step_slice(&mut x, &[0.0, -0.0, 1e-30, -1e-44]).unwrap();
            }
            assert_eq!(x[..2], [1.0, 1.0]);
            assert!(x[2..].iter().all(|x| (x - 1.0).abs() < 1e-3), "{adam:?}: {x:?}");
        }
    }

    #[test]
    fn gradients_with_squares_out_of_range_are_refused_and_change_nothing() {
        let mut optimizer = Adam::new(0.25).state();
        let (mut x, mut twin_x) = ([1.0_f32, 2.0], [1.0, 2.0]);
        optimizer.step_slice(&mut x, &[1.0, 1e15]).unwrap();
        let mut twin = optimizer.clone();
        twin_x.copy_from_slice(&x);
        for refused in [2e15, -1e19, 3e38] {
            let error = optimizer.step_slice(&mut x, &[1.0, refused]).unwrap_err();
            assert!(matches!(error, Error::UpdateTooLarge { step: 1, .. }), "{error}");
            assert!(optimizer.step_slice(&mut x, &[f32::NAN, 1.0]).is_err());
        }
        optimizer.step_slice(&mut x, &[2.0, 3.0]).unwrap();
        twin.step_slice(&mut twin_x, &[2.0, 3.0]).unwrap();
        assert_eq!((x, optimizer.steps()), (twin_x, 2));
        // In double precision, squares up to the square of 1.3e150 are in range.
        assert!(Adam::new(0.25).state().step_slice(&mut [1.0], &[1e150_f64]).is_ok());
        assert!(Adam::new(0.25).state().step_slice(&mut [1.0], &[2e150_f64]).is_err());
    }

    /// The largest m̂ / √v̂ after `t` steps. By Cauchy–Schwarz, gradients in proportion to (β₁ / β₂)ᵏ, where k counts back from
    /// the last step, reach it.
    fn largest_quotient(adam: &Adam, t: i32) -> f64 {
        let (beta1, beta2) = (adam.beta1, adam.beta2);
        let ratio = beta1 * beta1 / beta2;
        let series = (1.0 - ratio.powi(t)) / (1.0 - ratio);
        (1.0 - beta1) / (1.0 - beta1.powi(t)) * ((1.0 - beta2.powi(t)) / (1.0 - beta2) * series).sqrt()
    }

    #[test]
    fn no_step_is_longer_than_the_bound() {
        for (beta1, beta2) in [(0.9, 0.999), (0.0, 0.9), (0.5, 0.5), (0.9, 0.82), (0.99, 0.999)] {
            let adam = Adam::new(1.0).beta1(beta1).beta2(beta2);
            let largest = (1..20_000).map(|t| largest_quotient(&adam, t)).fold(0.0, f64::max);
            assert!(largest <= adam.largest_update(1.0), "{adam:?}: {largest}");
            assert!(beta1 != 0.9 || beta2 != 0.999 || (7.2..7.3).contains(&largest), "{largest}");
        }
        // The first moment decays more slowly than the second: only ε bounds the step.
        let adam = Adam::new(0.5).beta1(0.9).beta2(0.5).epsilon(0.25);
        assert_eq!(adam.largest_update(1.5), 3.0);
        assert_eq!(adam.beta1(0.0).beta2(0.0).largest_update(0.0), 0.0);
    }

    #[test]
    fn the_worst_gradients_make_steps_of_the_largest_quotient() {
        let adam = Adam::new(1.0).epsilon(1e-18);
        let mut optimizer = adam.state();
        let mut before = [0.0_f64];
        let mut x = before;
        for k in (0..200).rev() {
            before = x;
            optimizer.step_slice(&mut x, &[(adam.beta1 / adam.beta2).powi(k)]).unwrap();
        }
        let (step, expected) = (before[0] - x[0], largest_quotient(&adam, 200));
        assert!((step / expected - 1.0).abs() < 1e-9, "{step}, {expected} expected");
    }

    #[test]
    fn settings_out_of_range_are_refused_by_name() {
        let refused = |adam: Adam| match adam.check::<f32>() {
            Err(Error::Setting { name, .. }) => name,
            other => panic!("{adam:?}: {other:?}"),
        };
        for bad in [-0.1, 1.0, 1.5, f64::NAN, 1.0 - 1e-12] {
            assert_eq!(refused(Adam::new(0.1).beta1(bad)), "beta1");
            assert_eq!(refused(Adam::new(0.1).beta2(bad)), "beta2");
        }
        for bad in [0.0, -1e-8, 1e-20, 1e-60, 1e20, f64::NAN, f64::INFINITY] {
            assert_eq!(refused(Adam::new(0.1).epsilon(bad)), "epsilon");
        }
        for bad in [0.0, -1.0, 1e-60, 1e38, 1e15, f64::NAN, f64::INFINITY] {
            assert_eq!(refused(Adam::new(bad)), "learning rate");
        }
        assert!(Adam::new(1e14).check::<f32>().is_ok());
        assert!(Adam::new(1e-60).epsilon(1e-60).beta2(1.0 - 1e-12).check::<f64>().is_ok());
    }

    #[test]
    fn presets_are_the_defaults_of_the_two_libraries() {
        assert_eq!(Adam::torch(), Adam::new(0.001));
        assert_eq!(Adam::keras(), Adam::torch().epsilon(1e-7).uncorrected_epsilon());
        assert_eq!((Adam::torch().form, Adam::keras().form), (EpsilonForm::Corrected, EpsilonForm::Uncorrected));
    }
}
