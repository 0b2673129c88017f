//! Metrics of the steps that have a target.

use alloc::string::String;

use crate::metric::{Better, Classification, Measured, Metric};
use crate::scalar::Scalar;
use crate::shape::{Probabilities, ProbabilitySequence, Sequence, Vector};
use crate::target::{Class, Masked};

/// Implements the metric for sequences whose steps are of one shape.
macro_rules! masked_metric {
    ($sequence:ident, $step:ident) => {
        impl<M, const N: usize, const K: usize> Metric<$sequence<N, K>> for Masked<M>
        where
            M: Metric<$step<K>, Target = Class<K>>,
        {
            type Target = [Option<Class<K>>; N];
            type State = M::State;
            type Value = M::Value;

            fn name(&self) -> String {
                self.0.name()
            }

            fn better(&self) -> Option<Better> {
                self.0.better()
            }

            fn add<T: Scalar>(&self, state: &mut M::State, prediction: &[T], target: &[Option<Class<K>>; N]) {
                for (prediction, class) in prediction.chunks_exact(K).zip(target) {
                    if let Some(class) = class {
                        self.0.add(state, prediction, class);
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

/// The share of the steps with a target that are wrong, so that every sample counts equally, as in the loss.
impl<const K: usize, const N: usize> Measured for [Option<Class<K>>; N] {
    type Evaluation = Classification;

    fn miss<T: Scalar>(prediction: &[T], target: &Self) -> f64 {
        let (mut wrong, mut count) = (0.0, 0.0);
        for (scores, class) in prediction.chunks_exact(K).zip(target) {
            if let Some(class) = class {
                wrong += Class::miss(scores, class);
                count += 1.0;
            }
        }
        if count > 0.0 { wrong / count } else { 0.0 }
    }
}
