//! Huber's loss.

use crate::kernel::{Isa, Kernels};
use crate::loss::{Loss, each_output};
use crate::shape::Shape;

/// Squared error near the wanted values, absolute error far from them: the mean over the outputs.
///
/// l(x, t) = 1/M Σ_j h(f(x)_j - t_j), with h(d) = d²/2 where |d| ≤ δ, else δ (|d| - δ/2)
///
/// Smooth at 0, and samples far off pull no harder than those at a distance of δ. As in Keras and PyTorch, where δ = 1 is the
/// default too; PyTorch's `SmoothL1Loss` is this divided by δ.
///
/// # Shapes
/// Network output `Vector<M>` or another plain shape, targets of the same.
///
/// # Gradients
/// dl/df_j = d/M where |d| ≤ δ, else δ sign(d) / M, with d = f_j - t_j.
///
/// # Units
/// The square of the targets' unit; training and evaluation take the mean over the samples, so over batch and outputs.
///
/// # Numerics
/// δ is rounded to the network's numbers. Where it is 0 in them, below about 10⁻⁴⁵ in `f32`, every loss and gradient is 0.
///
/// # Panics
/// [`Huber::new`] panics unless δ is a finite number above 0.
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
/// // Zero weights answer 0: (0.5² / 2 + 1 (3 - 1 / 2)) / 2.
/// assert_eq!(Line::zeroed().evaluate(&data, &Huber::default()).loss, 1.3125);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Huber {
    delta: f64,
}

impl Huber {
    /// Squared up to a distance of δ.
    ///
    /// # Panics
    /// Unless δ is a finite number above 0.
    #[must_use]
    #[track_caller]
    pub const fn new(delta: f64) -> Self {
        assert!(delta > 0.0 && delta.is_finite(), "the delta of `Huber` is a finite number above 0");
        Self { delta }
    }

    /// δ, up to which errors are squared.
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
