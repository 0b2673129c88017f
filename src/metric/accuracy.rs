//! How often is the wanted class among the most probable ones?

use alloc::format;
use alloc::string::String;

use crate::metric::{Better, Metric, ScoresClasses, argmax};
use crate::scalar::Scalar;
use crate::target::{ClassTarget, Target};

/// The samples that were classified right, and all samples.
type RightOf = (u64, u64);

/// The share of samples whose wanted class has the largest score, the first of equal ones.
///
/// A prediction with a number that is not finite is wrong. The share of no samples is NaN.
///
/// # Example
/// ```
/// use typenet::metric::Accuracy;
/// use typenet::prelude::*;
///
/// network!(struct Guess = Dense<1, 4>, Softmax);
/// let data = Dataset::<Vector<1>, Class<4>>::labelled([[0.0], [1.0]], [0, 3])?;
/// // Zero weights make all classes equal, and the first of them is predicted.
/// assert_eq!(Guess::zeroed().measure(&data, Accuracy), 0.5);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accuracy;

impl<Output: ScoresClasses> Metric<Output> for Accuracy {
    type Target = Output::Class;
    type State = RightOf;
    type Value = f64;

    fn better(&self) -> Option<Better> {
        Some(Better::Larger)
    }

    fn add<T: Scalar>(
        &self,
        (right_samples, samples): &mut RightOf,
        prediction: &[T],
        target: &<Output::Class as Target>::Value<T>,
    ) {
        let answers = prediction.iter().all(|p| p.is_finite());
        let right = answers && argmax(prediction) == Output::Class::number::<T>(target) as usize;
        *right_samples += u64::from(right);
        *samples += 1;
    }

    fn value(&self, &(right_samples, samples): &RightOf) -> f64 {
        right_samples as f64 / samples as f64
    }
}

/// The share of samples whose wanted class is among the `COUNT` classes with the largest scores, lower classes first where
/// scores are equal.
///
/// A prediction with a number that is not finite is wrong. The share of no samples is NaN. In histories, `TopK<3>` is
/// `top_3_accuracy`.
///
/// # Example
/// ```
/// use typenet::metric::TopK;
/// use typenet::prelude::*;
///
/// network!(struct Guess = Dense<1, 4>, Softmax);
/// let data = Dataset::<Vector<1>, Class<4>>::labelled([[0.0], [1.0]], [1, 2])?;
/// assert_eq!(Guess::zeroed().measure(&data, TopK::<2>), 0.5);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TopK<const COUNT: usize>;

impl<Output: ScoresClasses, const COUNT: usize> Metric<Output> for TopK<COUNT> {
    type Target = Output::Class;
    type State = RightOf;
    type Value = f64;

    fn name(&self) -> String {
        format!("top_{COUNT}_accuracy")
    }

    fn better(&self) -> Option<Better> {
        Some(Better::Larger)
    }

    fn add<T: Scalar>(
        &self,
        (right_samples, samples): &mut RightOf,
        prediction: &[T],
        target: &<Output::Class as Target>::Value<T>,
    ) {
        let wanted = Output::Class::number::<T>(target) as usize;
        let before = |(class, &score): (usize, &T)| {
            score > prediction[wanted] || (score == prediction[wanted] && class < wanted)
        };
        let answers = prediction.iter().all(|p| p.is_finite());
        let rank = prediction.iter().enumerate().filter(|&entry| before(entry)).count();
        *right_samples += u64::from(answers && rank < COUNT);
        *samples += 1;
    }

    fn value(&self, &(right_samples, samples): &RightOf) -> f64 {
        right_samples as f64 / samples as f64
    }
}
