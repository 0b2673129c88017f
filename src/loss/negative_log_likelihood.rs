//! Negative log-likelihood of the target class, for networks that end in softmax.

use crate::kernel::{Isa, Kernels};
use crate::loss::{AnyOutput, Loss, softmax_nll};
use crate::shape::{Probabilities, ProbabilitySequence, Shape};
use crate::target::{Class, ClassTarget, Target};

/// The negative log-likelihood of the target class, for a network that ends in `Softmax`.
///
/// l(x, y) = -ln f(x)_y
///
/// # Shapes
/// Network output: `Probabilities<K>`. Targets: `Class<K>`. A network that outputs logits does not compile with this loss. End
/// it with `Softmax`, or use [`CrossEntropy`](crate::CrossEntropy).
///
/// Network output: `ProbabilitySequence<L, K>`. Targets: `[Class<K>; L]`, a class for each step. The loss of a sample is the mean
/// over its steps.
///
/// # Gradients
/// With respect to the logits z before the softmax: dl/dz_c = f(x)_c - 1 if c is the target class, and f(x)_c otherwise; for each
/// step of a sequence the same, divided by L.
///
/// # Units
/// Nats. Training and evaluation use the mean over the samples, thus over all steps, as Keras and PyTorch do.
///
/// # Numerics
/// Computed from the logits as ln Σ e^(z_k - m) - (z_y - m), where m is the largest. The result is finite for logits up to
/// ±10³⁰ in `f32`. The gradient of the target class is minus the sum of the others, which keeps its precision if the prediction
/// is nearly correct.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Guess = Dense<1, 4>, Softmax);
///
/// let data = Dataset::<Vector<1>, Class<4>>::labelled([[0.0]], [3])?;
/// // Zero weights make all four classes equally likely.
/// let loss = Guess::zeroed().evaluate(&data, &Nll).loss;
/// assert!((loss - 4.0_f64.ln()).abs() < 1e-6);
///
/// // A class for each of three steps.
/// network!(struct Guesses (Sequence<3, 1>) = Dense<1, 4>, Softmax);
/// let data = Dataset::<Sequence<3, 1>, [Class<4>; 3]>::labelled([[0.0, 1.0, 2.0]], [[3, 0, 1]])?;
/// let loss = Guesses::zeroed().evaluate(&data, &Nll).loss;
/// assert!((loss - 4.0_f64.ln()).abs() < 1e-6);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nll;

/// The output of a network that ends in `Softmax`.
#[diagnostic::on_unimplemented(
    message = "`Nll` needs a network that ends in `Softmax`, but this one gives `{Self}`",
    label = "the network gives raw scores",
    note = "help: end the network with `Softmax`, or train it with `CrossEntropy`, which takes raw scores",
    note = "in code for several networks, the bound is `N: Network<Output = Probabilities<K>>`"
)]
pub trait EndsInSoftmax: Shape {
    /// The corresponding kind of target.
    type Class: ClassTarget;
}

impl<const K: usize> EndsInSoftmax for Probabilities<K> {
    type Class = Class<K>;
}

impl<const L: usize, const K: usize> EndsInSoftmax for ProbabilitySequence<L, K> {
    type Class = [Class<K>; L];
}

impl<Output: EndsInSoftmax> Loss<Output> for Nll {
    type Target = Output::Class;
    type Takes = AnyOutput;

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
