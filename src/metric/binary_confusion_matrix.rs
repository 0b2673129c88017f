//! How often is a yes a yes?

use core::fmt::{self, Display};

use crate::metric::{Metric, share};
use crate::readable::Share;
use crate::scalar::Scalar;
use crate::shape::{Shape, Vector};

/// Answers of yes or no against the wanted ones, counted over all samples and outputs: for networks trained with
/// [`BinaryCrossEntropy`](crate::BinaryCrossEntropy) or [`Hinge`](crate::Hinge).
///
/// An output above the threshold says yes: 0 for raw scores, where both are equally likely, without
/// [`threshold`](Self::threshold). A target above 0.5 is yes, so that both 0 and 1, and -1 and 1, are no and yes.
///
/// An output that is not finite is wrong, whatever the target: it says no where yes is wanted, and yes where no is.
///
/// As a metric, it is an empty matrix that is filled: what it holds already does not count. [`number`](crate::metric::number)
/// records one of its values during training, such as [`f1`](Self::f1).
///
/// # Numerics
/// What would be a division by zero is 0, as in scikit-learn; the accuracy of no outputs is NaN.
///
/// # Example
/// ```
/// use typenet::metric::BinaryConfusionMatrix;
/// use typenet::prelude::*;
///
/// network!(struct Score = Dense<1, 1>);
/// let mut score = Score::zeroed();
/// score.dense.weight[0] = 1.0; // yes for what is above 0
/// let inputs = vec![[-2.0], [-1.0], [1.0], [2.0], [3.0]];
/// let data = Dataset::<Vector<1>, Vector<1>>::new(inputs, vec![[0.0], [1.0], [0.0], [1.0], [1.0]])?;
/// let matrix = score.measure(&data, BinaryConfusionMatrix::default());
/// assert_eq!((matrix.true_positives, matrix.false_positives), (2, 1));
/// assert_eq!((matrix.false_negatives, matrix.true_negatives), (1, 1));
/// assert_eq!((matrix.accuracy(), matrix.precision()), (0.6, 2.0 / 3.0));
///
/// let strict = score.measure(&data, BinaryConfusionMatrix::threshold(1.5));
/// assert_eq!((strict.precision(), strict.recall(), strict.f1()), (1.0, 2.0 / 3.0, 0.8));
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct BinaryConfusionMatrix {
    /// Yes is wanted and was said.
    pub true_positives: u64,
    /// Yes was said, but no is wanted.
    pub false_positives: u64,
    /// No was said, but yes is wanted.
    pub false_negatives: u64,
    /// No is wanted and was said.
    pub true_negatives: u64,
    threshold: f64,
}

impl BinaryConfusionMatrix {
    /// Says yes above this output: 0.5 for a network that gives probabilities.
    #[must_use]
    pub fn threshold(threshold: f64) -> Self {
        Self { threshold, ..Self::default() }
    }

    /// The share of correct predictions.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        let right = self.true_positives + self.true_negatives;
        right as f64 / (right + self.false_positives + self.false_negatives) as f64
    }

    /// Of what was said to be yes, the share that is.
    #[must_use]
    pub fn precision(&self) -> f64 {
        share(self.true_positives, self.true_positives + self.false_positives)
    }

    /// Of what is yes, the share that was said to be.
    #[must_use]
    pub fn recall(&self) -> f64 {
        share(self.true_positives, self.true_positives + self.false_negatives)
    }

    /// The harmonic mean of precision and recall.
    #[must_use]
    pub fn f1(&self) -> f64 {
        let twice = 2 * self.true_positives;
        share(twice, twice + self.false_positives + self.false_negatives)
    }
}

/// True positives, false positives, false negatives, true negatives.
type Counts = [u64; 4];

impl<const M: usize> Metric<Vector<M>> for BinaryConfusionMatrix {
    type Target = Vector<M>;
    type State = Counts;
    type Value = Self;

    fn add<T: Scalar>(&self, counts: &mut Counts, prediction: &[T], target: &<Vector<M> as Shape>::Array<T>) {
        let [true_positives, false_positives, false_negatives, true_negatives] = counts;
        for (output, target) in prediction.iter().zip(target) {
            let wanted = target.to_f64() > 0.5;
            let said = if output.is_finite() { output.to_f64() > self.threshold } else { !wanted };
            let count = match (wanted, said) {
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

/// The four counts and what follows from them, as [`Share`]: `accuracy 0.6000, precision 0.6667, recall 0.6667, F1 0.6667`.
impl Display for BinaryConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} true and {} false yes, {} true and {} false no: accuracy {}, precision {}, recall {}, F1 {}",
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
