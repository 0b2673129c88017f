//! How often is the target among the most probable classes?

use alloc::format;
use alloc::string::String;

use crate::metric::{Better, Metric, ScoresClasses, predicted, steps};
use crate::scalar::Scalar;
use crate::shape::arithmetic::features;
use crate::target::Target;

/// The number of samples, or steps, that were classified correctly, and the number of all of them.
type CorrectOf = (u64, u64);

/// The share of samples whose target class has the largest score; for a network that scores classes for each step, the share of all
/// steps. If several scores are equal, the first class is the prediction.
///
/// A prediction with an element that is not finite is wrong. The accuracy of no samples is NaN.
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
    type State = CorrectOf;
    type Value = f64;

    fn better(&self) -> Option<Better> {
        Some(Better::Larger)
    }

    fn add<T: Scalar>(
        &self,
        (correct, all): &mut CorrectOf,
        prediction: &[T],
        target: &<Output::Class as Target>::Value<T>,
    ) {
        for (scores, class) in steps::<Output, T>(prediction, target) {
            *correct += u64::from(predicted(scores) == Some(class));
            *all += 1;
        }
    }

    fn value(&self, &(correct, all): &CorrectOf) -> f64 {
        correct as f64 / all as f64
    }
}

/// The share of samples whose target class is among the `COUNT` classes with the largest scores; for a network that scores classes
/// for each step, the share of all steps. If scores are equal, lower classes come first.
///
/// A prediction with an element that is not finite is wrong. The accuracy of no samples is NaN. In histories, the name of
/// `TopK<3>` is `top_3_accuracy`.
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
    type State = CorrectOf;
    type Value = f64;

    fn name(&self) -> String {
        const { assert!(0 < COUNT && COUNT <= features::<Output>(), "`TopK<K>` needs a K from 1 to the number of classes") };
        format!("top_{COUNT}_accuracy")
    }

    fn better(&self) -> Option<Better> {
        Some(Better::Larger)
    }

    fn add<T: Scalar>(
        &self,
        (correct, all): &mut CorrectOf,
        prediction: &[T],
        target: &<Output::Class as Target>::Value<T>,
    ) {
        for (scores, class) in steps::<Output, T>(prediction, target) {
            let before =
                |(other, &score): (usize, &T)| score > scores[class] || (score == scores[class] && other < class);
            let finite = scores.iter().all(|score| score.is_finite());
            let rank = scores.iter().enumerate().filter(|&entry| before(entry)).count();
            *correct += u64::from(finite && rank < COUNT);
            *all += 1;
        }
    }

    fn value(&self, &(correct, all): &CorrectOf) -> f64 {
        correct as f64 / all as f64
    }
}
