//! RMSProp: steps divided by the root of a moving mean of squared gradients.

use crate::error::{Error, Result};
use crate::kernel::{Isa, Kernels};
use crate::optimizer::setting::{check_epsilon, check_rate, check_share};
use crate::optimizer::{EpsilonPlace, MomentumForm, Optimizer, Slot, WeightDecay};
use crate::scalar::Scalar;

/// RMSProp: divides the gradient by the root of the mean squared gradient.
///
/// For each element, v ← ρ v + (1 - ρ) ∇², d = ∇ / (√v + ε) and θ ← θ - η d.
///
/// The centered form also keeps the mean gradient, m ← ρ m + (1 - ρ) ∇, and replaces v by the variance of the gradients, which
/// is their mean square minus m². With momentum γ, the velocity is u ← γ u + η d with θ ← θ - u in the form of the lecture and
/// of Keras, and u ← γ u + d with θ ← θ - η u in the form of PyTorch.
///
/// # Errors
/// Training does not start if the learning rate is not positive or out of range, if ρ or γ is outside [0, 1), or if the scalar
/// type cannot represent the square of ε. A step is refused if ∇² comes within a factor of 1e8 of the largest finite value.
///
/// # Numerics
/// Without centering and momentum, no step is longer than η / √(1 - ρ).
///
/// The slot holds the variance itself, v ← ρ (v + (1 - ρ) (∇ - m)²) with the mean before the step. This equals the mean square
/// minus m². That difference is not computed, because it would lose all digits if the gradients hardly change from step to
/// step.
///
/// # Source
/// T. Tieleman and G. Hinton, lecture 6.5 of "Neural Networks for Machine Learning", 2012. The centered form: A. Graves,
/// "Generating Sequences With Recurrent Neural Networks", 2013, equations 38 to 45. The form of the variance: T. Finch,
/// "Incremental calculation of weighted mean and variance", 2009, equation 143.
///
/// # Example
/// ```
/// use typenet::{Optimizer, RmsProp};
///
/// let mut optimizer = RmsProp::new(0.5).rho(0.75).state();
/// let mut x = [8.0_f64];
/// // v = 0.25 · 16: the step is 0.5 · 4 / 2.
/// optimizer.step_slice(&mut x, &[4.0])?;
/// assert!((x[0] - 7.0).abs() < 1e-7);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsProp {
    /// η.
    pub learning_rate: f64,
    /// ρ, the share of the mean square that each step keeps.
    pub rho: f64,
    /// ε, which keeps the quotient small for small gradients.
    pub epsilon: f64,
    /// Where ε is added.
    pub place: EpsilonPlace,
    /// Whether to divide by the root of the variance.
    pub centered: bool,
    /// γ, the share of the velocity that each step keeps; 0 for no momentum.
    pub momentum: f64,
    /// The quantity that the velocity accumulates.
    pub form: MomentumForm,
    /// The weight decay.
    pub decay: WeightDecay,
}

impl RmsProp {
    /// Creates the optimizer with learning rate η, ρ = 0.99, and ε = 1e-8 added to the root.
    #[must_use]
    pub const fn new(learning_rate: f64) -> Self {
        let (place, form, decay) = (EpsilonPlace::Beside, MomentumForm::Lecture, WeightDecay::None);
        Self { learning_rate, rho: 0.99, epsilon: 1e-8, place, centered: false, momentum: 0.0, form, decay }
    }

    /// Creates the optimizer with the defaults of PyTorch: [`new`](Self::new) with η = 0.01 and PyTorch's form of momentum.
    #[must_use]
    pub const fn torch() -> Self {
        Self::new(0.01).pytorch_momentum()
    }

    /// Creates the optimizer with the defaults of Keras: η = 0.001, ρ = 0.9, and ε = 1e-7 under the root.
    #[must_use]
    pub const fn keras() -> Self {
        Self { rho: 0.9, epsilon: 1e-7, place: EpsilonPlace::Below, ..Self::new(0.001) }
    }

    /// Sets η.
    #[must_use]
    pub const fn learning_rate(self, learning_rate: f64) -> Self {
        Self { learning_rate, ..self }
    }

    /// Sets ρ, the share of the mean square that each step keeps. The default is 0.99.
    #[must_use]
    pub const fn rho(self, rho: f64) -> Self {
        Self { rho, ..self }
    }

    /// Sets ε. The default is 1e-8.
    #[must_use]
    pub const fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// Adds ε under the root, as Keras does.
    #[must_use]
    pub const fn epsilon_below(self) -> Self {
        Self { place: EpsilonPlace::Below, ..self }
    }

    /// Divides by the root of the variance instead of the root of the mean square. A step updates only the slot of the one that
    /// it uses.
    #[must_use]
    pub const fn centered(self) -> Self {
        Self { centered: true, ..self }
    }

    /// Sets γ, the share of the velocity that each step keeps. The default is 0.
    #[must_use]
    pub const fn momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
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

    /// Updates the parameters, with one loop for each combination of slots: v, m if centered, u with momentum.
    #[inline(always)]
    fn descend<T: Kernels, I: Isa, const CENTERED: bool, const MOMENTUM: bool>(
        &self,
        isa: I,
        parameters: &mut [T],
        gradient: &[T],
        [spread, mean, velocity]: [&mut [T]; 3],
    ) {
        let [kept, share, momentum, epsilon] = [self.rho, 1.0 - self.rho, self.momentum, self.epsilon].map(T::from_f64);
        let (below, outside) = match self.place {
            EpsilonPlace::Below => (epsilon, T::ZERO),
            EpsilonPlace::Beside => (T::ZERO, epsilon),
        };
        let rate = T::from_f64(self.learning_rate);
        let (scale, rate) = match self.form {
            MomentumForm::Lecture if MOMENTUM => (rate, T::ONE),
            _ => (T::ONE, rate),
        };
        let count = parameters.len();
        let (gradient, spread) = (&gradient[..count], &mut spread[..count]);
        // Slots that are not in use are empty, and not accessed.
        let mean = if CENTERED { &mut mean[..count] } else { mean };
        let velocity = if MOMENTUM { &mut velocity[..count] } else { velocity };
        for i in 0..count {
            let g = gradient[i];
            if CENTERED {
                let difference = g - mean[i];
                spread[i] = kept * isa.mul_add(share * difference, difference, spread[i]);
                mean[i] = isa.mul_add(share, difference, mean[i]);
            } else {
                spread[i] = isa.mul_add(share, isa.mul_add(g, g, -spread[i]), spread[i]);
            }
            let mut direction = scale * (g / ((spread[i] + below).sqrt() + outside));
            if MOMENTUM {
                velocity[i] = isa.mul_add(momentum, velocity[i], direction);
                direction = velocity[i];
            }
            parameters[i] = isa.mul_add(-rate, direction, parameters[i]);
        }
    }
}

impl Optimizer for RmsProp {
    fn slots(&self) -> &'static [Slot] {
        const SQUARE: Slot = Slot::nonnegative("mean_square");
        const VARIANCE: Slot = Slot::nonnegative("variance");
        const MEAN: Slot = Slot::signed("mean");
        const VELOCITY: Slot = Slot::signed("velocity");
        match (self.centered, self.momentum != 0.0) {
            (false, false) => &[SQUARE],
            (false, true) => &[SQUARE, VELOCITY],
            (true, false) => &[VARIANCE, MEAN],
            (true, true) => &[VARIANCE, MEAN, VELOCITY],
        }
    }

    fn check<T: Scalar>(&self) -> Result<()> {
        check_share::<T>("rho", self.rho)?;
        check_share::<T>("momentum", self.momentum)?;
        check_epsilon::<T>(self.epsilon)?;
        check_rate::<T>(self.learning_rate, 1.0, self.epsilon)?;
        let (name, value) = ("learning rate", self.learning_rate);
        // The largest velocity that passes the checks must not overflow when the rate is raised.
        if self.form == MomentumForm::PyTorch && self.momentum != 0.0 && value > 1e7 {
            return Err(Error::Setting { name, value, allowed: "at most 1e7 with PyTorch's form of momentum" });
        }
        Ok(())
    }

    fn largest_update(&self, largest_gradient: f64) -> f64 {
        let smallest_root = match self.place {
            EpsilonPlace::Beside => self.epsilon,
            EpsilonPlace::Below => libm::sqrt(self.epsilon),
        };
        // The mean square contains (1 - ρ) ∇²; a variance may be zero.
        let by_mean = if self.centered { f64::INFINITY } else { 1.0 / libm::sqrt(1.0 - self.rho) };
        let rate = match self.form {
            MomentumForm::PyTorch if self.momentum != 0.0 => self.learning_rate.max(1.0),
            _ => self.learning_rate,
        };
        let step = rate * by_mean.min(largest_gradient / smallest_root) / (1.0 - self.momentum);
        // The mean square must keep the same distance from the largest finite value as an update.
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
    fn update<T: Kernels, I: Isa>(&self, isa: I, _: u64, parameters: &mut [T], gradient: &[T], slots: &mut [&mut [T]]) {
        match (self.centered, slots) {
            (false, [square]) => {
                self.descend::<T, I, false, false>(isa, parameters, gradient, [square, &mut [], &mut []]);
            }
            (false, [square, velocity]) => {
                self.descend::<T, I, false, true>(isa, parameters, gradient, [square, &mut [], velocity]);
            }
            (true, [variance, mean]) => {
                self.descend::<T, I, true, false>(isa, parameters, gradient, [variance, mean, &mut []]);
            }
            (true, [variance, mean, velocity]) => {
                self.descend::<T, I, true, true>(isa, parameters, gradient, [variance, mean, velocity]);
            }
            _ => unreachable!("the slots that the settings need"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RmsProp;
    use crate::error::Error;
    use crate::optimizer::Optimizer;

    #[test]
    fn centering_divides_by_the_deviation_and_momentum_accumulates() {
        let mut optimizer = RmsProp::new(1.0).rho(0.75).centered().momentum(0.5).epsilon(1e-12).state();
        let mut x = [0.0_f64];
        // v = 4, m = 1: 4 / √(4 - 1).
        optimizer.step_slice(&mut x, &[4.0]).unwrap();
        let first = 4.0 / 3.0_f64.sqrt();
        assert!((x[0] + first).abs() < 1e-9, "{x:?}");
        // A zero gradient: half of the velocity is left.
        optimizer.step_slice(&mut x, &[0.0]).unwrap();
        assert!((x[0] + 1.5 * first).abs() < 1e-9, "{x:?}");
    }

    /// Returns the last of 4000 steps in `f32` and in `f64`, by when the first ones are forgotten. The gradients differ by
    /// `deviation` from their mean of 1.
    fn last_steps(deviation: f32) -> [f64; 2] {
        let rms_prop = RmsProp::new(1e-3).epsilon(1e-12).centered();
        let (mut single, mut double) = (rms_prop.state(), rms_prop.state());
        let mut steps = [0.0; 2];
        for step in 0..4000 {
            let gradient = 1.0 + if step % 2 == 0 { deviation } else { -deviation };
            let (mut x, mut y) = ([0.0_f32], [0.0_f64]);
            single.step_slice(&mut x, &[gradient]).unwrap();
            double.step_slice(&mut y, &[f64::from(gradient)]).unwrap();
            steps = [f64::from(x[0]), y[0]];
        }
        steps
    }

    #[test]
    fn a_variance_far_below_the_squared_mean_keeps_its_digits_in_single_precision() {
        for deviation in [1e-1, 1e-2, 1e-3, 1e-4, 4e-5] {
            let [single, double] = last_steps(deviation);
            assert!((single / double - 1.0).abs() < 0.01, "{deviation}: {single}, not {double}");
        }
    }

    #[test]
    fn a_constant_gradient_never_turns_its_variance_into_nan() {
        let mut optimizer = RmsProp::new(1e-3).rho(0.9).centered().state();
        let mut x = [0.0_f32; 3];
        for _ in 0..2000 {
            optimizer.step_slice(&mut x, &[0.1, -7.3, 1e-12]).unwrap();
        }
        assert!(x.iter().all(|x| x.is_finite()), "{x:?}");
    }

    #[test]
    fn no_step_is_longer_than_the_bound() {
        let rms_prop = RmsProp::new(0.5).rho(0.75);
        assert_eq!(rms_prop.largest_update(1.0), 1.0);
        assert_eq!(rms_prop.epsilon(0.25).centered().largest_update(1.0), 2.0);
        assert_eq!(rms_prop.epsilon(0.25).centered().epsilon_below().momentum(0.5).largest_update(1.0), 2.0);
        let (mut optimizer, mut x) = (rms_prop.state(), [0.0_f64]);
        optimizer.step_slice(&mut x, &[1e100]).unwrap();
        assert!(x[0] >= -1.0 && x[0] < -0.999, "{x:?}");
        assert!(matches!(optimizer.step_slice(&mut x, &[1e152]), Err(Error::UpdateTooLarge { .. })));
    }

    #[test]
    fn settings_out_of_range_are_refused_by_name() {
        let refused = |rms_prop: RmsProp| match rms_prop.check::<f32>() {
            Err(Error::Setting { name, .. }) => name,
            other => panic!("{rms_prop:?}: {other:?}"),
        };
        for bad in [-0.1, 1.0, f64::NAN] {
            assert_eq!(refused(RmsProp::new(0.1).rho(bad)), "rho");
            assert_eq!(refused(RmsProp::new(0.1).momentum(bad)), "momentum");
        }
        assert_eq!(refused(RmsProp::new(0.1).epsilon(0.0)), "epsilon");
        assert_eq!(refused(RmsProp::new(-0.1)), "learning rate");
        assert_eq!(refused(RmsProp::torch().momentum(0.5).learning_rate(1e8)), "learning rate");
        assert!(RmsProp::torch().check::<f32>().is_ok() && RmsProp::keras().check::<f32>().is_ok());
    }
}
