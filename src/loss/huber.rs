//! Huber's loss.

use crate::kernel::{Isa, Kernels};
use crate::loss::{AnyOutput, Loss, each_output};
use crate::shape::Shape;

/// The mean over the outputs of Huber's function: squared error near the target, absolute error far from it.
///
/// l(x, t) = 1/M Σ_j h(f(x)_j - t_j), with h(d) = d²/2 if |d| ≤ δ, and δ (|d| - δ/2) otherwise
///
/// The loss is smooth at 0, and an outlier has no more influence than a difference of δ. As in Keras and PyTorch, the default
/// of δ is 1. PyTorch's `SmoothL1Loss` is this loss divided by δ.
///
/// # Shapes
/// Network output: `Vector<M>` or another plain shape. Targets: the same shape.
///
/// # Gradients
/// dl/df_j = d/M if |d| ≤ δ, and δ sign(d) / M otherwise, where d = f_j - t_j.
///
/// # Units
/// The square of the targets' unit. Training and evaluation use the mean over the samples, and thus over batch and outputs.
///
/// # Numerics
/// δ is rounded to the network's scalar type. If the result is 0, in `f32` for δ below about 10⁻⁴⁵, every loss and gradient is
/// 0.
///
/// # Panics
/// [`Huber::new`] panics unless δ is finite and above 0.
///
/// # Source
/// P. J. Huber, "Robust estimation of a location parameter", 1964, section 4.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 2>);
///
/// let data = Dataset::<Vector<1>, Vector<2>>::new(vec![[0.0]], vec![[0.5, -3.0]])?;
/// // Zero weights predict 0: (0.5² / 2 + 1 (3 - 1 / 2)) / 2.
/// assert_eq!(Line::zeroed().evaluate(&data, &Huber::default()).loss, 1.3125);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Huber {
    delta: f64,
}

impl Huber {
    /// Creates the loss that squares differences up to δ.
    ///
    /// # Panics
    /// Panics unless δ is finite and above 0.
    #[must_use]
    #[track_caller]
    pub const fn new(delta: f64) -> Self {
        assert!(delta > 0.0 && delta.is_finite(), "the delta of `Huber` must be finite and above 0");
        Self { delta }
    }

    /// Returns δ, the largest difference that is squared.
    #[must_use]
    pub const fn delta(&self) -> f64 {
        self.delta
    }
}

/// δ = 1.
impl Default for Huber {
    fn default() -> Self {
        Self::new(1.0)
    }
}

impl<Output: Shape<Plain = Output>> Loss<Output> for Huber {
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
        let [delta, half] = [self.delta, 0.5].map(T::from_f64);
        each_output::<Output, T>(logits, targets, weight, gradient, |output, target| {
            let difference = output - target;
            let distance = difference.absolute();
            if distance > delta {
                let slope = if difference > T::ZERO { delta } else { -delta };
                (delta * (distance - half * delta), slope)
            } else {
                (half * difference * difference, difference)
            }
        })
    }
}
