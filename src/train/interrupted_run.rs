//! What is there of a training run that is not at its end?

use alloc::vec::Vec;

use crate::history::EpochRecord;
use crate::train::callback_state::CallbackState;
use crate::train::epoch_progress::EpochProgress;

/// A training run that was interrupted, as its checkpoint has it.
#[derive(Clone, Debug)]
pub(super) struct InterruptedRun<T> {
    pub(super) records: Vec<EpochRecord>,
    /// What it had made of the next epoch.
    pub(super) progress: EpochProgress,
    /// A callback had ended the run.
    pub(super) stopped: bool,
    pub(super) callbacks: CallbackState<T>,
}
