//! Which metrics are recorded for every epoch?

use alloc::vec;
use alloc::vec::Vec;
use core::mem;

use crate::error::{Error, Result};
use crate::history::{LOSS, Measure, OTHER_COLUMNS, VALIDATION, VALIDATION_LOSS};
use crate::loss::Loss;
use crate::metric::{Better, Evaluation, Metric, MetricState, OneNumber};
use crate::network::{Network, Observer};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::{Holds, Target};

/// The metrics of a trainer, for a network with the output `Output` and targets of the kind `Y`, in the order in which they
/// were added.
///
/// [`Trainer::metric`](crate::Trainer::metric) adds to them. [`Metric`] describes what a type measures.
pub trait Metrics<Output: Shape, Y: Target>: Sync {
    /// Whether there are metrics.
    #[doc(hidden)]
    const EXIST: bool;

    /// The states of all metrics.
    #[doc(hidden)]
    type States: Send;

    #[doc(hidden)]
    fn states(&self) -> Self::States;

    /// Clears the states for a new epoch.
    #[doc(hidden)]
    fn clear(states: &mut Self::States);

    /// Appends the measures that are recorded.
    #[doc(hidden)]
    fn describe(&self, prefix: &str, measures: &mut Vec<Measure>);

    #[doc(hidden)]
    fn add<T: Scalar>(&self, states: &mut Self::States, prediction: &[T], target: &Y::Value<T>);

    /// Calls `value` with the value of each metric.
    #[doc(hidden)]
    fn values(&self, states: &Self::States, value: &mut dyn FnMut(f64));

    /// Appends the states as words.
    #[doc(hidden)]
    fn save(states: &Self::States, words: &mut Vec<u64>);

    /// Restores the states from words.
    ///
    /// # Errors
    /// [`Error::OtherMeasures`] if the words belong to other metrics.
    #[doc(hidden)]
    fn restore(&self, words: &mut &[u64]) -> Result<Self::States>;
}

impl<Output: Shape, Y: Target> Metrics<Output, Y> for () {
    const EXIST: bool = false;

    type States = ();

    fn states(&self) {}

    fn clear((): &mut ()) {}

    fn describe(&self, _: &str, _: &mut Vec<Measure>) {}

    fn add<T: Scalar>(&self, (): &mut (), _: &[T], _: &Y::Value<T>) {}

    fn values(&self, (): &(), _: &mut dyn FnMut(f64)) {}

    fn save((): &(), _: &mut Vec<u64>) {}

    fn restore(&self, _: &mut &[u64]) -> Result<()> {
        Ok(())
    }
}

/// A metric after others.
impl<Output, Y, A, B> Metrics<Output, Y> for (A, B)
where
    Output: Shape,
    Y: Holds<B::Target>,
    A: Metrics<Output, Y>,
    B: Metric<Output, Value: OneNumber>,
{
    const EXIST: bool = true;

    type States = (A::States, B::State);

    fn states(&self) -> Self::States {
        (self.0.states(), B::State::new())
    }

    fn clear((before, state): &mut Self::States) {
        A::clear(before);
        state.clear();
    }

    fn describe(&self, prefix: &str, measures: &mut Vec<Measure>) {
        self.0.describe(prefix, measures);
        measures.push(Measure::new([prefix, &self.1.name()].concat(), self.1.better()));
    }

    fn add<T: Scalar>(&self, (before, state): &mut Self::States, prediction: &[T], target: &Y::Value<T>) {
        self.0.add(before, prediction, target);
        self.1.add(state, prediction, Y::inner(target));
    }

    fn values(&self, (before, state): &Self::States, value: &mut dyn FnMut(f64)) {
        self.0.values(before, value);
        value(self.1.value(state).number());
    }

    fn save((before, state): &Self::States, words: &mut Vec<u64>) {
        A::save(before, words);
        let length = words.len();
        words.push(0);
        state.save(words);
        words[length] = (words.len() - length - 1) as u64;
    }

    fn restore(&self, words: &mut &[u64]) -> Result<Self::States> {
        let before = self.0.restore(words)?;
        let mut restore = || {
            let length = usize::try_from(u64::restore(words)?).ok()?;
            let (mut own, rest) = mem::take(words).split_at_checked(length)?;
            *words = rest;
            B::State::restore(&mut own).filter(|_| own.is_empty())
        };
        let state = restore().ok_or_else(|| Error::OtherMeasures { name: self.1.name() })?;
        Ok((before, state))
    }
}

/// The name of the accuracy on the validation set.
const VALIDATION_ACCURACY: &str = "val_accuracy";

/// Returns the measures that are recorded for every epoch: the loss and metrics of training and, with a validation set, on that
/// set. For classes, and for yes and no, the accuracy on the validation set is always recorded.
pub(super) fn measures<N, L, M>(metrics: &M, validation: bool) -> Result<Vec<Measure>>
where
    N: Network,
    L: Loss<N::Output>,
    M: Metrics<N::Output, L::Target>,
{
    let mut measures = vec![Measure::new(LOSS, Some(Better::Smaller))];
    metrics.describe("", &mut measures);
    let is_wrong = |name: &str| name.is_empty() || name.starts_with(VALIDATION) || name.chars().any(char::is_control);
    if let Some(Measure { name, .. }) = measures.iter().find(|measure| is_wrong(&measure.name)) {
        return Err(Error::InvalidMeasureName { name: name.clone() });
    }
    if validation {
        measures.push(Measure::new(VALIDATION_LOSS, Some(Better::Smaller)));
        if adds_accuracy::<N, L, M>(metrics) {
            measures.push(Measure::new(VALIDATION_ACCURACY, Some(Better::Larger)));
        }
        metrics.describe(VALIDATION, &mut measures);
    }
    for (index, Measure { name, .. }) in measures.iter().enumerate() {
        let is_taken = measures[..index].iter().any(|measure| measure.name == *name);
        if is_taken || OTHER_COLUMNS.contains(&name.as_str()) {
            return Err(Error::DuplicateMeasure { name: name.clone() });
        }
    }
    Ok(measures)
}

/// Returns whether the accuracy on the validation set is measured together with the loss because no metric has its name.
pub(super) fn adds_accuracy<N, L, M>(metrics: &M) -> bool
where
    N: Network,
    L: Loss<N::Output>,
    M: Metrics<N::Output, L::Target>,
{
    let mut own = vec![];
    metrics.describe(VALIDATION, &mut own);
    let has_accuracy = L::Evaluation::from_sums(0.0, 0.0, 1, 1).accuracy().is_some();
    has_accuracy && own.iter().all(|measure| measure.name != VALIDATION_ACCURACY)
}

/// Metrics that observe the predictions of a network.
pub(super) struct Watching<'a, M, S> {
    pub(super) metrics: &'a M,
    pub(super) states: &'a mut S,
}

impl<N, Y, M> Observer<N, Y> for Watching<'_, M, M::States>
where
    N: Network,
    Y: Target,
    M: Metrics<N::Output, Y>,
{
    const LOOKS: bool = M::EXIST;

    fn see(&mut self, predictions: &[N::Scalar], targets: &[Y::Value<N::Scalar>]) {
        for (prediction, target) in predictions.chunks_exact(N::Output::LEN).zip(targets) {
            self.metrics.add(self.states, prediction, target);
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::Metrics;
    use crate::error::Error;
    use crate::metric::{Accuracy, ConfusionMatrix, TopK, number};
    use crate::shape::Vector;
    use crate::target::Class;

    #[test]
    fn states_are_restored_and_states_of_other_metrics_are_an_error() {
        let recall = number("macro_recall", ConfusionMatrix::<3>::new(), ConfusionMatrix::macro_recall);
        let metrics = (((), Accuracy), recall);
        let list: &dyn Fn() -> _ = &|| Metrics::<Vector<3>, Class<3>>::states(&metrics);
        let mut states = list();
        for (label, scores) in [(0, [1.0, 0.0, 0.0]), (1, [1.0, 0.0, 0.0]), (2, [0.0, 0.0, 1.0])] {
            let target = Class::<3>::new(label).unwrap();
            Metrics::<Vector<3>, Class<3>>::add(&metrics, &mut states, &scores, &target);
        }
        let mut words = vec![];
        save(&metrics, &states, &mut words);
        let restored = Metrics::<Vector<3>, Class<3>>::restore(&metrics, &mut &words[..]).unwrap();
        let mut values = Vec::new();
        Metrics::<Vector<3>, Class<3>>::values(&metrics, &restored, &mut |value| values.push(value));
        assert_eq!(values, [2.0 / 3.0, 2.0 / 3.0]);

        let other = (((), Accuracy), TopK::<2>);
        let error = Metrics::<Vector<3>, Class<3>>::restore(&other, &mut &words[..]).unwrap_err();
        assert_eq!(error, Error::OtherMeasures { name: "top_2_accuracy".into() });
        let error = Metrics::<Vector<3>, Class<3>>::restore(&other, &mut &words[..2]).unwrap_err();
        assert_eq!(error, Error::OtherMeasures { name: "accuracy".into() });
    }

    fn save<M: Metrics<Vector<3>, Class<3>>>(_: &M, states: &M::States, words: &mut Vec<u64>) {
        M::save(states, words);
    }
}
