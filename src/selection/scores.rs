//! The scores of folds.

use alloc::vec::Vec;
use core::fmt;

use crate::readable::Significant;

/// One score for each fold, in order.
///
/// It is printed as the mean and the standard deviation: `0.9533 ± 0.02981`. A NaN among the scores makes both NaN.
///
/// # Example
/// ```
/// use typenet::selection::Scores;
///
/// let scores = Scores::from(vec![0.5, 0.75, 1.0]);
/// assert_eq!((scores.mean(), scores.deviation()), (0.75, 0.25));
/// assert_eq!(scores.to_string(), "0.7500 ± 0.2500");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    values: Vec<f64>,
}

impl From<Vec<f64>> for Scores {
    fn from(values: Vec<f64>) -> Self {
        Self { values }
    }
}

impl Scores {
    /// Returns the scores.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Returns the mean m = (1/n) Σ sᵢ; NaN without scores.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len() as f64
    }

    /// Returns the standard deviation √(Σ (sᵢ - m)² / (n - 1)) of a single score; NaN for fewer than two scores.
    #[must_use]
    pub fn deviation(&self) -> f64 {
        let mean = self.mean();
        let squares: f64 = self.values.iter().map(|value| (value - mean) * (value - mean)).sum();
        libm::sqrt(squares / (self.values.len() as f64 - 1.0))
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ± {}", Significant(self.mean()), Significant(self.deviation()))
    }
}
