//! How are weights kept small?

use crate::error::{Error, Result};
use crate::kernel::Isa;
use crate::optimizer::setting::check_not_negative;
use crate::scalar::Scalar;

/// Weight decay, which moves weights towards zero in proportion to their size.
///
/// In a network only weights decay. Biases and statistics, by their kind in the tensor table, do not. On plain slices every
/// element decays.
///
/// # Example
/// Without a gradient, both forms of plain descent remove the share η λ = 0.5 · 0.25.
/// ```
/// use typenet::{Optimizer, Sgd, WeightDecay};
///
/// for decay in [WeightDecay::Coupled(0.25), WeightDecay::Decoupled(0.25)] {
///     let mut x = [8.0_f64];
///     Sgd::new(0.5).weight_decay(decay).state().step_slice(&mut x, &[0.0])?;
///     assert_eq!(x, [8.0 * (1.0 - 0.125)]);
/// }
/// # Ok::<(), typenet::Error>(())
/// ```
///
/// # Source
/// I. Loshchilov and F. Hutter, "Decoupled Weight Decay Regularization", 2019, algorithms 1 and 2.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum WeightDecay {
    /// No decay.
    #[default]
    None,
    /// λ θ is added to the gradient and goes through the update rule with it. It is the gradient of a penalty λ/2 |θ|² in the
    /// loss. This is the meaning of `weight_decay` in PyTorch, except in `AdamW`.
    Coupled(f64),
    /// θ ← (1 - η λ) θ before each step, separate from the update rule. This is the meaning in Keras and in `AdamW`.
    Decoupled(f64),
}

impl WeightDecay {
    /// Checks that λ is in range at learning rate η.
    pub(super) fn check<T: Scalar>(self, rate: f64) -> Result<()> {
        let (Self::Coupled(value) | Self::Decoupled(value)) = self else {
            return Ok(());
        };
        check_not_negative("weight decay", value)?;
        if !T::from_f64(value).is_finite() {
            let allowed = "within the range of the scalar type";
            return Err(Error::Setting { name: "weight decay", value, allowed });
        }
        if matches!(self, Self::Decoupled(_)) && value * rate > 1.0 {
            let allowed = "at most 1 divided by the learning rate, at which a weight becomes zero";
            return Err(Error::Setting { name: "weight decay", value, allowed });
        }
        Ok(())
    }

    /// Returns whether weights do not decay.
    pub(super) fn is_none(self) -> bool {
        matches!(self, Self::None | Self::Coupled(0.0) | Self::Decoupled(0.0))
    }

    /// Returns λ if it is added to the gradient.
    pub(super) fn coupled(self) -> Option<f64> {
        if let Self::Coupled(lambda) = self { Some(lambda).filter(|&lambda| lambda != 0.0) } else { None }
    }
}

/// Computes sum ← ∇ + λ θ.
#[inline(always)]
pub(super) fn couple<T: Scalar, I: Isa>(isa: I, lambda: T, parameters: &[T], gradient: &[T], sum: &mut [T]) {
    for ((sum, &g), &parameter) in sum.iter_mut().zip(gradient).zip(parameters) {
        *sum = isa.mul_add(lambda, parameter, g);
    }
}

/// Computes θ ← k θ.
#[inline(always)]
pub(super) fn shrink<T: Scalar>(keep: T, parameters: &mut [T]) {
    for parameter in parameters {
        *parameter *= keep;
    }
}
