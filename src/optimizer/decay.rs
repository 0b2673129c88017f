//! How are weights kept small?

use crate::error::{Error, Result};
use crate::kernel::Isa;
use crate::optimizer::setting::check_not_negative;
use crate::scalar::Scalar;

/// Weight decay: weights move towards zero in proportion to their size.
///
/// Of a network only weights decay: biases and statistics are spared, by their kind in the tensor table. On plain slices
/// every number decays.
///
/// # Example
/// Without a gradient, both forms of plain descent take the share η λ = 0.5 · 0.25 away.
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
    /// Weights keep their size.
    #[default]
    None,
    /// λ θ is added to the gradient, which is the gradient of a penalty λ/2 |θ|² in the loss, and goes through the formula of
    /// the optimizer with it: what `weight_decay` means in PyTorch, but for `AdamW`.
    Coupled(f64),
    /// θ ← (1 - η λ) θ before each step, beside the formula of the optimizer: what it means in Keras, and in `AdamW`.
    Decoupled(f64),
}

impl WeightDecay {
    /// Refuses a λ out of range, at learning rate η.
    pub(super) fn check<T: Scalar>(self, rate: f64) -> Result<()> {
        let (Self::Coupled(value) | Self::Decoupled(value)) = self else {
            return Ok(());
        };
        check_not_negative("weight decay", value)?;
        if !T::from_f64(value).is_finite() {
            let allowed = "within the range of the network's numbers";
            return Err(Error::Setting { name: "weight decay", value, allowed });
        }
        if matches!(self, Self::Decoupled(_)) && value * rate > 1.0 {
            let allowed = "at most 1 divided by the learning rate, where nothing is left of a weight";
            return Err(Error::Setting { name: "weight decay", value, allowed });
        }
        Ok(())
    }

    /// Weights do not change.
    pub(super) fn is_none(self) -> bool {
        matches!(self, Self::None | Self::Coupled(0.0) | Self::Decoupled(0.0))
    }

    /// λ where it joins the gradient.
    pub(super) fn coupled(self) -> Option<f64> {
        if let Self::Coupled(lambda) = self { Some(lambda).filter(|&lambda| lambda != 0.0) } else { None }
    }
}

/// sum ← ∇ + λ θ.
#[inline(always)]
pub(super) fn couple<T: Scalar, I: Isa>(isa: I, lambda: T, parameters: &[T], gradient: &[T], sum: &mut [T]) {
    for ((sum, &g), &parameter) in sum.iter_mut().zip(gradient).zip(parameters) {
        *sum = isa.mul_add(lambda, parameter, g);
    }
}

/// θ ← k θ.
#[inline(always)]
pub(super) fn shrink<T: Scalar>(keep: T, parameters: &mut [T]) {
    for parameter in parameters {
        *parameter *= keep;
    }
}
