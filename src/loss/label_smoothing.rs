//! Label smoothing: targets that assign some probability to every class.

use crate::kernel::{Isa, Kernels};
use crate::loss::{CrossEntropy, Loss, Nll};
use crate::shape::Shape;
use crate::shape::arithmetic::features;
use crate::target::{ClassTarget, Target};

/// [`Nll`] or [`CrossEntropy`] with a fraction ε of the target probability spread evenly over all K classes. Scores then do not
/// grow without bound, and predictions remain less confident.
///
/// l(x, y) = -(1 - ε) ln p_y - ε/K Σ_k ln p_k, where p is the softmax of the scores
///
/// Created by [`Nll::label_smoothing`] and [`CrossEntropy::label_smoothing`]. The same as in Keras and PyTorch.
///
/// # Shapes
/// Those of the inner loss.
///
/// # Gradients
/// With respect to the logits: dl/dz_c = p_c - ε/K, minus 1 - ε if c is the target class; divided by the number of steps.
///
/// # Units
/// Nats. Training and evaluation use the mean over the samples. The loss of a confident and correct prediction is not 0, so
/// losses with different ε are not comparable. Evaluate with the loss without smoothing.
///
/// # Panics
/// Both methods panic unless ε is at least 0 and below 1.
///
/// # Numerics
/// Computed as the loss without smoothing, plus ε times the mean of z_y - z_k over all k. The differences keep their precision
/// if all scores share a large offset.
///
/// # Source
/// C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens and Z. Wojna, "Rethinking the inception architecture for computer vision",
/// 2016, section 7.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Scores (Vector<2>) = Softmax);
///
/// let data = Dataset::<Vector<2>, Class<2>>::labelled([[100.0, 0.0]], [0])?;
/// assert_eq!(Scores::zeroed().evaluate(&data, &Nll).loss, 0.0);
/// // A fraction of 0.2 / 2 for the other class, whose -ln p is 100.
/// let loss = Scores::zeroed().evaluate(&data, &Nll.label_smoothing(0.2)).loss;
/// assert!((loss - 10.0).abs() < 1e-5);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelSmoothing<L> {
    loss: L,
    share: f64,
}

impl<L> LabelSmoothing<L> {
    #[track_caller]
    const fn new(loss: L, share: f64) -> Self
    where
        L: Copy,
    {
        assert!(share >= 0.0 && share < 1.0, "the share of label smoothing must be at least 0 and below 1");
        Self { loss, share }
    }

    /// Returns ε, the fraction that is spread over all classes.
    #[must_use]
    pub const fn share(&self) -> f64 {
        self.share
    }
}

impl Nll {
    /// Returns this loss with a fraction ε of the target probability spread over all classes.
    ///
    /// # Panics
    /// Panics unless ε is at least 0 and below 1.
    #[must_use]
    #[track_caller]
    pub const fn label_smoothing(self, share: f64) -> LabelSmoothing<Self> {
        LabelSmoothing::new(self, share)
    }
}

impl CrossEntropy {
    /// Returns this loss with a fraction ε of the target probability spread over all classes.
    ///
    /// # Panics
    /// Panics unless ε is at least 0 and below 1.
    #[must_use]
    #[track_caller]
    pub const fn label_smoothing(self, share: f64) -> LabelSmoothing<Self> {
        LabelSmoothing::new(self, share)
    }
}

impl<Output: Shape, L: Loss<Output, Target: ClassTarget>> Loss<Output> for LabelSmoothing<L> {
    type Target = L::Target;
    type Takes = L::Takes;

    #[inline(always)]
    fn evaluate<T: Kernels, I: Isa>(
        &self,
        isa: I,
        logits: &[T],
        targets: &[<L::Target as Target>::Value<T>],
        weight: T,
        mut gradient: Option<&mut [T]>,
    ) -> T {
        let mut sum = self.loss.evaluate(isa, logits, targets, weight, gradient.as_deref_mut());
        let share = T::from_f64(self.share);
        let (classes, steps) = (features::<Output>(), <L::Target as ClassTarget>::STEPS);
        let [of_each, of_step] = [classes, steps].map(|count| T::ONE / T::from_count(count));
        let wanted = targets.iter().flat_map(|target| (0..steps).map(move |step| (target, step)));
        for (row, (scores, (target, step))) in logits.chunks_exact(classes).zip(wanted).enumerate() {
            let wanted = <L::Target as ClassTarget>::number::<T>(target, step) as usize;
            let lead = scores.iter().fold(T::ZERO, |sum, &score| sum + (scores[wanted] - score) * of_each);
            sum += share * (lead * of_step);
            if let Some(gradient) = gradient.as_deref_mut() {
                let gradient = &mut gradient[row * classes..(row + 1) * classes];
                let factor = weight * of_step * share;
                for g in &mut *gradient {
                    *g -= factor * of_each;
                }
                gradient[wanted] += factor;
            }
        }
        sum
    }
}
