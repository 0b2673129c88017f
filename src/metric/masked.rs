//! Metrics of the steps that have a target.

use alloc::string::String;

use crate::metric::{Better, Measured, Metric};
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

/// The mean over the steps with a target, so that every sample counts equally, as in the loss.
impl<Y: Measured, const N: usize> Measured for [Option<Y>; N] {
    type Evaluation = Y::Evaluation;

    fn miss<T: Scalar>(prediction: &[T], targets: &Self::Value<T>) -> f64 {
        let (mut miss, mut count) = (0.0, 0.0);
        for (prediction, target) in prediction.chunks_exact(prediction.len() / N).zip(targets) {
            if let Some(target) = target {
                miss += Y::miss(prediction, target);
                count += 1.0;
            }
        }
        if count > 0.0 { miss / count } else { 0.0 }
    }
}
