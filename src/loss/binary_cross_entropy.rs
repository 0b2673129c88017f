//! Binary cross-entropy from raw scores.

use crate::kernel::{Isa, Kernels};
use crate::loss::{Loss, Objection, each_output};
use crate::scalar::Scalar;
use crate::shape::{Shape, Vector};

/// Cross-entropy between wanted probabilities and the logistic function of a network's raw scores, each output by itself: for
/// answers of yes or no, several of which may be yes at once.
///
/// l(x, t) = -1/M Σ_j (t_j ln σ(z_j) + (1 - t_j) ln (1 - σ(z_j))), with z the scores and σ(z) = 1 / (1 + e⁻ᶻ)
///
/// The network does not end in `Sigmoid`: the loss applies it, in a form that keeps its digits. The probability of a prediction z
/// is σ(z), [`function::sigmoid`](crate::function::sigmoid), and yes is the likelier answer where z > 0, as
/// [`BinaryConfusionMatrix`](crate::metric::BinaryConfusionMatrix) counts it. Keras's `BinaryCrossentropy(from_logits=True)`, PyTorch's
/// `BCEWithLogitsLoss`. Of exactly one class among several, [`Nll`](crate::Nll) is the loss.
///
/// # Shapes
/// Network output `Vector<M>`, targets `Vector<M>` of probabilities: 0 for no, 1 for yes. A network that ends in `Softmax` or
/// `Sigmoid` does not compile with this loss.
///
/// # Errors
/// [`Error::TargetOutOfRange`](crate::Error::TargetOutOfRange) when a network is trained with a target outside \[0, 1\].
///
/// # Gradients
/// dl/dz_j = (σ(z_j) - t_j) / M.
///
/// # Units
/// Nats; training and evaluation take the mean over the samples, so over batch and outputs.
///
/// # Numerics
/// Computed as max(0, z) - z t + ln(1 + e^-|z|): finite for scores up to ±10³⁰ in `f32`. The gradient is computed with
/// 1 - t and 1 - σ(z) where z ≥ 0, and so keeps its digits for answers that are nearly right on both sides.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Yes = Dense<1, 2>);
///
/// let data = Dataset::<Vector<1>, Vector<2>>::new(vec![[0.0]], vec![[1.0, 0.0]])?;
/// // Zero weights find both answers equally likely.
/// let loss = Yes::zeroed().evaluate(&data, &BinaryCrossEntropy).loss;
/// assert!((loss - 2.0_f64.ln()).abs() < 1e-6);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BinaryCrossEntropy;

impl<const M: usize> Loss<Vector<M>> for BinaryCrossEntropy {
    type Target = Vector<M>;

    const TAKES_RAW_SCORES: bool = true;

    #[inline(always)]
    fn objection<T: Scalar>(&self, target: &[T; M]) -> Option<Objection> {
        Objection::to_first(target, |t| t >= T::ZERO && t <= T::ONE, "at least 0 and at most 1")
    }

    #[inline(always)]
    fn evaluate<T: Kernels, I: Isa>(
        &self,
        _: I,
        logits: &[T],
        targets: &[<Vector<M> as Shape>::Array<T>],
        weight: T,
        gradient: Option<&mut [T]>,
    ) -> T {
        each_output::<Vector<M>, T>(logits, targets, weight, gradient, |score, target| {
            // The exponential of a number that is not positive cannot overflow.
            let e = (-score.absolute()).exp();
            let positive = if score < T::ZERO { T::ZERO } else { score };
            // The probability of the less likely answer, so that what is left of a nearly right one keeps its digits.
            let less_likely = e / (T::ONE + e);
            let slope = if score < T::ZERO { less_likely - target } else { (T::ONE - target) - less_likely };
            (positive - score * target + e.ln_1p(), slope)
        })
    }
}
