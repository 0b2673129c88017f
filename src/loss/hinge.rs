//! Hinge losses, which are zero beyond a margin.

use core::cmp::Ordering;

use crate::kernel::{Isa, Kernels};
use crate::loss::{Loss, Objection, RawOutput, each_output};
use crate::scalar::Scalar;
use crate::shape::{Sequence, Shape, Vector};
use crate::target::{Class, ClassTarget};

/// The hinge loss for targets of -1 and 1: the mean over the outputs of the amount by which each falls short of a margin
/// of 1.
///
/// l(x, t) = 1/M Σ_j max(0, 1 - t_j f(x)_j)
///
/// The same as Keras's `Hinge`, except if all targets are 0 or 1. Keras then converts them to -1 and 1. Here they remain
/// unchanged, and an output whose target is 0 has the loss 1 and no gradient. For one class among several, use
/// [`CategoricalHinge`].
///
/// # Shapes
/// Network output: `Vector<M>`. Targets: `Vector<M>` of -1 and 1. A network that ends in `Sigmoid` does not compile with this
/// loss.
///
/// # Errors
/// [`Error::TargetOutOfRange`](crate::Error::TargetOutOfRange) if a network is trained with a target other than -1 and 1.
///
/// # Gradients
/// dl/df_j = -t_j / M if t_j f_j < 1, and 0 otherwise.
///
/// # Units
/// The unit of the scores. Training and evaluation use the mean over the samples, and thus over batch and outputs.
///
/// # Source
/// C. Cortes and V. Vapnik, "Support-vector networks", 1995. The loss is the sum of its slack variables.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Side = Dense<1, 1>);
///
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[-1.0], [1.0]])?;
/// let mut side = Side::zeroed();
/// assert_eq!(side.evaluate(&data, &Hinge).loss, 1.0);
/// side.parameters_mut().copy_from_slice(&[3.0, -1.5]); // -1.5 and 1.5: both beyond the margin
/// assert_eq!(side.evaluate(&data, &Hinge).loss, 0.0);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hinge;

impl<const M: usize> Loss<Vector<M>> for Hinge {
    type Target = Vector<M>;
    type Takes = RawOutput;

    #[inline(always)]
    fn objection<T: Scalar>(&self, target: &[T; M]) -> Option<Objection> {
        Objection::to_first(target, |t| t.absolute() == T::ONE, "-1 or 1")
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
            let missing = T::ONE - target * score;
            // Written so that NaN stays NaN.
            if missing <= T::ZERO { (T::ZERO, T::ZERO) } else { (missing, -target) }
        })
    }
}

/// The hinge loss of one class among several: the amount by which the score of the target class falls short of exceeding
/// all others by 1.
///
/// l(x, y) = max(0, 1 + max_(j ≠ y) f(x)_j - f(x)_y)
///
/// The same as Keras's `CategoricalHinge`, except that Keras includes 0 among the other scores.
///
/// # Shapes
/// Network output: `Vector<K>`, with K of at least 2. Targets: `Class<K>`.
///
/// Network output: `Sequence<L, K>`. Targets: `[Class<K>; L]`, a class for each step. The loss of a sample is the mean over its
/// steps.
///
/// # Gradients
/// If the loss is above 0: dl/df_y = -1, and dl/df_j = 1 for the first of the largest other scores. Otherwise 0. For each
/// step of a sequence the same, divided by L.
///
/// # Units
/// The unit of the scores. Training and evaluation use the mean over the samples.
///
/// # Source
/// K. Crammer and Y. Singer, "On the algorithmic implementation of multiclass kernel-based vector machines", 2001, equation 3.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Scores (Vector<3>) = Identity);
///
/// let data = Dataset::<Vector<3>, Class<3>>::labelled([[0.5, 2.0, 1.5]], [1])?;
/// // 1 + 1.5 - 2
/// assert_eq!(Scores::zeroed().evaluate(&data, &CategoricalHinge).loss, 0.5);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CategoricalHinge;

impl<const K: usize> Loss<Vector<K>> for CategoricalHinge {
    type Target = Class<K>;
    type Takes = RawOutput;

    #[inline(always)]
    fn evaluate<T: Kernels, I: Isa>(
        &self,
        _: I,
        logits: &[T],
        targets: &[Class<K>],
        weight: T,
        gradient: Option<&mut [T]>,
    ) -> T {
        categorical_hinge::<Class<K>, T, K>(logits, targets, weight, gradient)
    }
}

impl<const L: usize, const K: usize> Loss<Sequence<L, K>> for CategoricalHinge {
    type Target = [Class<K>; L];
    type Takes = RawOutput;

    #[inline(always)]
    fn evaluate<T: Kernels, I: Isa>(
        &self,
        _: I,
        logits: &[T],
        targets: &[[Class<K>; L]],
        weight: T,
        gradient: Option<&mut [T]>,
    ) -> T {
        categorical_hinge::<[Class<K>; L], T, K>(logits, targets, weight, gradient)
    }
}

/// Returns the sum over the samples of the mean over their steps.
#[inline(always)]
fn categorical_hinge<C: ClassTarget, T: Kernels, const K: usize>(
    logits: &[T],
    targets: &[C::Value<T>],
    weight: T,
    mut gradient: Option<&mut [T]>,
) -> T {
    const { assert!(K > 1, "`CategoricalHinge` needs at least 2 classes") };
    let of_each = T::ONE / T::from_count(C::STEPS);
    let weight = weight * of_each;
    let wanted = targets.iter().flat_map(|target| (0..C::STEPS).map(|step| C::number::<T>(target, step) as usize));
    let mut sum = T::ZERO;
    for (row, (scores, wanted)) in logits.chunks_exact(K).zip(wanted).enumerate() {
        let other = largest_other(scores, wanted);
        let missing = T::ONE + scores[other] - scores[wanted];
        // Also true for NaN.
        let misses = missing.partial_cmp(&T::ZERO).is_none_or(Ordering::is_gt);
        if misses {
            sum += missing;
        }
        if let Some(gradient) = gradient.as_deref_mut() {
            let gradient = &mut gradient[row * K..(row + 1) * K];
            gradient.fill(T::ZERO);
            if misses {
                (gradient[wanted], gradient[other]) = (-weight, weight);
            }
        }
    }
    sum * of_each
}

/// Returns the position of the first of the largest scores except that of the target class, or of the first NaN, if there is
/// one.
#[inline(always)]
fn largest_other<T: Kernels>(scores: &[T], wanted: usize) -> usize {
    let mut best = usize::from(wanted == 0);
    for (position, &score) in scores.iter().enumerate().filter(|&(position, _)| position != wanted) {
        if score.partial_cmp(&score).is_none() {
            return position;
        }
        if score > scores[best] {
            best = position;
        }
    }
    best
}
