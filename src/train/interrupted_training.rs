//! What is the state of interrupted training?

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::history::{History, Measure, RecordedEpoch};
use crate::train::callback_state::CallbackState;
use crate::train::epoch_progress::EpochProgress;

/// Interrupted training, as its checkpoint contains it.
#[derive(Clone, Debug)]
pub(super) struct InterruptedTraining<T> {
    /// The number of samples in an epoch, if it was known.
    pub(super) samples: Option<usize>,
    /// The names of the measures of every epoch.
    pub(super) measures: Vec<String>,
    /// What was recorded of each epoch, with the value of each measure.
    pub(super) epochs: Vec<(RecordedEpoch, Vec<f64>)>,
    /// The progress of the next epoch.
    pub(super) progress: EpochProgress,
    /// The states of the metrics in that epoch, as words.
    pub(super) metrics: Vec<u64>,
    /// The state that was carried from window to window in that epoch.
    pub(super) carried: Vec<T>,
    /// Whether a callback had ended the training.
    pub(super) stopped: bool,
    pub(super) callbacks: CallbackState<T>,
}

impl<T> InterruptedTraining<T> {
    /// Returns an error if both numbers of samples in an epoch are known and differ.
    pub(super) fn check_samples(&self, samples: Option<usize>) -> Result<()> {
        match (self.samples, samples) {
            (Some(before), Some(now)) if before != now => Err(Error::OtherSampleCount { before, now }),
            _ => Ok(()),
        }
    }

    /// Returns an error if the epoch has begun and carried a state of another length.
    pub(super) fn check_carried(&self, now: usize) -> Result<()> {
        let before = self.carried.len();
        if self.progress.samples > 0 && before != now { Err(Error::OtherCarriedState { before, now }) } else { Ok(()) }
    }

    /// Returns an error if the measures differ from the recorded ones.
    pub(super) fn check_measures(&self, measures: &[Measure]) -> Result<()> {
        let (before, now) = (&self.measures, measures.iter().map(|measure| &measure.name));
        if before.iter().eq(now.clone()) {
            return Ok(());
        }
        let added = now.clone().find(|name| !before.contains(name));
        let removed = || before.iter().find(|&name| now.clone().all(|other| other != name));
        let moved = || before.iter().zip(now.clone()).find(|(name, other)| name != other).map(|(name, _)| name);
        let name = added.or_else(removed).or_else(moved).cloned().unwrap_or_default();
        Err(Error::OtherMeasures { name })
    }

    /// Appends its epochs to a history with the same measures.
    pub(super) fn write_history(&self, history: &mut History) {
        for (epoch, values) in &self.epochs {
            history.push(*epoch, |value| values.iter().for_each(|&recorded| value(recorded)));
        }
    }
}
