//! How good is a network on data that it did not learn from, in values that a person can read?

mod scores;
mod state;

mod likelihood;
mod sequences;

mod accuracy;
mod binary_accuracy;
mod binary_confusion_matrix;
mod bits_per_character;
mod class_report;
mod confusion_matrix;
mod decoded;
mod distance;
mod edit_distance;
mod masked;
mod named;
mod number;
mod perplexity;
mod ranking;
mod sequence_accuracy;

pub use accuracy::{Accuracy, TopK};
pub use binary_accuracy::BinaryAccuracy;
pub use binary_confusion_matrix::BinaryConfusionMatrix;
pub use bits_per_character::BitsPerCharacter;
pub use class_report::ClassReport;
pub use confusion_matrix::ConfusionMatrix;
pub use decoded::Decoded;
pub use distance::{MeanAbsoluteError, RSquared, RootMeanSquaredError};
pub use edit_distance::EditDistance;
pub use named::{Named, named};
pub use number::{Number, OneNumber, number};
pub use perplexity::Perplexity;
pub use ranking::{AveragePrecision, Ranking, RankingPoint, RocAuc};
pub use scores::{ScoresClasses, ScoresClassesOf, argmax};
use scores::{predicted, steps};
pub use sequence_accuracy::SequenceAccuracy;
pub use state::MetricState;

use alloc::string::String;
use core::any::type_name;
use core::fmt::{self, Debug, Display};

use crate::readable::{Share, Significant};
use crate::scalar::Scalar;
use crate::shape::{Shape, Vector};
use crate::target::{ClassTarget, Target, Weighted};

/// A quantity that is computed from predictions and targets, sample by sample.
///
/// [`Evaluate::measure`](crate::Evaluate::measure) takes a metric or a tuple of up to twelve metrics. Tuples can be nested. A
/// metric whose [`Value`](Self::Value) is a single `f64` can also be recorded for every epoch of training:
#[cfg_attr(feature = "std", doc = "[`Trainer::metric`](crate::Trainer::metric).")]
#[cfg_attr(not(feature = "std"), doc = "`Trainer::metric`.")]
///
/// The metric itself holds only its settings. Its counts and sums are its [`State`](Self::State), which the library clears at
/// the start of an epoch and saves in checkpoints. One thread adds the samples in order, so the number of threads does not
/// change a bit of the result. The value is computed over all samples: a metric that is not a mean over samples, such as F1, is
/// exact for the whole epoch instead of a mean over batches.
///
/// # Example
/// A custom metric: the largest distance between a prediction and its target.
/// ```
/// use typenet::metric::{Better, MeanAbsoluteError, Metric};
/// use typenet::prelude::*;
/// use typenet::Scalar;
///
/// struct LargestError;
///
/// impl<const N: usize> Metric<Vector<N>> for LargestError {
///     type Target = Vector<N>;
///     type State = f64;
///     type Value = f64;
///
///     fn better(&self) -> Option<Better> {
///         Some(Better::Smaller)
///     }
///
///     fn add<T: Scalar>(&self, largest: &mut f64, prediction: &[T], target: &[T; N]) {
///         for (p, t) in prediction.iter().zip(target) {
///             *largest = largest.max((p.to_f64() - t.to_f64()).abs());
///         }
///     }
///
///     fn value(&self, largest: &f64) -> f64 {
///         *largest
///     }
/// }
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [-3.0]])?;
/// let mut line = Line::zeroed();
/// assert_eq!(line.measure(&data, (LargestError, MeanAbsoluteError)), (3.0, 2.0));
///
/// // Recorded for every epoch of training, under the name of the metric.
/// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(LargestError).epochs(9).fit(&mut line, &data)?;
/// assert_eq!(history["largest_error"][0], 3.0);
/// assert!(history["largest_error"][8] < 3.0);
/// # Ok::<(), typenet::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "the metric `{Self}` does not fit a network whose output is `{Output}`",
    label = "this metric does not fit the network"
)]
pub trait Metric<Output: Shape>: Send + Sync {
    /// The kind of target that the metric compares with. Weights of [`Weighted`] targets are ignored.
    type Target: Target;
    /// What the metric keeps about the samples so far. `u64`, `f64`, and arrays, tuples and vectors of these implement
    /// [`MetricState`].
    type State: MetricState;
    /// The result over all samples: `f64` for a metric that is recorded during training.
    type Value;

    /// Returns the name in histories. The measure on the validation set has the prefix `val_`.
    ///
    /// The default is the name of the type in snake case, without generic arguments: `largest_error` for `LargestError`.
    fn name(&self) -> String {
        snake_case(type_name::<Self>())
    }

    /// Returns which values are better. Early stopping, a plateau and the best checkpoint use this direction.
    ///
    /// The default is `None`. A [`Monitor`](crate::Monitor) of such a metric must set the direction.
    fn better(&self) -> Option<Better> {
        None
    }

    /// Adds a sample to the state.
    fn add<T: Scalar>(&self, state: &mut Self::State, prediction: &[T], target: &<Self::Target as Target>::Value<T>);

    /// Returns the value for the samples so far.
    #[must_use]
    fn value(&self, state: &Self::State) -> Self::Value;
}

/// Which values of a measure are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Better {
    /// Smaller values are better, as for a loss.
    Smaller,
    /// Larger values are better, as for an accuracy.
    Larger,
}

/// Returns the last segment of a type path, in snake case.
fn snake_case(path: &str) -> String {
    let path = path.split('<').next().unwrap_or(path);
    let name = path.rsplit("::").next().unwrap_or(path);
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, letter) in name.char_indices() {
        let ends_word = name[..index].ends_with(|before: char| !before.is_uppercase());
        let begins_word = name[index..].chars().nth(1).is_some_and(char::is_lowercase);
        if letter.is_uppercase() && index > 0 && (ends_word || begins_word) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

macro_rules! metrics_at_once {
    ($($metric:ident $index:tt)*) => {
        impl<Output: Shape, A: Metric<Output>, $($metric: Metric<Output, Target = A::Target>),*> Metric<Output>
            for (A, $($metric),*)
        {
            type Target = A::Target;
            type State = (A::State, $($metric::State),*);
            type Value = (A::Value, $($metric::Value),*);

            fn add<T: Scalar>(
                &self,
                state: &mut Self::State,
                prediction: &[T],
                target: &<A::Target as Target>::Value<T>,
            ) {
                self.0.add(&mut state.0, prediction, target);
                $(self.$index.add(&mut state.$index, prediction, target);)*
            }

            fn value(&self, state: &Self::State) -> Self::Value {
                (self.0.value(&state.0), $(self.$index.value(&state.$index)),*)
            }
        }
    };
}

metrics_at_once!(B 1);
metrics_at_once!(B 1 C 2);
metrics_at_once!(B 1 C 2 D 3);
metrics_at_once!(B 1 C 2 D 3 E 4);
metrics_at_once!(B 1 C 2 D 3 E 4 F 5);
metrics_at_once!(B 1 C 2 D 3 E 4 F 5 G 6);
metrics_at_once!(B 1 C 2 D 3 E 4 F 5 G 6 H 7);
metrics_at_once!(B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8);
metrics_at_once!(B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9);
metrics_at_once!(B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10);
metrics_at_once!(B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11);

/// Measures of predictions that are compared with targets `Y`: what a [`Loss`](crate::Loss) for these targets chooses as its `Evaluation`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not measure predictions for targets `{Y}`",
    note = "`Classification` is for classes, and for yes and no, `Regression` for values"
)]
pub trait Measures<Y: Target>: Evaluation {
    /// Returns the number of predictions that are compared with a target: one for each step of classes, and for each yes or no.
    fn predictions<T: Scalar>(_target: &Y::Value<T>) -> usize {
        1
    }

    /// Returns the error of one output: the number of wrong classes, or of wrong yes or no, or the mean absolute difference for values.
    fn miss<T: Scalar>(prediction: &[T], target: &Y::Value<T>) -> f64;
}

/// The measures of a network on a data set.
pub trait Evaluation: Clone + Debug + Display + PartialEq + Send + Sync {
    /// Creates the measures from the sums of the loss, of [`Measures::miss`] and of [`Measures::predictions`] over `samples` samples, at
    /// least one.
    fn from_sums(loss: f64, miss: f64, samples: usize, predictions: usize) -> Self;

    /// Returns the mean loss.
    fn loss(&self) -> f64;

    /// Returns the share of samples, steps or outputs that were classified correctly, or `None` for values.
    fn accuracy(&self) -> Option<f64>;
}

/// The measures of a classifier: of classes, or of yes and no for [`BinaryCrossEntropy`](crate::BinaryCrossEntropy) and
/// [`Hinge`](crate::Hinge). `Display` writes the loss as [`Significant`] and the accuracy as [`Share`].
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Guess = Dense<1, 2>, Softmax);
/// let data = Dataset::<Vector<1>, Class<2>>::labelled([[0.0], [1.0]], [0, 1])?;
/// // Both classes are as probable, and the first of equals counts.
/// let result: typenet::Classification = Guess::zeroed().evaluate(&data, &Nll);
/// assert_eq!(result.to_string(), "loss 0.6931, accuracy 0.5000");
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Classification {
    /// The mean loss per sample.
    pub loss: f64,
    /// The share of samples, or steps with a target, whose most probable class is the target. For yes and no, the share of outputs whose score is above
    /// 0 if the target is yes, and not above 0 otherwise, as [`BinaryAccuracy`] counts them.
    pub accuracy: f64,
}

impl Display for Classification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {}, accuracy {}", Significant(self.loss), Share(self.accuracy))
    }
}

impl Evaluation for Classification {
    fn from_sums(loss: f64, miss: f64, samples: usize, predictions: usize) -> Self {
        let predictions = predictions as f64;
        // The counts are exact, so this has the same bits as the metric `Accuracy`; `1 - miss / predictions` would differ by
        // rounding.
        Self { loss: loss / samples as f64, accuracy: (predictions - miss) / predictions }
    }

    fn loss(&self) -> f64 {
        self.loss
    }

    fn accuracy(&self) -> Option<f64> {
        Some(self.accuracy)
    }
}

/// The measures of a network that predicts values. `Display` writes both as [`Significant`].
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[0.25], [0.5]])?;
/// let result: typenet::Regression = Line::zeroed().evaluate(&data, &MeanSquaredError);
/// assert_eq!(result.to_string(), "loss 0.1562, mean absolute error 0.3750");
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Regression {
    /// The mean loss per sample.
    pub loss: f64,
    /// The mean of |prediction - target| over samples, or steps with a target, and outputs.
    pub mean_absolute_error: f64,
}

impl Display for Regression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (loss, mean_absolute_error) = (Significant(self.loss), Significant(self.mean_absolute_error));
        write!(f, "loss {loss}, mean absolute error {mean_absolute_error}")
    }
}

impl Evaluation for Regression {
    fn from_sums(loss: f64, miss: f64, samples: usize, predictions: usize) -> Self {
        Self { loss: loss / samples as f64, mean_absolute_error: miss / predictions as f64 }
    }

    fn loss(&self) -> f64 {
        self.loss
    }

    fn accuracy(&self) -> Option<f64> {
        None
    }
}

impl<C: ClassTarget> Measures<C> for Classification {
    fn predictions<T: Scalar>(_: &C::Value<T>) -> usize {
        C::STEPS
    }

    fn miss<T: Scalar>(prediction: &[T], target: &C::Value<T>) -> f64 {
        let steps = prediction.chunks_exact((prediction.len() / C::STEPS.max(1)).max(1)).enumerate();
        // The prediction of a diverged network is not finite, so no class counts as correct.
        let is_right = |(step, scores)| predicted(scores) == Some(C::number::<T>(target, step) as usize);
        steps.map(|step| if is_right(step) { 0.0 } else { 1.0 }).sum()
    }
}

/// Yes and no: a target above 0.5 is yes, and a score above 0 predicts it.
impl<const M: usize> Measures<Vector<M>> for Classification {
    fn predictions<T: Scalar>(_: &[T; M]) -> usize {
        M
    }

    fn miss<T: Scalar>(prediction: &[T], target: &[T; M]) -> f64 {
        let is_right = |(score, target)| binary_accuracy::is_right(score, target);
        prediction.iter().zip(target).map(|pair| if is_right(pair) { 0.0 } else { 1.0 }).sum()
    }
}

impl<S: Shape> Measures<S> for Regression {
    fn miss<T: Scalar>(prediction: &[T], target: &S::Array<T>) -> f64 {
        let sum: f64 = prediction.iter().zip(S::flat(target)).map(|(&p, &t)| (p - t).absolute().to_f64()).sum();
        sum / S::LEN as f64
    }
}

impl<Y: Target, E: Measures<Y>> Measures<Weighted<Y>> for E {
    fn predictions<T: Scalar>(target: &<Weighted<Y> as Target>::Value<T>) -> usize {
        <E as Measures<Y>>::predictions(target.target())
    }

    fn miss<T: Scalar>(prediction: &[T], target: &<Weighted<Y> as Target>::Value<T>) -> f64 {
        <E as Measures<Y>>::miss(prediction, target.target())
    }
}

/// Returns `part / whole`, or 0 if `whole` is 0.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::{Classification, Regression, snake_case};

    #[test]
    fn measures_of_any_magnitude_print_with_four_digits() {
        let regression = |loss, mean_absolute_error| Regression { loss, mean_absolute_error }.to_string();
        assert_eq!(regression(1.25e-5, 1e-300), "loss 1.250e-5, mean absolute error 1.000e-300");
        assert_eq!(regression(f64::NAN, 1e300), "loss NaN, mean absolute error 1.000e300");
        let classification = |loss, accuracy| Classification { loss, accuracy }.to_string();
        assert_eq!(classification(0.0, 1.0), "loss 0, accuracy 1.0000");
        assert_eq!(classification(-1e-7, 0.99999), "loss -1.000e-7, accuracy 0.99999");
    }

    #[test]
    fn a_default_name_is_the_type_name_in_snake_case() {
        let names = [
            ("my_crate::metrics::LargestError", "largest_error"),
            ("Top3", "top3"),
            ("a::Within<10>", "within"),
            ("a::Pair<a::B, c::D<1>>", "pair"),
            ("RSquared", "r_squared"),
            ("MSE", "mse"),
            ("a::MSEOfAll", "mse_of_all"),
        ];
        for (path, name) in names {
            assert_eq!(snake_case(path), name);
        }
    }
}
