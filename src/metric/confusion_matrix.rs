//! Which classes does a network take for which?

use alloc::vec::Vec;
use core::fmt::{self, Display};

use crate::metric::{Metric, MetricState, ScoresClassesOf, argmax, share};
use crate::scalar::Scalar;
use crate::target::Class;

/// How many samples of each class were taken for each class, and what follows from that. It prints as a table: a row per
/// target class, a column per predicted class.
///
/// A prediction with a number that is not finite takes its sample for no class: it lowers the recall of that class and is in
/// no column.
///
/// As a metric, it is an empty matrix that is filled: what it holds already does not count. [`number`](crate::metric::number)
/// records one of its values during training, such as [`macro_f1`](Self::macro_f1).
///
/// # Numerics
/// What would be a division by zero is 0, as in scikit-learn without `zero_division`: the precision of a class that was
/// never predicted, the recall of a class without samples, F1 of both. Means are over the classes that occur, among the
/// targets or the predictions, as in scikit-learn without `labels`; of none, NaN.
///
/// # Example
/// ```
/// use typenet::metric::ConfusionMatrix;
/// use typenet::prelude::*;
///
/// network!(struct Guess = Dense<1, 2>, Softmax);
/// let data = Dataset::<Vector<1>, Class<2>>::labelled([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 0])?;
/// // Zero weights make the first class the prediction.
/// let matrix = Guess::zeroed().measure(&data, ConfusionMatrix::<2>::default());
/// assert_eq!(matrix.counts(), &[[3, 0], [1, 0]]);
/// assert_eq!((matrix.precision(Class::new(0)?), matrix.recall(Class::new(0)?)), (0.75, 1.0));
/// assert_eq!(matrix.macro_recall(), 0.5);
/// assert_eq!(matrix.to_string(), "wanted |  0  1\n-------+------\n     0 |  3  0\n     1 |  1  0");
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfusionMatrix<const K: usize> {
    counts: [[u64; K]; K],
    /// Samples of each class whose prediction is not finite.
    unanswered: [u64; K],
}

impl<const K: usize> Default for ConfusionMatrix<K> {
    fn default() -> Self {
        Self { counts: [[0; K]; K], unanswered: [0; K] }
    }
}

impl<const K: usize> ConfusionMatrix<K> {
    /// The counts: `counts()[target][prediction]`.
    #[must_use]
    pub fn counts(&self) -> &[[u64; K]; K] {
        &self.counts
    }

    /// The samples of a class.
    #[must_use]
    pub fn support(&self, class: Class<K>) -> u64 {
        let class = class.index();
        self.counts[class].iter().sum::<u64>() + self.unanswered[class]
    }

    /// Of the samples that were taken for the class, the share that belongs to it.
    #[must_use]
    pub fn precision(&self, class: Class<K>) -> f64 {
        share(self.right(class), self.answers(class))
    }

    /// Of the samples that belong to the class, the share that was taken for it.
    #[must_use]
    pub fn recall(&self, class: Class<K>) -> f64 {
        share(self.right(class), self.support(class))
    }

    /// The harmonic mean of precision and recall, 2 · correct / (targets + predictions).
    #[must_use]
    pub fn f1(&self, class: Class<K>) -> f64 {
        share(2 * self.right(class), self.support(class) + self.answers(class))
    }

    /// The mean of the precisions of the classes that occur.
    #[must_use]
    pub fn macro_precision(&self) -> f64 {
        self.mean(Self::precision)
    }

    /// The mean of the recalls of the classes that occur.
    #[must_use]
    pub fn macro_recall(&self) -> f64 {
        self.mean(Self::recall)
    }

    /// The mean of F1 over the classes that occur.
    #[must_use]
    pub fn macro_f1(&self) -> f64 {
        self.mean(Self::f1)
    }

    fn right(&self, class: Class<K>) -> u64 {
        self.counts[class.index()][class.index()]
    }

    /// The samples that were taken for a class.
    fn answers(&self, class: Class<K>) -> u64 {
        self.counts.iter().map(|row| row[class.index()]).sum()
    }

    fn mean(&self, measure: impl Fn(&Self, Class<K>) -> f64) -> f64 {
        let classes = (0..K).filter_map(|index| Class::new(index).ok());
        let occurs = |class: &Class<K>| self.support(*class) + self.answers(*class) > 0;
        let (sum, count) =
            classes.filter(occurs).fold((0.0, 0.0), |(sum, count), class| (sum + measure(self, class), count + 1.0));
        sum / count
    }
}

impl<const K: usize, Output: ScoresClassesOf<K>> Metric<Output> for ConfusionMatrix<K> {
    // `Class<K>`, written so that another number of classes is one error and not two.
    type Target = Output::Class;
    type State = Self;
    type Value = Self;

    fn add<T: Scalar>(&self, matrix: &mut Self, prediction: &[T], target: &Class<K>) {
        if prediction.iter().all(|p| p.is_finite()) {
            matrix.counts[target.index()][argmax(prediction)] += 1;
        } else {
            matrix.unanswered[target.index()] += 1;
        }
    }

    fn value(&self, matrix: &Self) -> Self {
        *matrix
    }
}

impl<const K: usize> MetricState for ConfusionMatrix<K> {
    fn new() -> Self {
        Self::default()
    }

    fn clear(&mut self) {
        self.counts.clear();
        self.unanswered.clear();
    }

    fn save(&self, words: &mut Vec<u64>) {
        self.counts.save(words);
        self.unanswered.save(words);
    }

    fn restore(words: &mut &[u64]) -> Option<Self> {
        Some(Self { counts: MetricState::restore(words)?, unanswered: MetricState::restore(words)? })
    }
}

impl<const K: usize> Display for ConfusionMatrix<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let largest = self.counts.iter().flatten().copied().max().unwrap_or(0).max(K.saturating_sub(1) as u64);
        let width = largest.max(1).ilog10() as usize + 1;
        f.write_str("wanted |")?;
        for class in 0..K {
            write!(f, "  {class:width$}")?;
        }
        write!(f, "\n-------+{:-<1$}", "", K * (width + 2))?;
        for (class, row) in self.counts.iter().enumerate() {
            write!(f, "\n{class:6} |")?;
            for count in row {
                write!(f, "  {count:width$}")?;
            }
        }
        Ok(())
    }
}
