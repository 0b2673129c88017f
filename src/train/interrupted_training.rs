//! What is there of training that is not at its end?

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::history::{History, Measure};
use crate::train::callback_state::CallbackState;
use crate::train::epoch_progress::EpochProgress;

/// Training that was interrupted, as its checkpoint has it.
#[derive(Clone, Debug)]
pub(super) struct InterruptedTraining<T> {
    /// The names of what it recorded of every epoch.
    pub(super) measures: Vec<String>,
    pub(super) epochs: Vec<RecordedEpoch>,
    /// What it had made of the next epoch.
    pub(super) progress: EpochProgress,
    /// What the metrics had counted in that epoch, as words.
    pub(super) metrics: Vec<u64>,
    /// A callback had ended it.
    pub(super) stopped: bool,
    pub(super) callbacks: CallbackState<T>,
}

/// An epoch of it.
#[derive(Clone, Debug)]
pub(super) struct RecordedEpoch {
    pub(super) samples: usize,
    pub(super) seconds: f64,
    /// A number for each measure.
    pub(super) values: Vec<f64>,
}

impl<T> InterruptedTraining<T> {
    /// Refuses measures that are not those that it recorded.
    pub(super) fn check_measures(&self, measures: &[Measure]) -> Result<()> {
        let now = |index: usize| measures.get(index).map(|measure| &measure.name);
        for index in 0..self.measures.len().max(measures.len()) {
            let before = self.measures.get(index);
            if let Some(name) = before.or(now(index)).filter(|_| before != now(index)) {
                return Err(Error::OtherMeasures { name: name.clone() });
            }
        }
        Ok(())
    }

    /// Writes its epochs into a history of the same measures.
    pub(super) fn write_history(&self, history: &mut History) {
        for RecordedEpoch { samples, seconds, values } in &self.epochs {
            history.push(*samples, *seconds, |value| values.iter().for_each(|&number| value(number)));
        }
    }
}
