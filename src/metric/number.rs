//! How does a single value of a larger result become a metric?

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt::{self, Debug};

use crate::metric::{Better, Metric};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;

/// A metric that is a single value computed from the value of another metric. Created by [`number`].
#[derive(Clone)]
pub struct Number<M, F> {
    name: Cow<'static, str>,
    metric: M,
    function: F,
    better: Option<Better>,
}

/// Creates a metric from a single value of another metric, such as the F1 of a confusion matrix, so that it can be recorded
/// during training.
///
/// `function` is applied to the other metric's value over the whole epoch or validation set, so the result is exact.
///
/// # Example
/// ```
/// use typenet::metric::number;
/// use typenet::prelude::*;
///
/// network!(struct Guess = Dense<1, 3>, Softmax);
/// let data = Dataset::<Vector<1>, Class<3>>::labelled([[0.5]; 4], [0, 1, 0, 2])?;
/// let f1 = number("macro_f1", ConfusionMatrix::<3>::new(), ConfusionMatrix::macro_f1).larger_is_better();
/// let history = Trainer::new(Nll, Sgd::new(0.1)).batch_size(1).metric(f1).fit(&mut Guess::zeroed(), &data)?;
/// assert!((0.0..=1.0).contains(&history["macro_f1"][0]));
/// # Ok::<(), typenet::Error>(())
/// ```
///
/// A closure must name the type of its argument: `|matrix: &ConfusionMatrix<3>| matrix.recall(rare)`.
pub fn number<M, F>(name: impl Into<Cow<'static, str>>, metric: M, function: F) -> Number<M, F> {
    Number { name: name.into(), metric, function, better: None }
}

impl<M, F> Number<M, F> {
    /// Marks larger values as better.
    #[must_use]
    pub fn larger_is_better(self) -> Self {
        Self { better: Some(Better::Larger), ..self }
    }

    /// Marks smaller values as better.
    #[must_use]
    pub fn smaller_is_better(self) -> Self {
        Self { better: Some(Better::Smaller), ..self }
    }
}

impl<Output: Shape, M: Metric<Output>, F: Fn(&M::Value) -> f64 + Send + Sync> Metric<Output> for Number<M, F> {
    type Target = M::Target;
    type State = M::State;
    type Value = f64;

    fn name(&self) -> String {
        self.name.clone().into_owned()
    }

    fn better(&self) -> Option<Better> {
        self.better
    }

    fn add<T: Scalar>(&self, state: &mut M::State, prediction: &[T], target: &<M::Target as Target>::Value<T>) {
        self.metric.add(state, prediction, target);
    }

    fn value(&self, state: &M::State) -> f64 {
        (self.function)(&self.metric.value(state))
    }
}

impl<M: Debug, F> Debug for Number<M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, metric, better, .. } = self;
        f.debug_struct("Number")
            .field("name", name)
            .field("metric", metric)
            .field("better", better)
            .finish_non_exhaustive()
    }
}

/// The value of a metric that can be recorded during training: a single number.
#[diagnostic::on_unimplemented(
    message = "a metric that is recorded for every epoch is one number, but the value of this one is `{Self}`",
    label = "the value of this metric is not one number",
    note = "help: `metric::number(\"name\", metric, |value| ..)` is one number of it; a trainer takes several metrics by several \
            calls of `metric`"
)]
pub trait OneNumber {
    /// Returns the number.
    fn number(self) -> f64;
}

impl OneNumber for f64 {
    fn number(self) -> f64 {
        self
    }
}
