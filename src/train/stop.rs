//! Does training go on?

use core::ops::ControlFlow;

/// Whether training goes on: the stronger the later.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    No,
    /// For now: training is to go on after `resume`.
    Pause,
    /// Training is over.
    End,
}

impl Stop {
    pub(super) const fn new(flow: ControlFlow<()>, pauses: bool) -> Self {
        match flow {
            ControlFlow::Continue(()) => Self::No,
            ControlFlow::Break(()) if pauses => Self::Pause,
            ControlFlow::Break(()) => Self::End,
        }
    }
}
