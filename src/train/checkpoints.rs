//! What is left of a run that was killed?

use core::ops::ControlFlow;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::history::History;
use crate::io::{self, Stored};
use crate::network::Network;
use crate::train::checkpoint::{RunState, bytes};
use crate::train::{Callback, Stop, TrainingPlan};

/// Writes checkpoints while [`fit`](crate::Trainer::fit) runs, each in the place of the one before.
///
/// After [`Trainer::resume`](crate::Trainer::resume) the next `fit` finishes the run: with the same settings and callbacks, it has the
/// bits, the history and the end of a run that was never interrupted, [`EarlyStopping`](crate::EarlyStopping) included. A run that had
/// ended makes no further epoch; one that a [`TimeLimit`](crate::TimeLimit) stopped has not ended, and goes on with a limit that begins
/// anew.
///
/// What a callback remembers is in the file where it has [`Callback::save`]: of the library's, [`EarlyStopping`](crate::EarlyStopping)
/// and `&mut` [`Average`](crate::Average). Closures, and callbacks without `save`, begin anew.
///
/// The file is complete at any time: see [`io`](crate::io). It is written after an epoch, when all callbacks have seen it.
///
/// # Errors
/// `fit` fails with [`Error::File`] when a checkpoint cannot be written, and refuses an interval of 0 ([`Error::Setting`]).
///
/// # Example
/// A program that may be killed at any time, and is started again until it is done.
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Xor = Dense<2, 8>, Tanh, Dense<8, 2>, Softmax);
///
/// let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let data = Dataset::<Vector<2>, Class<2>>::labelled(inputs, [0, 1, 1, 0])?;
/// let path = std::env::temp_dir().join(format!("xor-run-{}.checkpoint", std::process::id()));
///
/// let run = |epochs| -> typenet::Result<_> {
///     let mut network = Xor::init(&mut typenet::rng(37));
///     let mut trainer = Trainer::new(Nll, Adam::new(0.01))
///         .epochs(epochs)
///         .callback(EarlyStopping::patience(5).restore_best())
///         .callback(Checkpoints::every(2, &path));
///     if path.exists() {
///         trainer.resume(&mut network, &path)?;
///     }
///     let history = trainer.fit(&mut network, &data)?;
///     Ok((history.epochs().len(), network))
/// };
///
/// // As if the first run had been killed after its seventh epoch: six are in the file.
/// run(7)?;
/// let (epochs, network) = run(20)?;
/// # std::fs::remove_file(&path).unwrap();
/// let (expected, uninterrupted) = run(20)?;
/// assert_eq!((epochs, network.parameters()), (expected, uninterrupted.parameters()));
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Checkpoints {
    path: PathBuf,
    /// Epochs from one to the next; nothing where the best is kept.
    every: Option<usize>,
}

impl Checkpoints {
    /// A checkpoint after each so many epochs, and after one in which a callback stopped the training, unless that was a
    /// pause in the middle of the epoch.
    #[must_use]
    pub fn every(epochs: usize, path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), every: Some(epochs) }
    }

    /// A checkpoint after each epoch that is the best so far: with the smallest loss on the validation set, or training loss
    /// where there is none.
    #[must_use]
    pub fn best(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), every: None }
    }
}

impl<N: Network<Scalar: Stored>> Callback<N> for Checkpoints {
    const WATCHES_STEPS: bool = false;

    fn begin(&mut self, _: &N, _: &TrainingPlan) -> Result<ControlFlow<()>> {
        match self.every {
            Some(0) => Err(Error::Setting { name: "interval of checkpoints", value: 0.0, allowed: "at least 1 epoch" }),
            _ => Ok(ControlFlow::Continue(())),
        }
    }

    fn is_due(&self, history: &History, stop: Stop) -> bool {
        match self.every {
            Some(every) => stop != Stop::No || history.epochs().len().is_multiple_of(every),
            None => history.best().map(|record| record.epoch) == history.epochs().last().map(|record| record.epoch),
        }
    }

    fn write(&mut self, network: &N, state: &RunState<'_, N::Scalar>) -> Result<()> {
        match state.run() {
            // Another callback may have asked for the state.
            Some((history, stop)) if Callback::<N>::is_due(self, history, stop) => {
                io::replace(&self.path, &bytes(network, state)?)
            }
            _ => Ok(()),
        }
    }
}
