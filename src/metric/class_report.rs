//! How good are the predictions of each class?

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Display};

use crate::metric::ConfusionMatrix;
use crate::target::Class;

/// Precision, recall and F1 of each class, as a table. Created by [`ConfusionMatrix::report`].
///
/// The last lines are the accuracy, the means over the classes that occur, and the means weighted by the number of samples of each class.
///
/// # Numerics
/// A division by zero gives 0, as in [`ConfusionMatrix`].
///
/// # Source
/// scikit-learn Developers, `sklearn.metrics.classification_report`.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassReport<const K: usize> {
    matrix: ConfusionMatrix<K>,
}

impl<const K: usize> ConfusionMatrix<K> {
    /// Returns a table with precision, recall, F1 and the number of samples of each class, with the [`names`](Self::names) of the
    /// classes or their indices.
    ///
    /// # Example
    /// ```
    /// use typenet::metric::ConfusionMatrix;
    /// use typenet::prelude::*;
    ///
    /// network!(struct Guess = Dense<1, 2>, Softmax);
    /// let data = Dataset::<Vector<1>, Class<2>>::labelled([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 0])?;
    /// // With zero weights, the first class is predicted.
    /// let matrix = Guess::zeroed().measure(&data, ConfusionMatrix::new().names(["common", "rare"]));
    /// let lines = [
    ///     "          precision  recall      F1  samples",
    ///     "common       0.7500  1.0000  0.8571        3",
    ///     "rare         0.0000  0.0000  0.0000        1",
    ///     "",
    ///     "accuracy                     0.7500        4",
    ///     "mean         0.3750  0.5000  0.4286        4",
    ///     "weighted     0.5625  0.7500  0.6429        4",
    /// ];
    /// assert_eq!(matrix.report().to_string(), lines.join("\n"));
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn report(&self) -> ClassReport<K> {
        ClassReport { matrix: self.clone() }
    }
}

impl<const K: usize> Display for ClassReport<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { matrix } = self;
        let classes: Vec<Class<K>> = (0..K).filter_map(|index| Class::new(index).ok()).collect();
        let names: Vec<String> = (0..K).map(|index| matrix.title(index)).collect();
        let width = names.iter().map(|name| name.chars().count()).chain(["accuracy".len()]).max().unwrap_or(0);
        writeln!(f, "{:width$}  precision  recall      F1  samples", "")?;
        let row = |name: &str, [precision, recall, f1]: [f64; 3], samples: u64| {
            format!("{name:width$}  {precision:9.4}  {recall:.4}  {f1:.4}  {samples:7}")
        };
        let (correct, samples) = matrix.totals();
        let mut weighted = [0.0; 3];
        for (name, &class) in names.iter().zip(&classes) {
            let (values, support) = (matrix.of_class(class), matrix.support(class));
            writeln!(f, "{}", row(name, values, support))?;
            weighted.iter_mut().zip(values).for_each(|(sum, value)| *sum += value * support as f64);
        }
        let share = |sum: f64| if samples > 0 { sum / samples as f64 } else { 0.0 };
        let accuracy = share(correct as f64);
        writeln!(f, "\n{:width$}  {:9}  {:6}  {accuracy:.4}  {samples:7}", "accuracy", "", "")?;
        let means = [matrix.macro_precision(), matrix.macro_recall(), matrix.macro_f1()];
        let means = if samples > 0 { means } else { [0.0; 3] };
        writeln!(f, "{}", row("mean", means, samples))?;
        f.write_str(&row("weighted", weighted.map(share), samples))
    }
}

impl<const K: usize> ConfusionMatrix<K> {
    /// Returns precision, recall and F1.
    fn of_class(&self, class: Class<K>) -> [f64; 3] {
        [self.precision(class), self.recall(class), self.f1(class)]
    }
}
