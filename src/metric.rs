//! How good is a network on data it did not learn from, in numbers that a person can read?

use core::fmt::{self, Debug, Display};

use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::{Class, Target};

/// A kind of target with the measures that belong to it.
pub trait Measured: Target {
    /// The measures of a whole data set.
    type Evaluation: Evaluation;

    /// How far off one prediction is: 1 or 0 for a class that is wrong or right, else the mean absolute difference.
    fn miss<T: Scalar>(prediction: &[T], target: &Self::Value<T>) -> f64;
}

/// The measures of a network on a data set.
pub trait Evaluation: Clone + Debug + Display + PartialEq + Send + Sync {
    /// From the mean loss and the mean of [`Measured::miss`].
    fn from_means(loss: f64, miss: f64) -> Self;

    /// The mean loss.
    fn loss(&self) -> f64;

    /// The share of samples that were classified right, where there are classes.
    fn accuracy(&self) -> Option<f64>;
}

/// The measures of a classifier.
///
/// # Example
/// ```
/// use typenet::Classification;
///
/// let result = Classification { loss: 0.25, accuracy: 0.975 };
/// assert_eq!(result.to_string(), "loss 0.2500, accuracy 0.9750");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Classification {
    /// The mean loss per sample.
    pub loss: f64,
    /// The share of samples whose most probable class is the wanted one.
    pub accuracy: f64,
}

impl Display for Classification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {:.4}, accuracy {:.4}", self.loss, self.accuracy)
    }
}

impl Evaluation for Classification {
    fn from_means(loss: f64, miss: f64) -> Self {
        Self { loss, accuracy: 1.0 - miss }
    }

    fn loss(&self) -> f64 {
        self.loss
    }

    fn accuracy(&self) -> Option<f64> {
        Some(self.accuracy)
    }
}

/// The measures of a network that answers with values.
///
/// # Example
/// ```
/// use typenet::Regression;
///
/// let result = Regression { loss: 0.25, mean_absolute_error: 0.5 };
/// assert_eq!(result.to_string(), "loss 0.2500, mean absolute error 0.5000");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Regression {
    /// The mean loss per sample.
    pub loss: f64,
    /// The mean over samples and outputs of |prediction - target|.
    pub mean_absolute_error: f64,
}

impl Display for Regression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {:.4}, mean absolute error {:.4}", self.loss, self.mean_absolute_error)
    }
}

impl Evaluation for Regression {
    fn from_means(loss: f64, miss: f64) -> Self {
        Self { loss, mean_absolute_error: miss }
    }

    fn loss(&self) -> f64 {
        self.loss
    }

    fn accuracy(&self) -> Option<f64> {
        None
    }
}

impl<const K: usize> Measured for Class<K> {
    type Evaluation = Classification;

    fn miss<T: Scalar>(prediction: &[T], target: &Self) -> f64 {
        // A network that diverged has no answer, and so none that is right.
        let answers = prediction.iter().all(|p| p.is_finite());
        if answers && argmax(prediction) == target.index() { 0.0 } else { 1.0 }
    }
}

impl<S: Shape> Measured for S {
    type Evaluation = Regression;

    fn miss<T: Scalar>(prediction: &[T], target: &S::Array<T>) -> f64 {
        let sum: f64 = prediction.iter().zip(S::flat(target)).map(|(&p, &t)| (p - t).absolute().to_f64()).sum();
        sum / S::LEN as f64
    }
}

/// The position of the largest number, the first of them where several are equal; 0 for an empty slice.
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
