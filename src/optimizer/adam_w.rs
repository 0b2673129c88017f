//! AdamW: Adam whose weight decay bypasses the moments.

use crate::error::Result;
use crate::kernel::{Isa, Kernels};
use crate::optimizer::{Adam, Optimizer, Slot, WeightDecay};
use crate::scalar::Scalar;

/// AdamW: [`Adam`](crate::Adam) with decoupled weight decay.
///
/// θ ← (1 - η λ) θ for weights, then a step of Adam. Biases and statistics do not decay. On plain slices every element decays.
///
/// # Errors
/// Those of Adam, and λ must be in [0, 1 / η].
///
/// # Source
/// I. Loshchilov and F. Hutter, "Decoupled Weight Decay Regularization", 2019, algorithm 2.
///
/// # Example
/// ```
/// use typenet::{AdamW, Optimizer};
///
/// let mut optimizer = AdamW::new(0.5, 0.25).state();
/// let mut x = [8.0_f64];
/// // One eighth decays, and the first step of Adam has length η.
/// optimizer.step_slice(&mut x, &[4.0])?;
/// assert!((x[0] - (8.0 - 1.0 - 0.5)).abs() < 1e-8);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamW {
    /// The settings of Adam, including the decay.
    pub adam: Adam,
}

impl AdamW {
    /// Creates Adam with learning rate η and decay λ.
    #[must_use]
    pub const fn new(learning_rate: f64, lambda: f64) -> Self {
        Self::of(Adam::new(learning_rate), lambda)
    }

    /// Creates the optimizer from any settings of Adam, with decay λ.
    #[must_use]
    pub const fn of(adam: Adam, lambda: f64) -> Self {
        Self { adam: adam.weight_decay(WeightDecay::Decoupled(lambda)) }
    }

    /// Creates the optimizer with the defaults of PyTorch: those of its Adam, and λ = 0.01.
    #[must_use]
    pub const fn torch() -> Self {
        Self::of(Adam::torch(), 0.01)
    }

    /// Creates the optimizer with the defaults of Keras: those of its Adam, and λ = 0.004.
    #[must_use]
    pub const fn keras() -> Self {
        Self::of(Adam::keras(), 0.004)
    }

    /// Sets η.
    #[must_use]
    pub const fn learning_rate(self, learning_rate: f64) -> Self {
        Self { adam: self.adam.learning_rate(learning_rate) }
    }
}

impl Optimizer for AdamW {
    fn slots(&self) -> &'static [Slot] {
        self.adam.slots()
    }

    fn check<T: Scalar>(&self) -> Result<()> {
        self.adam.check::<T>()
    }

    fn largest_update(&self, largest_gradient: f64) -> f64 {
        self.adam.largest_update(largest_gradient)
    }

    fn learning_rate(&self) -> Option<f64> {
        Some(self.adam.learning_rate)
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.adam.learning_rate = learning_rate;
    }

    fn decay(&self) -> WeightDecay {
        self.adam.decay
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
        self.adam.update(isa, step, parameters, gradient, slots);
    }
}
