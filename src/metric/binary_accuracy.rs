//! How often is a yes or no correct?

use crate::metric::{Better, Metric};
use crate::scalar::Scalar;
use crate::shape::{Shape, Vector};

/// The share of outputs whose raw score is on the side of its target: above 0 for yes, and at most 0 for no. For networks that are
/// trained with [`BinaryCrossEntropy`](crate::BinaryCrossEntropy) or [`Hinge`](crate::Hinge). A target above 0.5 is yes, so targets
/// may be 0 and 1 or -1 and 1.
///
/// It is the accuracy of [`BinaryConfusionMatrix`](crate::metric::BinaryConfusionMatrix), which also takes other thresholds. An
/// output that is not finite is wrong. The accuracy of no outputs is NaN.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Score = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[-1.0], [1.0]], vec![[0.0], [1.0]])?;
/// let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).metric(BinaryAccuracy).epochs(2);
/// let history = trainer.fit(&mut Score::zeroed(), &data)?;
/// // Zeros say no; after a step, both answers are right.
/// assert_eq!(history["binary_accuracy"], [0.5, 1.0]);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BinaryAccuracy;

/// Returns whether a score predicts its target.
pub(super) fn is_right<T: Scalar>(score: &T, target: &T) -> bool {
    score.is_finite() && (*score > T::ZERO) == (target.to_f64() > 0.5)
}

impl<const M: usize> Metric<Vector<M>> for BinaryAccuracy {
    type Target = Vector<M>;
    /// The number of correct outputs, and the number of all of them.
    type State = (u64, u64);
    type Value = f64;

    fn better(&self) -> Option<Better> {
        Some(Better::Larger)
    }

    fn add<T: Scalar>(
        &self,
        (correct, all): &mut (u64, u64),
        prediction: &[T],
        target: &<Vector<M> as Shape>::Array<T>,
    ) {
        for (score, target) in prediction.iter().zip(target) {
            *correct += u64::from(is_right(score, target));
            *all += 1;
        }
    }

    fn value(&self, &(correct, all): &(u64, u64)) -> f64 {
        correct as f64 / all as f64
    }
}
