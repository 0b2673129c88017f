//! How often is a positive prediction correct?

use core::fmt::{self, Display};

use crate::metric::{Metric, share};
use crate::readable::Share;
use crate::scalar::Scalar;
use crate::shape::{Shape, Vector};

/// Counts of positive and negative predictions against their targets, over all samples and outputs. For networks that were
/// trained with [`BinaryCrossEntropy`](crate::BinaryCrossEntropy) or [`Hinge`](crate::Hinge).
///
/// An output above the threshold is a positive prediction. The default threshold is 0, the raw score at which both classes are
/// equally likely; [`probability_threshold`](Self::probability_threshold) and [`threshold`](Self::threshold) set another. A target above 0.5 is positive, so targets may be 0 and 1 or -1
/// and 1.
///
/// An output that is not finite counts as wrong: as a false negative if the target is positive, and as a false positive
/// otherwise.
///
/// As a metric, pass an empty matrix: the counts that it already holds are ignored. [`number`](crate::metric::number) records
/// one of its values during training, such as [`f1`](Self::f1).
///
/// # Numerics
/// A division by zero gives 0, as in scikit-learn, except that the accuracy of no outputs is NaN.
///
/// # Example
/// ```
/// use typenet::metric::BinaryConfusionMatrix;
/// use typenet::prelude::*;
///
/// network!(struct Score = Dense<1, 1>);
/// let mut score = Score::zeroed();
/// score.dense.weight[0] = 1.0; // positive for inputs above 0
/// let inputs = vec![[-2.0], [-1.0], [1.0], [2.0], [3.0]];
/// let data = Dataset::<Vector<1>, Vector<1>>::new(inputs, vec![[0.0], [1.0], [0.0], [1.0], [1.0]])?;
/// let matrix = score.measure(&data, BinaryConfusionMatrix::new());
/// assert_eq!((matrix.true_positives, matrix.false_positives), (2, 1));
/// assert_eq!((matrix.false_negatives, matrix.true_negatives), (1, 1));
/// assert_eq!((matrix.accuracy(), matrix.precision()), (0.6, 2.0 / 3.0));
///
/// // Only what is yes with a probability above 0.8: σ(1) is 0.73, and σ(2) is 0.88.
/// let strict = score.measure(&data, BinaryConfusionMatrix::probability_threshold(0.8));
/// assert_eq!((strict.precision(), strict.recall(), strict.f1()), (1.0, 2.0 / 3.0, 0.8));
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct BinaryConfusionMatrix {
    /// The number of positive targets that were predicted to be positive.
    pub true_positives: u64,
    /// The number of negative targets that were predicted to be positive.
    pub false_positives: u64,
    /// The number of positive targets that were predicted to be negative.
    pub false_negatives: u64,
    /// The number of negative targets that were predicted to be negative.
    pub true_negatives: u64,
    threshold: f64,
}

impl BinaryConfusionMatrix {
    /// Creates an empty matrix with the threshold 0, a probability of 0.5.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates an empty matrix that treats outputs with a probability above `probability` as positive, for a network that gives raw
    /// scores, such as one that is trained with [`BinaryCrossEntropy`](crate::BinaryCrossEntropy): those above
    /// ln(p / (1 - p)), whose logistic function is `probability`.
    ///
    /// # Panics
    /// Panics if `probability` is not from 0 to 1.
    #[must_use]
    #[track_caller]
    pub fn probability_threshold(probability: f64) -> Self {
        assert!((0.0..=1.0).contains(&probability), "a probability of {probability} is not from 0 to 1");
        Self::threshold(libm::log(probability) - libm::log1p(-probability))
    }

    /// Creates an empty matrix that treats outputs above `threshold` as positive, whatever they are: a raw score of a network that
    /// gives raw scores, for which [`probability_threshold`](Self::probability_threshold) takes a probability, and a probability of
    /// one that ends in `Sigmoid`.
    #[must_use]
    pub fn threshold(threshold: f64) -> Self {
        Self { threshold, ..Self::default() }
    }

    /// Returns the share of correct predictions.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        let right = self.true_positives + self.true_negatives;
        right as f64 / (right + self.false_positives + self.false_negatives) as f64
    }

    /// Returns the share of positive predictions that are correct.
    #[must_use]
    pub fn precision(&self) -> f64 {
        share(self.true_positives, self.true_positives + self.false_positives)
    }

    /// Returns the share of positive targets that were predicted to be positive.
    #[must_use]
    pub fn recall(&self) -> f64 {
        share(self.true_positives, self.true_positives + self.false_negatives)
    }

    /// Returns the harmonic mean of precision and recall.
    #[must_use]
    pub fn f1(&self) -> f64 {
        let twice = 2 * self.true_positives;
        share(twice, twice + self.false_positives + self.false_negatives)
    }
}

/// Counts of true positives, false positives, false negatives and true negatives.
type Counts = [u64; 4];

impl<const M: usize> Metric<Vector<M>> for BinaryConfusionMatrix {
    type Target = Vector<M>;
    type State = Counts;
    type Value = Self;

    fn add<T: Scalar>(&self, counts: &mut Counts, prediction: &[T], target: &<Vector<M> as Shape>::Array<T>) {
        let [true_positives, false_positives, false_negatives, true_negatives] = counts;
        for (output, target) in prediction.iter().zip(target) {
            let positive = target.to_f64() > 0.5;
            let predicted = if output.is_finite() { output.to_f64() > self.threshold } else { !positive };
            let count = match (positive, predicted) {
                (true, true) => &mut *true_positives,
                (false, true) => &mut *false_positives,
                (true, false) => &mut *false_negatives,
                (false, false) => &mut *true_negatives,
            };
            *count += 1;
        }
    }

    fn value(&self, counts: &Counts) -> Self {
        let [true_positives, false_positives, false_negatives, true_negatives] = *counts;
        Self { true_positives, false_positives, false_negatives, true_negatives, threshold: self.threshold }
    }
}

/// Prints the four counts, then accuracy, precision, recall and F1 as [`Share`]:
/// `accuracy 0.6000, precision 0.6667, recall 0.6667, F1 0.6667`.
impl Display for BinaryConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} true and {} false positives, {} true and {} false negatives: accuracy {}, precision {}, recall {}, F1 {}",
            self.true_positives,
            self.false_positives,
            self.true_negatives,
            self.false_negatives,
            Share(self.accuracy()),
            Share(self.precision()),
            Share(self.recall()),
            Share(self.f1())
        )
    }
}
