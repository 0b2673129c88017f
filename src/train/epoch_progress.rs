//! How far has an epoch progressed?

use std::time::Instant;

use crate::error::{Error, Result};

/// The results of the steps of an epoch so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct EpochProgress {
    /// The sum of the losses over the samples.
    pub(super) total_loss: f64,
    /// The number of samples used.
    pub(super) samples: usize,
    pub(super) steps: usize,
    /// The number of samples in the last step, and their mean loss.
    pub(super) last_step: (usize, f64),
    /// Whether its gradient is the sum over several batches.
    pub(super) last_summed: bool,
    /// The duration of the steps before training was interrupted.
    pub(super) seconds: f64,
    /// Whether no samples are left.
    pub(super) ended: bool,
}

impl EpochProgress {
    pub(super) fn add_step(&mut self, samples: usize, loss: f64, summed: bool) {
        self.total_loss += loss * samples as f64;
        self.samples += samples;
        self.steps += 1;
        (self.last_step, self.last_summed) = ((samples, loss), summed);
    }

    /// Returns the duration of the epoch, the time before an interruption included. `start` is when this process began the
    /// epoch.
    pub(super) fn seconds_since(&self, start: Instant) -> f64 {
        self.seconds + start.elapsed().as_secs_f64()
    }

    /// Returns the progress to save in a checkpoint, for an epoch that this process began at `start`.
    #[cfg(feature = "safetensors")]
    pub(super) fn at_interruption(&self, start: Instant) -> Self {
        Self { seconds: self.seconds_since(start), ..*self }
    }

    /// Returns the mean loss of the samples, of which there must be at least one.
    pub(super) fn loss(&self) -> Result<f64> {
        if self.samples == 0 { Err(Error::Empty { what: "epoch" }) } else { Ok(self.total_loss / self.samples as f64) }
    }
}
