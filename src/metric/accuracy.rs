//! How often is the wanted class among the most probable ones?

use crate::metric::{Metric, ScoresClasses, argmax};
use crate::scalar::Scalar;
use crate::target::{ClassTarget, Target};

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
/// // Zero weights make all classes equal, and the first of them is the answer.
/// assert_eq!(Guess::zeroed().measure(&data, Accuracy::default()), 0.5);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accuracy {
    right: u64,
    samples: u64,
}

impl<Output: ScoresClasses> Metric<Output> for Accuracy {
    type Target = Output::Class;
    type Value = f64;

    fn add<T: Scalar>(&mut self, prediction: &[T], target: &<Output::Class as Target>::Value<T>) {
        let answers = prediction.iter().all(|p| p.is_finite());
        let right = answers && argmax(prediction) == Output::Class::number::<T>(target) as usize;
        self.right += u64::from(right);
        self.samples += 1;
    }

    fn value(self) -> f64 {
        self.right as f64 / self.samples as f64
    }
}

/// The share of samples whose wanted class is among the `COUNT` classes with the largest scores, lower classes first where
/// scores are equal.
///
/// A prediction with a number that is not finite is wrong. The share of no samples is NaN.
///
/// # Example
/// ```
/// use typenet::metric::TopK;
/// use typenet::prelude::*;
///
/// network!(struct Guess = Dense<1, 4>, Softmax);
/// let data = Dataset::<Vector<1>, Class<4>>::labelled([[0.0], [1.0]], [1, 2])?;
/// assert_eq!(Guess::zeroed().measure(&data, TopK::<2>::default()), 0.5);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TopK<const COUNT: usize> {
    right: u64,
    samples: u64,
}

impl<Output: ScoresClasses, const COUNT: usize> Metric<Output> for TopK<COUNT> {
    type Target = Output::Class;
    type Value = f64;

    fn add<T: Scalar>(&mut self, prediction: &[T], target: &<Output::Class as Target>::Value<T>) {
        let wanted = Output::Class::number::<T>(target) as usize;
        let before = |(class, &score): (usize, &T)| {
            score > prediction[wanted] || (score == prediction[wanted] && class < wanted)
        };
        let answers = prediction.iter().all(|p| p.is_finite());
        let rank = prediction.iter().enumerate().filter(|&entry| before(entry)).count();
        self.right += u64::from(answers && rank < COUNT);
        self.samples += 1;
    }

    fn value(self) -> f64 {
        self.right as f64 / self.samples as f64
    }
}
