//! What may look on, and stop training, after each epoch?

use core::ops::ControlFlow;
use std::io::{Write, stdout};

use crate::history::EpochRecord;
use crate::network::Network;

/// Something that runs after each epoch: a type of one's own, or a closure that takes the record of the epoch.
///
/// # Example
/// Stop as soon as the training loss is small.
/// ```
/// use core::ops::ControlFlow;
/// use typenet::prelude::*;
///
/// struct Until(f64);
/// impl<N: Network> Callback<N> for Until {
///     fn epoch_end(&mut self, _: &N, record: &EpochRecord) -> ControlFlow<()> {
///         if record.loss < self.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
///     }
/// }
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
/// let mut losses = Vec::new();
/// let history = Trainer::new(MeanSquaredError, Sgd::new(0.5))
///     .epochs(1000)
///     .callback(Until(1e-6))
///     .callback(|record: &EpochRecord| losses.push(record.loss))
///     .fit(&mut Line::zeroed(), &data)?;
/// assert!(history.epochs().len() < 1000);
/// assert_eq!(losses.len(), history.epochs().len());
/// # Ok::<(), typenet::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a callback",
    note = "a closure is written `|record: &EpochRecord| ..` and returns `()`; to stop training, implement `Callback`"
)]
pub trait Callback<N: Network> {
    /// Called after an epoch and its validation. `Break` ends the training after the other callbacks have run.
    fn epoch_end(&mut self, network: &N, record: &EpochRecord) -> ControlFlow<()>;
}

impl<N: Network> Callback<N> for () {
    fn epoch_end(&mut self, _: &N, _: &EpochRecord) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl<N: Network, A: Callback<N>, B: Callback<N>> Callback<N> for (A, B) {
    fn epoch_end(&mut self, network: &N, record: &EpochRecord) -> ControlFlow<()> {
        let first = self.0.epoch_end(network, record);
        let second = self.1.epoch_end(network, record);
        if first.is_break() { first } else { second }
    }
}

impl<N: Network, F: FnMut(&EpochRecord)> Callback<N> for F {
    fn epoch_end(&mut self, _: &N, record: &EpochRecord) -> ControlFlow<()> {
        self(record);
        ControlFlow::Continue(())
    }
}

/// Prints a line per epoch to standard output.
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
    /// A line for every epoch.
    #[must_use]
    pub const fn lines() -> Self {
        Self(())
    }
}

impl<N: Network> Callback<N> for Progress {
    fn epoch_end(&mut self, _: &N, record: &EpochRecord) -> ControlFlow<()> {
        // Training goes on when nobody reads any more, for example behind a closed pipe.
        let _ = writeln!(stdout().lock(), "{record}");
        ControlFlow::Continue(())
    }
}
