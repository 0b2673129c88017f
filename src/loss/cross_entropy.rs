//! Cross-entropy of logits.

use crate::kernel::{Isa, Kernels};
use crate::loss::{Loss, RawOutput, softmax_nll};
use crate::shape::{Sequence, Shape, Vector};
use crate::target::{Class, ClassTarget, Target};

/// The cross-entropy between the target class and the softmax of the network's outputs (logits).
///
/// l(x, y) = -ln softmax(z(x))_y
///
/// # Shapes
/// Network output: `Vector<K>`. Targets: `Class<K>`. A network that ends in `Softmax` does not compile with this loss, which
/// would apply softmax twice. Use [`Nll`](crate::Nll) instead.
///
/// Network output: `Sequence<L, K>`. Targets: `[Class<K>; L]`, a class for each step. The loss of a sample is the mean over its
/// steps.
///
/// # Gradients
/// dl/dz_c = softmax(z)_c - 1 if c is the target class, and softmax(z)_c otherwise; for each step of a sequence the same, divided
/// by L.
///
/// # Units
/// Nats. Training and evaluation use the mean over the samples, thus over all steps, as Keras and PyTorch do.
///
/// # Numerics
/// As for [`Nll`](crate::Nll): finite for logits up to ±10³⁰ in `f32`.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Scores = Dense<1, 4>);
///
/// let data = Dataset::<Vector<1>, Class<4>>::labelled([[0.0]], [3])?;
/// let loss = Scores::zeroed().evaluate(&data, &CrossEntropy).loss;
/// assert!((loss - 4.0_f64.ln()).abs() < 1e-6);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CrossEntropy;

/// The output of a network that computes logits, one per class.
#[diagnostic::on_unimplemented(
    message = "`CrossEntropy` takes raw scores, but this network gives `{Self}`",
    label = "not raw scores",
    note = "help: for a network that ends in `Softmax` use `Nll`; raw scores are `Vector<K>`, or `Sequence<L, K>` for each \
            step"
)]
pub trait RawScores: Shape {
    /// The corresponding kind of target.
    type Class: ClassTarget;
}

impl<const K: usize> RawScores for Vector<K> {
    type Class = Class<K>;
}

impl<const L: usize, const K: usize> RawScores for Sequence<L, K> {
    type Class = [Class<K>; L];
}

impl<Output: RawScores> Loss<Output> for CrossEntropy {
    type Target = Output::Class;
    type Takes = RawOutput;

    #[inline(always)]
    fn evaluate<T: Kernels, I: Isa>(
        &self,
        isa: I,
        logits: &[T],
        targets: &[<Output::Class as Target>::Value<T>],
        weight: T,
        gradient: Option<&mut [T]>,
    ) -> T {
        softmax_nll::<Output::Class, T, I>(isa, logits, targets, weight, gradient)
    }
}
