//! Which scores does a prediction give to classes, and which class does it mean?

use crate::scalar::Scalar;
use crate::shape::arithmetic::features;
use crate::shape::{Probabilities, ProbabilitySequence, Sequence, Shape, Vector};
use crate::target::{Class, ClassTarget, ClassTargetOf, Target};

/// The output of a network that scores classes, or the classes of each step: probabilities or raw scores.
#[diagnostic::on_unimplemented(
    message = "classes are counted for a network that gives `Probabilities<K>`, `Vector<K>`, or a sequence of these, but this one \
               gives `{Self}`"
)]
pub trait ScoresClasses: Shape {
    /// The kind of target that belongs to the output.
    type Class: ClassTarget;
}

impl<const K: usize> ScoresClasses for Probabilities<K> {
    type Class = Class<K>;
}

impl<const K: usize> ScoresClasses for Vector<K> {
    type Class = Class<K>;
}

impl<const L: usize, const K: usize> ScoresClasses for ProbabilitySequence<L, K> {
    type Class = [Class<K>; L];
}

impl<const L: usize, const K: usize> ScoresClasses for Sequence<L, K> {
    type Class = [Class<K>; L];
}

/// The output of a network that scores `K` classes.
#[diagnostic::on_unimplemented(
    message = "the metric counts {K} classes, but the output of the network is `{Self}`",
    label = "this metric does not fit the network"
)]
pub trait ScoresClassesOf<const K: usize>: ScoresClasses<Class: ClassTargetOf<K>> {}

impl<const K: usize> ScoresClassesOf<K> for Probabilities<K> {}

impl<const K: usize> ScoresClassesOf<K> for Vector<K> {}

impl<const L: usize, const K: usize> ScoresClassesOf<K> for ProbabilitySequence<L, K> {}

impl<const L: usize, const K: usize> ScoresClassesOf<K> for Sequence<L, K> {}

/// Returns the scores of each step of a prediction, with the index of the class that is the target.
pub(super) fn steps<'a, Output: ScoresClasses, T: Scalar>(
    prediction: &'a [T],
    target: &'a <Output::Class as Target>::Value<T>,
) -> impl Iterator<Item = (&'a [T], usize)> {
    let steps = prediction.chunks_exact(features::<Output>()).enumerate();
    steps.map(|(step, scores)| (scores, Output::Class::number::<T>(target, step) as usize))
}

/// Returns the most probable class, or `None` if a score is not finite.
pub(super) fn predicted<T: Scalar>(scores: &[T]) -> Option<usize> {
    scores.iter().all(|score| score.is_finite()).then(|| argmax(scores))
}

/// Returns the position of the largest value. Returns the first position if several values are equal, and 0 for an empty slice.
///
/// # Example
/// ```
/// assert_eq!(typenet::metric::argmax(&[0.1, 0.7, 0.2]), 1);
/// ```
#[must_use]
pub fn argmax<T: Scalar>(values: &[T]) -> usize {
    let mut best = 0;
    for (position, &value) in values.iter().enumerate() {
        if value > values[best] {
            best = position;
        }
    }
    best
}
