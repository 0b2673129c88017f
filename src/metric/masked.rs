//! Metrics of the steps that have a target.

use alloc::string::String;

use crate::metric::{Better, Measures, Metric};
use crate::scalar::Scalar;
use crate::shape::{Probabilities, ProbabilitySequence, Sequence, Vector};
use crate::target::{Masked, Target};

/// Implements the metric for sequences whose steps are of one shape.
macro_rules! masked_metric {
    ($sequence:ident, $step:ident) => {
        impl<M: Metric<$step<K>>, const N: usize, const K: usize> Metric<$sequence<N, K>> for Masked<M> {
            type Target = [Option<M::Target>; N];
            type State = M::State;
            type Value = M::Value;

            fn name(&self) -> String {
                self.0.name()
            }

            fn better(&self) -> Option<Better> {
                self.0.better()
            }

            fn add<T: Scalar>(
                &self,
                state: &mut M::State,
                prediction: &[T],
                targets: &[Option<<M::Target as Target>::Value<T>>; N],
            ) {
                for (prediction, target) in prediction.chunks_exact(K).zip(targets) {
                    if let Some(target) = target {
                        self.0.add(state, prediction, target);
                    }
                }
            }

            fn value(&self, state: &M::State) -> M::Value {
                self.0.value(state)
            }
        }
    };
}

masked_metric!(ProbabilitySequence, Probabilities);
masked_metric!(Sequence, Vector);

/// Each step with a target counts as a sample, as in the metrics.
impl<Y: Target, E: Measures<Y>, const N: usize> Measures<[Option<Y>; N]> for E {
    fn predictions<T: Scalar>(targets: &[Option<Y::Value<T>>; N]) -> usize {
        targets.iter().flatten().map(<E as Measures<Y>>::predictions).sum()
    }

    fn miss<T: Scalar>(prediction: &[T], targets: &[Option<Y::Value<T>>; N]) -> f64 {
        let steps = prediction.chunks_exact(prediction.len() / N).zip(targets);
        steps.filter_map(|(prediction, target)| Some(<E as Measures<Y>>::miss(prediction, target.as_ref()?))).sum()
    }
}
