//! Does training continue?

use core::ops::ControlFlow;

/// Whether training continues. A later variant takes precedence over an earlier one.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    No,
    /// Training stops, and continues after `resume`.
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
