//! How does a layer read a sequence one step at a time?

/// What a layer needs to read a stream, whose steps come one at a time: the output at a step depends only on this step and
/// earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamPlan {
    /// The number of elements that the layer keeps from step to step. They are zero before the first one.
    pub state: usize,
    /// The number of elements of scratch memory for a step.
    pub scratch: usize,
    /// The largest number of steps; `usize::MAX` for any number.
    pub steps: usize,
    /// Whether `forward` begins at the state of [`Phase::carried`](crate::Phase::carried) and leaves the one in which it ends, so that
    /// a network learns from a long sequence in windows. Without a state, whether the output at a step depends on this step alone,
    /// and not on its position.
    pub carries: bool,
}

impl StreamPlan {
    /// Returns the plan of a layer that acts on each step by itself, with this number of elements of scratch memory.
    #[must_use]
    pub const fn stateless(scratch: usize) -> Self {
        Self { state: 0, scratch, steps: usize::MAX, carries: true }
    }

    /// Returns the plan of two layers, one after the other, which share their scratch memory.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            state: self.state + other.state,
            scratch: if self.scratch > other.scratch { self.scratch } else { other.scratch },
            steps: if self.steps < other.steps { self.steps } else { other.steps },
            carries: self.carries && other.carries,
        }
    }

    /// Returns the plan with more scratch memory.
    #[must_use]
    pub const fn with_scratch(self, more: usize) -> Self {
        Self { scratch: self.scratch + more, ..self }
    }

    /// Returns the plan of two layers, one after the other, or `None` if one of them needs the whole sequence.
    pub(crate) const fn joint(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) => Some(one.and(other)),
            _ => None,
        }
    }
}

/// The memory that [`Layer::step`](crate::Layer::step) reads and writes, apart from the parameters, for one step of one
/// sequence.
#[derive(Debug)]
pub struct NextStep<'a, T> {
    /// The input at the step.
    pub input: &'a [T],
    /// The memory for the output at the step.
    pub output: &'a mut [T],
    /// What the layer keeps from step to step, [`StreamPlan::state`] elements.
    pub state: &'a mut [T],
    /// Scratch memory of [`StreamPlan::scratch`] elements.
    pub scratch: &'a mut [T],
    /// The number of steps before.
    pub position: usize,
}
