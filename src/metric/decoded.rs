//! Metrics of the labels of a path.

use alloc::string::String;
use core::any::type_name;

use crate::metric::sequences::{
    ClassSequence, ComparesSequences, CountOf, metric_of_sequences, number, predicted_number,
};
use crate::metric::{Better, Classification, EditDistance, Measures, Metric, SequenceAccuracy, snake_case};
use crate::scalar::Scalar;
use crate::shape::ProbabilitySequence;
use crate::target::{Labels, collapsed};

/// A metric of the labels that a network of the loss [`Ctc`](crate::Ctc) gives. They are those of the most probable path, as
/// [`Labels::of_path`] returns them.
///
/// - `Decoded(EditDistance)` is the label error rate: the edit distance between these labels and the target, per label of the
///   target.
/// - `Decoded(SequenceAccuracy)` is the share of samples whose labels are all right. The accuracy of an
///   [`Evaluation`](crate::Evaluation) is the same.
///
/// The names in histories are those of the inner metrics.
///
/// # Shapes
/// Network output: `ProbabilitySequence<L, K>`. Targets: `Labels<L, K>`, whose padding is not decoded.
///
/// # Source
/// A. Graves, S. Fernández, F. Gomez, J. Schmidhuber, "Connectionist temporal classification", 2006, sections 2.1 and 3.2.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Given (Sequence<4, 3>) = Softmax);
/// let path = [0, 1, 1, 2].map(|class| core::array::from_fn(|k| f32::from(u8::from(k == class))));
/// let data = Dataset::<Sequence<4, 3>, Labels<4, 3>>::new(vec![path], vec![Labels::new(&[1, 2, 1])?])?;
/// // The labels of the path are 1 and 2, and the last one of the target is missing.
/// assert_eq!(Given::zeroed().measure(&data, Decoded(EditDistance)), 1.0 / 3.0);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decoded<M>(
    /// The metric of the labels.
    pub M,
);

metric_of_sequences! {
    EditDistance:
    Decoded<EditDistance>, ProbabilitySequence<L, K>, Labels<L, K>;
}

metric_of_sequences! {
    SequenceAccuracy:
    Decoded<SequenceAccuracy>, ProbabilitySequence<L, K>, Labels<L, K>;
}

/// Returns the indices of the labels of a target.
fn numbers<const L: usize, const K: usize>(target: &Labels<L, K>) -> impl Iterator<Item = u32> {
    target.classes().iter().copied().map(number)
}

/// Returns the labels of the most probable path through the steps of a sequence, without padding. A step with a score that is
/// not finite is a label that equals no class.
fn decoded<'a, T: Scalar, const L: usize, const K: usize>(
    prediction: &'a [T],
    target: &Labels<L, K>,
) -> impl Iterator<Item = Option<u32>> + use<'a, T, L, K> {
    let path = prediction.chunks_exact(K).take(target.steps()).map(predicted_number);
    collapsed(path, Some(0))
}

impl<const L: usize, const K: usize> ClassSequence for Labels<L, K> {
    fn write_classes<T: Scalar>(
        prediction: &[T],
        target: &Self,
        found: &mut [Option<u32>],
        wanted: &mut [u32],
    ) -> Option<(usize, usize)> {
        let mut count = 0;
        for class in decoded(prediction, target) {
            found[count] = class;
            count += 1;
        }
        for (wanted, class) in wanted.iter_mut().zip(numbers(target)) {
            *wanted = class;
        }
        Some((count, target.classes().len()))
    }
}

/// Whether the labels of the most probable path are not those of the target.
impl<const L: usize, const K: usize> Measures<Labels<L, K>> for Classification {
    fn miss<T: Scalar>(prediction: &[T], target: &Labels<L, K>) -> f64 {
        if decoded(prediction, target).eq(numbers(target).map(Some)) { 0.0 } else { 1.0 }
    }
}
