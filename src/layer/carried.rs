//! How does a layer go on where the window before ended?

use crate::layer::Plan;

/// The states that layers carry from window to window of longer sequences, in a pass over the next window of each. Every layer has
/// [`StreamPlan::state`](crate::StreamPlan::state) elements per sample, those of a layer for all samples of the pass together.
#[derive(Debug)]
pub(crate) struct CarriedStates<'a, T> {
    /// The states in which the windows before ended; empty if nothing is carried.
    pub(crate) before: &'a [T],
    /// The memory for the states in which these windows end; empty in a backward pass.
    pub(crate) after: &'a mut [T],
    /// The number of samples.
    samples: usize,
}

impl<'a, T> CarriedStates<'a, T> {
    /// Returns the states of a pass in which sequences begin and end, and nothing is carried.
    #[inline(always)]
    pub(crate) const fn none() -> Self {
        Self { before: &[], after: &mut [], samples: 0 }
    }

    /// Returns the states of a pass over this number of samples.
    #[inline]
    pub(crate) fn new(samples: usize, before: &'a [T], after: &'a mut [T]) -> Self {
        Self { before, after, samples }
    }

    /// Returns the same states for a forward pass that is computed again, which leaves no states.
    #[inline]
    pub(crate) fn again(&self) -> CarriedStates<'_, T> {
        CarriedStates { before: self.before, after: &mut [], samples: self.samples }
    }

    /// Takes the states of the first layer whose states were not taken, which has the plan `P`.
    #[inline]
    pub(crate) fn take_first<P: Plan>(&mut self) -> Self {
        if const { len::<P>() == 0 } || self.before.is_empty() {
            return Self::none();
        }
        let len = self.samples * const { len::<P>() };
        let (before, others) = self.before.split_at(len);
        self.before = others;
        let (after, others) = self.split_after(len);
        self.after = others;
        Self { before, after, samples: self.samples }
    }

    /// Takes the states of the last layer whose states were not taken, which has the plan `P`.
    #[inline]
    pub(crate) fn take_last<P: Plan>(&mut self) -> Self {
        if const { len::<P>() == 0 } || self.before.is_empty() {
            return Self::none();
        }
        let others = self.before.len() - self.samples * const { len::<P>() };
        let (others_before, before) = self.before.split_at(others);
        self.before = others_before;
        let (others_after, after) = self.split_after(others);
        self.after = others_after;
        Self { before, after, samples: self.samples }
    }

    /// Splits the memory for the states after, which is empty in a backward pass.
    #[inline]
    fn split_after(&mut self, len: usize) -> (&'a mut [T], &'a mut [T]) {
        let after = core::mem::take(&mut self.after);
        let middle = len.min(after.len());
        after.split_at_mut(middle)
    }
}

/// Returns the number of elements per sample that a layer with the plan `P` carries.
const fn len<P: Plan>() -> usize {
    match P::STREAM {
        Some(plan) if plan.carries => plan.state,
        _ => 0,
    }
}
