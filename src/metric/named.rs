//! What is the name of a metric in a history?

use alloc::borrow::Cow;
use alloc::string::String;

use crate::metric::{Better, Metric};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;

/// A metric under another name. Created by [`named`].
#[derive(Clone, Debug)]
pub struct Named<M> {
    name: Cow<'static, str>,
    metric: M,
}

/// Renames a metric, for example when two metrics of a trainer would have the same name.
///
/// # Example
/// ```
/// use typenet::metric::{BinaryConfusionMatrix, named, number};
/// use typenet::prelude::*;
///
/// let f1 = |threshold| number("f1", BinaryConfusionMatrix::threshold(threshold), BinaryConfusionMatrix::f1);
///
/// network!(struct Score = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[0.0], [1.0]])?;
/// let history = Trainer::new(BinaryCrossEntropy, Sgd::new(0.1))
///     .metric(f1(0.0))
///     .metric(named("strict_f1", f1(1.0)))
///     .fit(&mut Score::zeroed(), &data)?;
/// assert!(history.get("f1").is_some() && history.get("strict_f1").is_some());
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn named<M>(name: impl Into<Cow<'static, str>>, metric: M) -> Named<M> {
    Named { name: name.into(), metric }
}

impl<Output: Shape, M: Metric<Output>> Metric<Output> for Named<M> {
    type Target = M::Target;
    type State = M::State;
    type Value = M::Value;

    fn name(&self) -> String {
        self.name.clone().into_owned()
    }

    fn better(&self) -> Option<Better> {
        self.metric.better()
    }

    fn add<T: Scalar>(&self, state: &mut M::State, prediction: &[T], target: &<M::Target as Target>::Value<T>) {
        self.metric.add(state, prediction, target);
    }

    fn value(&self, state: &M::State) -> M::Value {
        self.metric.value(state)
    }
}
