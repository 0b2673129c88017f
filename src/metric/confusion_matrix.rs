//! Which classes does a network confuse?

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{self, Display};

use crate::error::shown;
use crate::metric::{Metric, ScoresClassesOf, predicted, share, steps};
use crate::scalar::Scalar;
use crate::target::{Class, Names, Target};

/// How many samples of each class were predicted as each class, and the measures that follow from these counts. For a network that
/// scores classes for each step, every step counts as a sample. Prints as a table with a row per target class and a column per
/// predicted class.
///
/// A prediction with an element that is not finite counts as no class: it lowers the recall of the target class and is in no
/// column.
///
/// As a metric, pass an empty matrix: the counts that it already holds are ignored. [`number`](crate::metric::number) records
/// one of its values during training, such as [`macro_f1`](Self::macro_f1).
///
/// # Numerics
/// A division by zero gives 0, as in scikit-learn without `zero_division`: the precision of a class that was never predicted,
/// the recall of a class without samples, and the F1 of both. Means are over the classes that occur among the targets or the
/// predictions, as in scikit-learn without `labels`. If no class occurs, the mean is NaN.
///
/// # Example
/// ```
/// use typenet::metric::ConfusionMatrix;
/// use typenet::prelude::*;
///
/// network!(struct Guess = Dense<1, 2>, Softmax);
/// let data = Dataset::<Vector<1>, Class<2>>::labelled([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 0])?;
/// // With zero weights, the first class is predicted.
/// let matrix = Guess::zeroed().measure(&data, ConfusionMatrix::<2>::new());
/// assert_eq!(matrix.counts(), &[[3, 0], [1, 0]]);
/// assert_eq!((matrix.precision(Class::new(0)?), matrix.recall(Class::new(0)?)), (0.75, 1.0));
/// assert_eq!((matrix.accuracy(), matrix.macro_recall()), (0.75, 0.5));
/// assert_eq!(matrix.to_string(), "target |  0  1\n-------+------\n     0 |  3  0\n     1 |  1  0");
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfusionMatrix<const K: usize> {
    counts: [[u64; K]; K],
    /// The number of samples of each class whose prediction is not finite.
    not_finite: [u64; K],
    names: Option<Names<K>>,
}

impl<const K: usize> Default for ConfusionMatrix<K> {
    fn default() -> Self {
        Self { counts: [[0; K]; K], not_finite: [0; K], names: None }
    }
}

impl<const K: usize> ConfusionMatrix<K> {
    /// Creates an empty matrix.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the classes names, for the matrix as text, as a picture of `plot::confusion_matrix` and as a
    /// [`report`](Self::report). Without them, classes have their indices.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Guess = Dense<1, 2>, Softmax);
    /// let data = Dataset::<Vector<1>, Class<2>>::labelled([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 0])?;
    /// let matrix = Guess::zeroed().measure(&data, ConfusionMatrix::new().names(["common", "rare"]));
    /// let lines = [
    ///     "target |  common    rare",
    ///     "-------+----------------",
    ///     "common |       3       0",
    ///     "rare   |       1       0",
    /// ];
    /// assert_eq!(matrix.to_string(), lines.join("\n"));
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn names(mut self, names: impl Into<Names<K>>) -> Self {
        self.names = Some(names.into());
        self
    }

    /// Returns the names of the classes, if they have some.
    #[must_use]
    pub fn class_names(&self) -> Option<&Names<K>> {
        self.names.as_ref()
    }

    /// Returns the counts: `counts()[target][prediction]`.
    #[must_use]
    pub fn counts(&self) -> &[[u64; K]; K] {
        &self.counts
    }

    /// Returns the share of correct predictions; NaN if there are none.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        let (correct, all) = self.totals();
        correct as f64 / all as f64
    }

    /// Returns the number of samples of a class.
    #[must_use]
    pub fn support(&self, class: Class<K>) -> u64 {
        let class = class.index();
        self.counts[class].iter().sum::<u64>() + self.not_finite[class]
    }

    /// Returns the share of the samples predicted as the class that belong to it.
    #[must_use]
    pub fn precision(&self, class: Class<K>) -> f64 {
        share(self.correct(class), self.predicted(class))
    }

    /// Returns the share of the samples of the class that were predicted as it.
    #[must_use]
    pub fn recall(&self, class: Class<K>) -> f64 {
        share(self.correct(class), self.support(class))
    }

    /// Returns the harmonic mean of precision and recall, 2 · correct / (targets + predictions).
    #[must_use]
    pub fn f1(&self, class: Class<K>) -> f64 {
        share(2 * self.correct(class), self.support(class) + self.predicted(class))
    }

    /// Returns the mean precision over the classes that occur.
    #[must_use]
    pub fn macro_precision(&self) -> f64 {
        self.mean(Self::precision)
    }

    /// Returns the mean recall over the classes that occur.
    #[must_use]
    pub fn macro_recall(&self) -> f64 {
        self.mean(Self::recall)
    }

    /// Returns the mean F1 over the classes that occur.
    #[must_use]
    pub fn macro_f1(&self) -> f64 {
        self.mean(Self::f1)
    }

    /// Returns the number of correct predictions, and that of all samples.
    pub(crate) fn totals(&self) -> (u64, u64) {
        let correct = (0..K).map(|class| self.counts[class][class]).sum();
        (correct, self.counts.iter().flatten().chain(&self.not_finite).sum())
    }

    /// Returns the name of a class for a table, or its index.
    pub(crate) fn title(&self, class: usize) -> String {
        let name = self.names.as_ref().and_then(|names| Class::new(class).ok().map(|class| shown(&names[class])));
        name.unwrap_or_else(|| class.to_string())
    }

    fn correct(&self, class: Class<K>) -> u64 {
        self.counts[class.index()][class.index()]
    }

    /// Returns the number of samples that were predicted as a class.
    fn predicted(&self, class: Class<K>) -> u64 {
        self.counts.iter().map(|row| row[class.index()]).sum()
    }

    fn mean(&self, measure: impl Fn(&Self, Class<K>) -> f64) -> f64 {
        let classes = (0..K).filter_map(|index| Class::new(index).ok());
        let occurs = |class: &Class<K>| self.support(*class) + self.predicted(*class) > 0;
        let (sum, count) =
            classes.filter(occurs).fold((0.0, 0.0), |(sum, count), class| (sum + measure(self, class), count + 1.0));
        sum / count
    }
}

/// The counts, and the number of samples of each class whose prediction is not finite.
type Counts<const K: usize> = ([[u64; K]; K], [u64; K]);

impl<const K: usize, Output: ScoresClassesOf<K>> Metric<Output> for ConfusionMatrix<K> {
    // This is `Class<K>`, or that of each step, written so that a wrong number of classes is one compile error instead of two.
    type Target = Output::Class;
    type State = Counts<K>;
    type Value = Self;

    fn add<T: Scalar>(
        &self,
        (counts, not_finite): &mut Counts<K>,
        prediction: &[T],
        target: &<Output::Class as Target>::Value<T>,
    ) {
        for (scores, class) in steps::<Output, T>(prediction, target) {
            match predicted(scores) {
                Some(predicted) => counts[class][predicted] += 1,
                None => not_finite[class] += 1,
            }
        }
    }

    fn value(&self, &(counts, not_finite): &Counts<K>) -> Self {
        Self { counts, not_finite, names: self.names.clone() }
    }
}

impl<const K: usize> Display for ConfusionMatrix<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let titles: Vec<String> = (0..K).map(|class| self.title(class)).collect();
        let of_titles = titles.iter().map(|title| title.chars().count()).max().unwrap_or(0);
        let largest = self.counts.iter().flatten().copied().max().unwrap_or(0);
        let width = of_titles.max(largest.max(1).ilog10() as usize + 1);
        let before = of_titles.max("target".len());
        write!(f, "{:before$} |", "target")?;
        for title in &titles {
            write!(f, "  {title:>width$}")?;
        }
        write!(f, "\n{0:-<1$}+{0:-<2$}", "", before + 1, K * (width + 2))?;
        for (title, row) in titles.iter().zip(&self.counts) {
            match self.names {
                Some(_) => write!(f, "\n{title:before$} |")?,
                None => write!(f, "\n{title:>before$} |")?,
            }
            for count in row {
                write!(f, "  {count:width$}")?;
            }
        }
        Ok(())
    }
}
