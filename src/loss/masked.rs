//! The loss of the steps that have a target.

use core::slice;

use crate::kernel::{Isa, Kernels};
use crate::loss::Loss;
use crate::shape::{Probabilities, ProbabilitySequence, Sequence, Shape, Vector};
use crate::target::{Class, Masked};

impl<L, const N: usize, const K: usize> Loss<ProbabilitySequence<N, K>> for Masked<L>
where
    L: Loss<Probabilities<K>, Target = Class<K>>,
{
    type Target = [Option<Class<K>>; N];

    const TAKES_RAW_SCORES: bool = L::TAKES_RAW_SCORES;

    #[inline(always)]
    fn evaluate<T: Kernels, I: Isa>(
        &self,
        isa: I,
        logits: &[T],
        targets: &[[Option<Class<K>>; N]],
        weight: T,
        gradient: Option<&mut [T]>,
    ) -> T {
        of_steps::<Probabilities<K>, L, T, I, N, K>(&self.0, isa, logits, targets, weight, gradient)
    }
}

impl<L, const N: usize, const K: usize> Loss<Sequence<N, K>> for Masked<L>
where
    L: Loss<Vector<K>, Target = Class<K>>,
{
    type Target = [Option<Class<K>>; N];

    const TAKES_RAW_SCORES: bool = L::TAKES_RAW_SCORES;

    #[inline(always)]
    fn evaluate<T: Kernels, I: Isa>(
        &self,
        isa: I,
        logits: &[T],
        targets: &[[Option<Class<K>>; N]],
        weight: T,
        gradient: Option<&mut [T]>,
    ) -> T {
        of_steps::<Vector<K>, L, T, I, N, K>(&self.0, isa, logits, targets, weight, gradient)
    }
}

/// Returns the sum over the samples of the mean over their steps that have a target.
#[inline(always)]
fn of_steps<Step, L, T, I, const N: usize, const K: usize>(
    loss: &L,
    isa: I,
    logits: &[T],
    targets: &[[Option<Class<K>>; N]],
    weight: T,
    mut gradient: Option<&mut [T]>,
) -> T
where
    Step: Shape,
    L: Loss<Step, Target = Class<K>>,
    T: Kernels,
    I: Isa,
{
    let mut sum = T::ZERO;
    for (sample, targets) in targets.iter().enumerate() {
        let count = targets.iter().flatten().count();
        let of_each = T::ONE / T::from_count(count.max(1));
        let mut of_sample = T::ZERO;
        for (step, target) in targets.iter().enumerate() {
            let row = (sample * N + step) * Step::LEN..(sample * N + step + 1) * Step::LEN;
            let gradient = gradient.as_deref_mut().map(|gradient| &mut gradient[row.clone()]);
            match target {
                Some(target) => {
                    let target = slice::from_ref(target);
                    of_sample += loss.evaluate(isa, &logits[row], target, weight * of_each, gradient);
                }
                None => gradient.into_iter().for_each(|gradient| gradient.fill(T::ZERO)),
            }
        }
        sum += of_sample * of_each;
    }
    sum
}
