//! Binary cross-entropy of logits.

use crate::kernel::{Isa, Kernels};
use crate::loss::{Loss, Objection, RawOutput, each_output};
use crate::scalar::Scalar;
use crate::shape::{Shape, Vector};

/// The cross-entropy between target probabilities and the logistic function of the network's outputs (logits), independently
/// for each output. It suits yes-or-no questions of which several may be true at once.
///
/// l(x, t) = -1/M Σ_j (t_j ln σ(z_j) + (1 - t_j) ln (1 - σ(z_j))), with the logits z and σ(z) = 1 / (1 + e⁻ᶻ)
///
/// The network does not end in `Sigmoid`: the loss applies the logistic function itself, in a form that preserves precision.
/// For a prediction z, the probability is σ(z), see [`function::sigmoid`](crate::function::sigmoid), and the positive class is
/// more likely if z > 0, as [`BinaryConfusionMatrix`](crate::metric::BinaryConfusionMatrix) counts it. The loss is
/// `BinaryCrossentropy(from_logits=True)` in Keras and `BCEWithLogitsLoss` in PyTorch. If exactly one of several classes
/// applies, use [`Nll`](crate::Nll).
///
/// # Shapes
/// Network output: `Vector<M>`. Targets: `Vector<M>` of probabilities, 0 for no and 1 for yes. A network that ends in `Softmax`
/// or `Sigmoid` does not compile with this loss.
///
/// # Errors
/// [`Error::TargetOutOfRange`](crate::Error::TargetOutOfRange) if a network is trained with a target outside \[0, 1\].
///
/// # Gradients
/// dl/dz_j = (σ(z_j) - t_j) / M.
///
/// # Units
/// Nats. Training and evaluation use the mean over the samples, and thus over batch and outputs.
///
/// # Numerics
/// Computed as max(0, z) - z t + ln(1 + e^-|z|), which is finite for logits up to ±10³⁰ in `f32`. For z ≥ 0, the gradient is
/// computed from 1 - t and 1 - σ(z), so it keeps its precision for nearly correct predictions of both classes.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Yes = Dense<1, 2>);
///
/// let data = Dataset::<Vector<1>, Vector<2>>::new(vec![[0.0]], vec![[1.0, 0.0]])?;
/// // Zero weights make both classes equally likely.
/// let loss = Yes::zeroed().evaluate(&data, &BinaryCrossEntropy).loss;
/// assert!((loss - 2.0_f64.ln()).abs() < 1e-6);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BinaryCrossEntropy;

impl<const M: usize> Loss<Vector<M>> for BinaryCrossEntropy {
    type Target = Vector<M>;
    type Takes = RawOutput;

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
            // The exponential of a non-positive value cannot overflow.
            let e = (-score.absolute()).exp();
            let positive = if score < T::ZERO { T::ZERO } else { score };
            // The probability of the less likely class. The gradient of a nearly correct prediction keeps its precision if
            // computed from it.
            let less_likely = e / (T::ONE + e);
            let slope = if score < T::ZERO { less_likely - target } else { (T::ONE - target) - less_likely };
            (positive - score * target + e.ln_1p(), slope)
        })
    }
}
