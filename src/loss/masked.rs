//! The loss of the steps that have a target.

use core::slice;

use crate::kernel::{Isa, Kernels};
use crate::loss::{Loss, Objection, Values};
use crate::scalar::Scalar;
use crate::shape::{Probabilities, ProbabilitySequence, Sequence, Shape, Vector};
use crate::target::Masked;

/// Implements the loss for sequences whose steps are of one shape.
macro_rules! masked_loss {
    ($sequence:ident, $step:ident) => {
        impl<L: Loss<$step<K>>, const N: usize, const K: usize> Loss<$sequence<N, K>> for Masked<L> {
            type Target = [Option<L::Target>; N];
            type Takes = L::Takes;

            #[inline(always)]
            fn objection<T: Scalar>(&self, targets: &[Option<Values<L, $step<K>, T>>; N]) -> Option<Objection> {
                objection_of_steps::<$step<K>, L, T>(&self.0, targets)
            }

            #[inline(always)]
            fn evaluate<T: Kernels, I: Isa>(
                &self,
                isa: I,
                logits: &[T],
                targets: &[[Option<Values<L, $step<K>, T>>; N]],
                weight: T,
                gradient: Option<&mut [T]>,
            ) -> T {
                of_steps::<$step<K>, L, T, I, N>(&self.0, isa, logits, targets, weight, gradient)
            }
        }
    };
}

masked_loss!(ProbabilitySequence, Probabilities);
masked_loss!(Sequence, Vector);

/// Returns the first objection to the target of a step, with the position in the targets of all steps.
#[inline(always)]
fn objection_of_steps<Step, L, T>(loss: &L, targets: &[Option<Values<L, Step, T>>]) -> Option<Objection>
where
    Step: Shape,
    L: Loss<Step>,
    T: Scalar,
{
    targets.iter().enumerate().find_map(|(step, target)| {
        let objection = loss.objection::<T>(target.as_ref()?)?;
        Some(Objection { position: step * Step::LEN + objection.position, ..objection })
    })
}

/// Returns the sum over the samples of the mean over their steps that have a target.
#[inline(always)]
#[allow(clippy::type_complexity, reason = "the targets of samples, as the loss has them")]
fn of_steps<Step, L, T, I, const N: usize>(
    loss: &L,
    isa: I,
    logits: &[T],
    targets: &[[Option<Values<L, Step, T>>; N]],
    weight: T,
    mut gradient: Option<&mut [T]>,
) -> T
where
    Step: Shape,
    L: Loss<Step>,
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
