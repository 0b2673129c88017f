//! What determines a step of training?

use crate::error::{Error, Result};
use crate::gradient::{check_norm, check_value};
use crate::kernel::Kernels;
use crate::optimizer::{Optimizer, OptimizerState};
use crate::tensor::TensorTable;
use crate::train::learning_rate::LearningRate;

/// The settings of steps, the state of the optimizer, and the number of epochs so far.
#[derive(Clone, Debug)]
pub(super) struct StepSettings<L, O, T> {
    pub(super) loss: L,
    pub(super) optimizer: OptimizerState<O, T>,
    pub(super) learning_rate: LearningRate,
    pub(super) batch_size: usize,
    /// The number of batches per step.
    pub(super) accumulate: usize,
    pub(super) clip_value: Option<f64>,
    pub(super) clip_norm: Option<f64>,
    pub(super) seed: u64,
    /// The number of epochs begun since the last reset, which is the number of the next shuffle.
    pub(super) epochs_begun: u64,
}

impl<L, O: Optimizer, T: Kernels> StepSettings<L, O, T> {
    pub(super) fn new(loss: L, optimizer: O) -> Self {
        let (optimizer, learning_rate) = (OptimizerState::new(optimizer), LearningRate::default());
        let (batch_size, accumulate, clip_value, clip_norm, seed, epochs_begun) = (32, 1, None, None, 0, 0);
        Self { loss, optimizer, learning_rate, batch_size, accumulate, clip_value, clip_norm, seed, epochs_begun }
    }

    pub(super) fn check(&self, table: TensorTable) -> Result<()> {
        if self.batch_size == 0 {
            return Err(Error::Setting { name: "batch size", value: 0.0, allowed: "at least 1" });
        }
        if self.accumulate == 0 {
            return Err(Error::Setting { name: "number of batches per step", value: 0.0, allowed: "at least 1" });
        }
        self.clip_value.map_or(Ok(()), check_value::<T>)?;
        self.clip_norm.map_or(Ok(()), check_norm::<T>)?;
        self.learning_rate.check()?;
        self.optimizer.check(table)
    }

    /// Checks that every batch of an epoch of `samples` samples has at least `needed` of them, as layers that normalize over
    /// batches require.
    pub(super) fn check_batches(&self, samples: Option<usize>, needed: usize) -> Result<()> {
        let last = samples.map_or(0, |samples| samples % self.batch_size);
        let samples = if last > 0 { last } else { self.batch_size };
        if samples < needed { Err(Error::BatchTooSmall { samples, needed }) } else { Ok(()) }
    }

    /// Returns the number of samples in a step.
    pub(super) fn step_size(&self) -> usize {
        self.batch_size.saturating_mul(self.accumulate)
    }

    /// Returns the number of steps in an epoch of `samples` samples.
    pub(super) fn steps_of(&self, samples: usize) -> usize {
        samples.div_ceil(self.step_size())
    }

    /// Returns the seed of the next epoch. Adjacent seeds and epochs must not have the same order, and the seeding of the
    /// generator scrambles the remaining regularity.
    pub(super) fn epoch_seed(&self) -> u64 {
        mix(self.seed, self.epochs_begun)
    }
}

fn mix(seed: u64, epoch: u64) -> u64 {
    seed.rotate_left(32) ^ epoch.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::mix;

    #[test]
    fn adjacent_seeds_and_epochs_have_different_seeds() {
        let mut seeds: alloc::vec::Vec<u64> =
            (0..50).flat_map(|seed| (0..50).map(move |epoch| mix(seed, epoch))).collect();
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 2500);
    }
}
