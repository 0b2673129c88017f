//! Mean squared error.

use crate::kernel::{Isa, Kernels};
use crate::loss::{AnyOutput, Loss};
use crate::shape::Shape;
use crate::shape::arithmetic::features;

/// The mean over the outputs of the squared difference to the target.
///
/// l(x, t) = 1/M Σ_j (f(x)_j - t_j)²
///
/// # Shapes
/// Network output: any. Targets: the corresponding plain shape, which is `Vector<M>` for an output of `Vector<M>` or
/// `Probabilities<M>`.
///
/// # Gradients
/// dl/df_j = 2/M (f_j - t_j). For `Probabilities`, the gradient is propagated through the Jacobian of the softmax to the
/// logits.
///
/// # Units
/// The square of the targets' unit. Training and evaluation use the mean over the samples, and thus over batch and outputs, as
/// in Keras and PyTorch.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 2>);
///
/// let data = Dataset::<Vector<1>, Vector<2>>::new(vec![[0.0]], vec![[1.0, 3.0]])?;
/// // Zero weights predict 0: (1² + 3²) / 2.
/// assert_eq!(Line::zeroed().evaluate(&data, &MeanSquaredError).loss, 5.0);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MeanSquaredError;

impl<Output: Shape> Loss<Output> for MeanSquaredError {
    type Target = Output::Plain;
    type Takes = AnyOutput;

    #[inline(always)]
    fn evaluate<T: Kernels, I: Isa>(
        &self,
        isa: I,
        logits: &[T],
        targets: &[<Output::Plain as Shape>::Array<T>],
        weight: T,
        mut gradient: Option<&mut [T]>,
    ) -> T {
        let targets = <Output::Plain as Shape>::flat_batch(targets);
        let mean = T::ONE / T::from_count(Output::LEN);
        let mut sum = T::ZERO;
        let len = if Output::PROBABILITIES { features::<Output>() } else { Output::LEN };
        for (row, (logits, targets)) in logits.chunks_exact(len).zip(targets.chunks_exact(len)).enumerate() {
            let gradient = gradient.as_deref_mut().map(|gradient| &mut gradient[row * len..(row + 1) * len]);
            sum += if Output::PROBABILITIES {
                through_softmax(isa, logits, targets, mean, weight, gradient)
            } else {
                direct(isa, logits, targets, mean, weight, gradient)
            };
        }
        sum
    }
}

/// Computes one sample whose logits are the output.
#[inline(always)]
fn direct<T: Kernels, I: Isa>(
    isa: I,
    outputs: &[T],
    targets: &[T],
    mean: T,
    weight: T,
    gradient: Option<&mut [T]>,
) -> T {
    if let Some(gradient) = gradient {
        let factor = (weight + weight) * mean;
        for ((g, &output), &target) in gradient.iter_mut().zip(outputs).zip(targets) {
            *g = factor * (output - target);
        }
    }
    let squares = outputs.iter().zip(targets).fold(T::ZERO, |sum, (&output, &target)| {
        let difference = output - target;
        isa.mul_add(difference, difference, sum)
    });
    squares * mean
}

/// Computes one sample, or step, whose output is the softmax of the logits.
#[inline(always)]
fn through_softmax<T: Kernels, I: Isa>(
    isa: I,
    logits: &[T],
    targets: &[T],
    mean: T,
    weight: T,
    gradient: Option<&mut [T]>,
) -> T {
    let largest = logits.iter().skip(1).fold(logits[0], |largest, &z| z.maximum(largest));
    let sum = logits.iter().fold(T::ZERO, |sum, &z| sum + (z - largest).exp());
    let square = |squares: T, difference: T| isa.mul_add(difference, difference, squares);
    let Some(gradient) = gradient else {
        let differences = logits.iter().zip(targets).map(|(&z, &target)| (z - largest).exp() / sum - target);
        return differences.fold(T::ZERO, square) * mean;
    };
    let factor = (weight + weight) * mean;
    // g_k and p_k are each used twice. p is stored in the memory of the gradient, and g is computed from it.
    let (mut squares, mut inner) = (T::ZERO, T::ZERO);
    for ((place, &z), &target) in gradient.iter_mut().zip(logits).zip(targets) {
        *place = (z - largest).exp() / sum;
        let difference = *place - target;
        squares = square(squares, difference);
        inner = isa.mul_add(factor * difference, *place, inner);
    }
    for (place, &target) in gradient.iter_mut().zip(targets) {
        *place *= factor * (*place - target) - inner;
    }
    squares * mean
}
