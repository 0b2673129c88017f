//! Mean absolute error.

use crate::kernel::{Isa, Kernels};
use crate::loss::{AnyOutput, Loss, each_output};
use crate::shape::Shape;

/// The mean over the outputs of the absolute difference to the target.
///
/// l(x, t) = 1/M Σ_j |f(x)_j - t_j|
///
/// Large differences weigh less than in [`MeanSquaredError`](crate::MeanSquaredError), so outliers have less influence: the
/// best constant prediction is the median. The loss is `MeanAbsoluteError` in Keras and `L1Loss` in PyTorch. The metric is
/// [`MeanAbsoluteError`](crate::metric::MeanAbsoluteError).
///
/// # Shapes
/// Network output: `Vector<M>` or another plain shape. Targets: the same shape.
///
/// # Gradients
/// dl/df_j = sign(f_j - t_j) / M, and 0 if they are equal.
///
/// # Units
/// The unit of the targets. Training and evaluation use the mean over the samples, and thus over batch and outputs.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 2>);
///
/// let data = Dataset::<Vector<1>, Vector<2>>::new(vec![[0.0]], vec![[1.0, -3.0]])?;
/// // Zero weights predict 0: (1 + 3) / 2.
/// assert_eq!(Line::zeroed().evaluate(&data, &AbsoluteError).loss, 2.0);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AbsoluteError;

impl<Output: Shape<Plain = Output>> Loss<Output> for AbsoluteError {
    type Target = Output;
    type Takes = AnyOutput;

    #[inline(always)]
    fn evaluate<T: Kernels, I: Isa>(
        &self,
        _: I,
        logits: &[T],
        targets: &[Output::Array<T>],
        weight: T,
        gradient: Option<&mut [T]>,
    ) -> T {
        each_output::<Output, T>(logits, targets, weight, gradient, |output, target| {
            let difference = output - target;
            (difference.absolute(), sign(difference))
        })
    }
}

/// Returns -1, 0 or 1, or NaN for NaN.
#[inline(always)]
fn sign<T: Kernels>(x: T) -> T {
    if x > T::ZERO {
        T::ONE
    } else if x < T::ZERO {
        -T::ONE
    } else {
        // Zero or NaN.
        x
    }
}
