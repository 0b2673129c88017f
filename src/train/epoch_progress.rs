//! How far is an epoch?

use std::time::Instant;

use crate::error::{Error, Result};

/// What the steps of an epoch have come to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct EpochProgress {
    /// The sum of the losses of the samples.
    pub(super) total_loss: f64,
    /// The samples that were learned from.
    pub(super) samples: usize,
    pub(super) steps: usize,
    /// The number of samples of the last step, and their mean loss.
    pub(super) last_step: (usize, f64),
    /// How long they took before training was interrupted.
    pub(super) seconds: f64,
    /// No samples are left.
    pub(super) ended: bool,
}

impl EpochProgress {
    pub(super) fn add_step(&mut self, samples: usize, loss: f64) {
        self.total_loss += loss * samples as f64;
        self.samples += samples;
        self.steps += 1;
        self.last_step = (samples, loss);
    }

    /// How long it takes, from this process's start on with what there was before.
    pub(super) fn seconds_since(&self, start: Instant) -> f64 {
        self.seconds + start.elapsed().as_secs_f64()
    }

    /// The same for a checkpoint, in an epoch that this process began at `start`.
    #[cfg(feature = "safetensors")]
    pub(super) fn at_interruption(&self, start: Instant) -> Self {
        Self { seconds: self.seconds_since(start), ..*self }
    }

    /// The mean loss of the samples; there must be one.
    pub(super) fn loss(&self) -> Result<f64> {
        if self.samples == 0 { Err(Error::Empty { what: "epoch" }) } else { Ok(self.total_loss / self.samples as f64) }
    }
}
