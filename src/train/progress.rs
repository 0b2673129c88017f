//! What does training show while it runs?

#[cfg(feature = "progress")]
mod bar;

#[cfg(feature = "progress")]
pub use bar::ProgressBar;

use core::ops::ControlFlow;
use std::io::{Write, stdout};

use crate::history::EpochRecord;
use crate::network::Network;
use crate::train::Callback;

/// Prints a line per epoch to standard output; with the feature `progress`, `Progress::bar` shows a bar instead.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]], vec![[1.0]])?;
/// Trainer::new(MeanSquaredError, Sgd::new(0.1))
///     .epochs(2)
///     .callback(Progress::lines())
///     .fit(&mut Line::zeroed(), &data)?;
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Progress(());

impl Progress {
    /// Prints a line for every epoch.
    #[must_use]
    pub const fn lines() -> Self {
        Self(())
    }
}

impl<N: Network> Callback<N> for Progress {
    const WATCHES_STEPS: bool = false;

    fn epoch_end(&mut self, _: &N, record: &EpochRecord) -> ControlFlow<()> {
        // Training continues when the output has no reader any more, for example a closed pipe.
        let _ = writeln!(stdout().lock(), "{record}");
        ControlFlow::Continue(())
    }
}
