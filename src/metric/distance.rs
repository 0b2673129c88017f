//! How far are predicted values from their targets?

use alloc::string::String;
use alloc::vec::Vec;

use crate::metric::{Better, Metric, MetricState};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// Statistics of one output: its targets and the errors of its predictions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Column {
    /// The mean of the targets so far.
    mean: f64,
    /// Σ (t - mean)².
    spread: f64,
    /// Σ (p - t)².
    squares: f64,
}

/// The state of [`RootMeanSquaredError`] and [`RSquared`]: a column for each output, created with the first sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    columns: Vec<Column>,
    samples: u64,
}

impl Columns {
    /// Adds a sample by Welford's update of means and spreads, which loses no digits if the targets are far from zero.
    fn add<T: Scalar>(&mut self, prediction: &[T], target: &[T]) {
        self.columns.resize(target.len(), Column::default());
        self.samples += 1;
        for (column, (&p, &t)) in self.columns.iter_mut().zip(prediction.iter().zip(target)) {
            let (p, t) = (p.to_f64(), t.to_f64());
            let from_old_mean = t - column.mean;
            column.mean += from_old_mean / self.samples as f64;
            column.spread += from_old_mean * (t - column.mean);
            column.squares += (p - t) * (p - t);
        }
    }

    fn mean(&self, measure: impl Fn(&Column) -> f64) -> f64 {
        self.columns.iter().map(measure).sum::<f64>() / self.columns.len() as f64
    }
}

impl MetricState for Columns {
    fn new() -> Self {
        Self::default()
    }

    fn clear(&mut self) {
        self.columns.clear();
        self.samples = 0;
    }

    fn save(&self, words: &mut Vec<u64>) {
        let columns: Vec<_> = self.columns.iter().map(|column| [column.mean, column.spread, column.squares]).collect();
        (columns, self.samples).save(words);
    }

    fn restore(words: &mut &[u64]) -> Option<Self> {
        let (columns, samples) = <(Vec<[f64; 3]>, u64)>::restore(words)?;
        let columns = columns.into_iter().map(|[mean, spread, squares]| Column { mean, spread, squares }).collect();
        Some(Self { columns, samples })
    }
}

/// The mean of |prediction - target| over samples and outputs; NaN for no samples.
///
/// # Example
/// ```
/// use typenet::metric::MeanAbsoluteError;
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [-3.0]])?;
/// assert_eq!(Line::zeroed().measure(&data, MeanAbsoluteError), 2.0);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MeanAbsoluteError;

impl<Output: Shape> Metric<Output> for MeanAbsoluteError {
    type Target = Output::Plain;
    /// The sum of the distances, and their count.
    type State = (f64, u64);
    type Value = f64;

    fn better(&self) -> Option<Better> {
        Some(Better::Smaller)
    }

    fn add<T: Scalar>(
        &self,
        (sum, count): &mut (f64, u64),
        prediction: &[T],
        target: &<Output::Plain as Shape>::Array<T>,
    ) {
        for (p, t) in prediction.iter().zip(Output::Plain::flat(target)) {
            *sum += (p.to_f64() - t.to_f64()).absolute();
            *count += 1;
        }
    }

    fn value(&self, &(sum, count): &(f64, u64)) -> f64 {
        sum / count as f64
    }
}

/// The root of the mean of (prediction - target)² over the samples, computed for each output and then averaged over the
/// outputs, as in scikit-learn's `root_mean_squared_error`. NaN for no samples.
///
/// # Example
/// ```
/// use typenet::metric::RootMeanSquaredError;
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [-7.0]])?;
/// // The root of (1 + 49) / 2.
/// assert_eq!(Line::zeroed().measure(&data, RootMeanSquaredError), 5.0);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RootMeanSquaredError;

impl<Output: Shape> Metric<Output> for RootMeanSquaredError {
    type Target = Output::Plain;
    type State = Columns;
    type Value = f64;

    fn better(&self) -> Option<Better> {
        Some(Better::Smaller)
    }

    fn add<T: Scalar>(&self, columns: &mut Columns, prediction: &[T], target: &<Output::Plain as Shape>::Array<T>) {
        columns.add(prediction, Output::Plain::flat(target));
    }

    fn value(&self, columns: &Columns) -> f64 {
        columns.mean(|column| (column.squares / columns.samples as f64).sqrt())
    }
}

/// The coefficient of determination, 1 - Σ (p - t)² / Σ (t - mean t)², computed for each output and then averaged over the
/// outputs.
///
/// # Numerics
/// As in scikit-learn's `r2_score`, an output whose targets are all equal counts as 1 if every prediction is exact, and as 0
/// otherwise. The value is NaN for fewer than two samples. In histories, the name is `r2_score`, as in Keras and scikit-learn.
///
/// # Example
/// ```
/// use typenet::metric::RSquared;
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
/// // 1 - (1 + 9) / (1 + 1): worse than predicting the mean, which gives 0.
/// assert_eq!(Line::zeroed().measure(&data, RSquared), -4.0);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RSquared;

impl<Output: Shape> Metric<Output> for RSquared {
    type Target = Output::Plain;
    type State = Columns;
    type Value = f64;

    fn name(&self) -> String {
        String::from("r2_score")
    }

    fn better(&self) -> Option<Better> {
        Some(Better::Larger)
    }

    fn add<T: Scalar>(&self, columns: &mut Columns, prediction: &[T], target: &<Output::Plain as Shape>::Array<T>) {
        columns.add(prediction, Output::Plain::flat(target));
    }

    fn value(&self, columns: &Columns) -> f64 {
        if columns.samples < 2 {
            return f64::NAN;
        }
        columns.mean(|&Column { spread, squares, .. }| match (spread == 0.0, squares == 0.0) {
            (true, true) => 1.0,
            (true, false) => 0.0,
            (false, _) => 1.0 - squares / spread,
        })
    }
}
