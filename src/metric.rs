//! How good is a network on data it did not learn from, in numbers that a person can read?

mod accuracy;
mod binary_confusion_matrix;
mod confusion_matrix;
mod distance;

pub use accuracy::{Accuracy, TopK};
pub use binary_confusion_matrix::BinaryConfusionMatrix;
pub use confusion_matrix::ConfusionMatrix;
pub use distance::{MeanAbsoluteError, RSquared, RootMeanSquaredError};

use core::fmt::{self, Debug, Display};

use crate::readable::{Share, Significant};
use crate::scalar::Scalar;
use crate::shape::{Probabilities, Shape, Vector};
use crate::target::{Class, ClassTarget, Target, Weighted};

/// Something that is measured from predictions and targets, sample after sample. `network.measure(&data, metric)` takes one,
/// or a tuple of up to four.
///
/// # Example
/// A metric of one's own: the largest distance.
/// ```
/// use typenet::metric::{MeanAbsoluteError, Metric};
/// use typenet::prelude::*;
/// use typenet::Scalar;
///
/// #[derive(Default)]
/// struct Largest(f64);
///
/// impl<const N: usize> Metric<Vector<N>> for Largest {
///     type Target = Vector<N>;
///     type Value = f64;
///
///     fn add<T: Scalar>(&mut self, prediction: &[T], target: &[T; N]) {
///         for (p, t) in prediction.iter().zip(target) {
///             self.0 = self.0.max((p.to_f64() - t.to_f64()).abs());
///         }
///     }
///
///     fn value(self) -> f64 {
///         self.0
///     }
/// }
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [-3.0]])?;
/// let (largest, mean) = Line::zeroed().measure(&data, (Largest::default(), MeanAbsoluteError::default()));
/// assert_eq!((largest, mean), (3.0, 2.0));
/// # Ok::<(), typenet::Error>(())
/// ```
#[diagnostic::on_unimplemented(message = "the metric `{Self}` does not fit a network whose output is `{Output}`")]
pub trait Metric<Output: Shape> {
    /// The kind of answer that it compares with.
    type Target: Target;
    /// What it says about all samples.
    type Value;

    /// Takes in one more sample.
    fn add<T: Scalar>(&mut self, prediction: &[T], target: &<Self::Target as Target>::Value<T>);

    /// The measure of the samples so far.
    #[must_use]
    fn value(self) -> Self::Value;
}

macro_rules! metrics_at_once {
    ($first:ident $(, $other:ident)*) => {
        impl<Output: Shape, $first: Metric<Output>, $($other: Metric<Output, Target = $first::Target>),*> Metric<Output>
            for ($first, $($other),*)
        {
            type Target = $first::Target;
            type Value = ($first::Value, $($other::Value),*);

            #[allow(non_snake_case, reason = "the variables are named after their types")]
            fn add<T: Scalar>(&mut self, prediction: &[T], target: &<$first::Target as Target>::Value<T>) {
                let ($first, $($other),*) = self;
                $first.add(prediction, target);
                $($other.add(prediction, target);)*
            }

            #[allow(non_snake_case, reason = "the variables are named after their types")]
            fn value(self) -> Self::Value {
                let ($first, $($other),*) = self;
                ($first.value(), $($other.value()),*)
            }
        }
    };
}

metrics_at_once!(A, B);
metrics_at_once!(A, B, C);
metrics_at_once!(A, B, C, D);

/// The output of a network that scores classes: probabilities, or raw scores.
#[diagnostic::on_unimplemented(
    message = "classes are counted for a network that gives `Probabilities<K>` or `Vector<K>`, but this one gives `{Self}`"
)]
pub trait ScoresClasses: Shape {
    /// The kind of target that belongs to it.
    type Class: ClassTarget;
}

impl<const K: usize> ScoresClasses for Probabilities<K> {
    type Class = Class<K>;
}

impl<const K: usize> ScoresClasses for Vector<K> {
    type Class = Class<K>;
}

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

/// The measures of a classifier. `Display` writes the loss as [`Significant`] and the accuracy as [`Share`].
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
        write!(f, "loss {}, accuracy {}", Significant(self.loss), Share(self.accuracy))
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

/// The measures of a network that answers with values. `Display` writes both as [`Significant`].
///
/// # Example
/// ```
/// use typenet::Regression;
///
/// let result = Regression { loss: 2.5e-5, mean_absolute_error: 0.005 };
/// assert_eq!(result.to_string(), "loss 2.500e-5, mean absolute error 0.005000");
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
        let (loss, mean_absolute_error) = (Significant(self.loss), Significant(self.mean_absolute_error));
        write!(f, "loss {loss}, mean absolute error {mean_absolute_error}")
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

impl<Y: Measured> Measured for Weighted<Y> {
    type Evaluation = Y::Evaluation;

    fn miss<T: Scalar>(prediction: &[T], target: &Self::Value<T>) -> f64 {
        Y::miss(prediction, target.target())
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

/// A share of a count; of nothing, 0.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
