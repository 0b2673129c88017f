//! What happens in one epoch?

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::flat_parameters::FlatParameters;
use crate::gradient::Gradient;
use crate::gradient::{check_norm, check_value};
use crate::kernel::Kernels;
use crate::layer::Pass;
use crate::loss::Loss;
use crate::metric::Measured;
use crate::network::{FitsInput, FitsTarget, Network, Workspace};
use crate::optimizer::{Optimizer, OptimizerState};
use crate::shape::Shape;
use crate::target::Target;
use crate::tensor::TensorTable;
use crate::threads;
use crate::train::feed::Feed;
use crate::train::rate::Rate;

/// What makes the steps of the next epoch.
#[derive(Clone, Debug)]
pub(super) struct Epoch<L, O, T> {
    pub(super) loss: L,
    pub(super) optimizer: OptimizerState<O, T>,
    pub(super) rate: Rate,
    pub(super) batch_size: usize,
    /// Batches whose gradients make one step.
    pub(super) accumulate: usize,
    pub(super) clip_value: Option<f64>,
    pub(super) clip_norm: Option<f64>,
    pub(super) seed: u64,
    /// How many epochs were begun since the last reset: the number of the next shuffle.
    pub(super) begun: u64,
}

/// What the steps of an epoch have come to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Made {
    /// The sum of the losses of the samples.
    pub(super) total: f64,
    /// The samples that were learned from.
    pub(super) samples: usize,
    pub(super) steps: usize,
    /// The number of samples of the last step, and their mean loss.
    pub(super) last: (usize, f64),
    /// How long they took before the run was interrupted.
    pub(super) seconds: f64,
    /// No samples are left.
    pub(super) ended: bool,
}

impl Made {
    /// The mean loss of the samples; there must be one.
    pub(super) fn loss(&self) -> Result<f64> {
        if self.samples == 0 { Err(Error::Empty { what: "epoch" }) } else { Ok(self.total / self.samples as f64) }
    }
}

impl<L, O: Optimizer, T: Kernels> Epoch<L, O, T> {
    pub(super) fn check(&self, table: TensorTable) -> Result<()> {
        if self.batch_size == 0 {
            return Err(Error::Setting { name: "batch size", value: 0.0, allowed: "at least 1" });
        }
        if self.accumulate == 0 {
            return Err(Error::Setting { name: "number of batches per step", value: 0.0, allowed: "at least 1" });
        }
        self.clip_value.map_or(Ok(()), check_value::<T>)?;
        self.clip_norm.map_or(Ok(()), check_norm::<T>)?;
        self.rate.check()?;
        self.optimizer.check(table)
    }

    /// How many samples make a step.
    fn group_size(&self) -> usize {
        self.batch_size.saturating_mul(self.accumulate)
    }

    /// How many steps an epoch over so many samples has.
    pub(super) fn steps(&self, samples: usize) -> usize {
        samples.div_ceil(self.group_size())
    }

    /// Starts the next epoch, which has this number in the records of the run. Its first `passed` samples, which an interrupted
    /// run has learned from, are passed over in the batches that it had.
    pub(super) fn begin<N, F>(
        &mut self,
        feed: &mut F,
        epoch: usize,
        passed: usize,
        run: &mut Run<N, F::Input, F::Target>,
    ) -> Result<()>
    where
        N: Network<Scalar = T>,
        F: Feed<T>,
    {
        feed.begin(epoch, self.begun, mix(self.seed, self.begun))?;
        self.begun += 1;
        let mut samples = 0;
        while samples < passed {
            feed.fill(self.batch_size.min(passed - samples), &mut run.inputs, &mut run.targets)?;
            if run.inputs.is_empty() {
                return Err(Error::FewerSamples { samples, needed: passed });
            }
            samples += run.inputs.len();
        }
        Ok(())
    }

    /// Makes up to so many of the epoch's next steps.
    pub(super) fn advance<N, F>(
        &mut self,
        steps: usize,
        made: &mut Made,
        network: &mut N,
        feed: &mut F,
        run: &mut Run<N, F::Input, F::Target>,
    ) -> Result<()>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output, Target: Measured>,
        F: Feed<T, Input: FitsInput<N::Input>, Target: FitsTarget<L::Target>>,
    {
        for _ in 0..steps {
            let group = self.group_gradient(network, feed, run)?;
            if group.samples == 0 {
                made.ended = true;
                break;
            }
            let gradient = run.sum.as_mut().filter(|_| group.summed).unwrap_or(&mut run.gradient);
            self.optimizer.clear_frozen(&mut **gradient);
            if let Some(largest) = self.clip_value {
                gradient.clip_value(largest)?;
            }
            if let Some(largest) = self.clip_norm {
                gradient.clip_norm(largest)?;
            }
            // `begun` counts this epoch already.
            self.rate.set(&mut self.optimizer, self.begun.saturating_sub(1));
            self.optimizer.step(network, &**gradient)?;
            made.total += group.loss * group.samples as f64;
            made.samples += group.samples;
            made.steps += 1;
            made.last = (group.samples, group.loss);
            if group.ended || feed.left() == Some(0) {
                made.ended = true;
                break;
            }
        }
        Ok(())
    }

    /// The mean loss of the next samples of the epoch. Its gradient goes to `run.gradient` for a single batch, else to
    /// `run.sum`.
    fn group_gradient<N, F>(&self, network: &N, feed: &mut F, run: &mut Run<N, F::Input, F::Target>) -> Result<Group>
    where
        N: Network<Scalar = T>,
        L: Loss<N::Output, Target: Measured>,
        F: Feed<T, Input: FitsInput<N::Input>, Target: FitsTarget<L::Target>>,
    {
        let wanted = feed.left().map_or(self.group_size(), |left| left.min(self.group_size()));
        let mut sum = run.sum.as_mut().filter(|_| wanted > self.batch_size);
        if let Some(sum) = &mut sum {
            sum.set_to_zero();
        }
        let mut group = Group { samples: 0, loss: 0.0, summed: sum.is_some(), ended: false };
        // Shares of the step where its size is certain; else of a batch, and of the step at its end.
        let whole = feed.left().map_or(self.batch_size, |_| wanted);
        while group.samples < wanted && !group.ended {
            let asked = self.batch_size.min(wanted - group.samples);
            feed.fill(asked, &mut run.inputs, &mut run.targets)?;
            let count = run.inputs.len();
            group.ended = count < asked;
            if count == 0 {
                break;
            }
            let (inputs, targets) = (F::Input::arrays(&run.inputs), F::Target::values(&run.targets));
            // Samples are numbered within their step, as in the joint batch.
            let pass = Pass { first_sample: group.samples, ..Pass::training(self.seed, self.optimizer.steps()) };
            let loss = network.gradient(inputs, targets, &self.loss, &pass, &mut run.workspace, &mut run.gradient)?;
            group.samples += count;
            let Some(sum) = &mut sum else {
                return Ok(Group { loss: loss.to_f64(), ..group });
            };
            let share = count as f64 / whole as f64;
            sum.add_scaled(&run.gradient, share);
            group.loss += share * loss.to_f64();
        }
        if let Some(sum) = sum.filter(|_| group.samples != whole && group.samples > 0) {
            let factor = whole as f64 / group.samples as f64;
            sum.scale(factor);
            group.loss *= factor;
        }
        Ok(group)
    }
}

/// The samples of a step.
struct Group {
    samples: usize,
    /// Their mean loss.
    loss: f64,
    /// The gradient is that of several batches.
    summed: bool,
    /// There are no more in the epoch.
    ended: bool,
}

/// What one call of `fit` needs, allocated once.
pub(super) struct Run<N: Network, X: Shape, Y: Target> {
    pub(super) workspace: Workspace<'static, N>,
    /// That of one batch.
    gradient: Box<Gradient<N>>,
    /// The mean over several, where steps have more than one.
    sum: Option<Box<Gradient<N>>>,
    inputs: Vec<X::Array<N::Scalar>>,
    targets: Vec<Y::Value<N::Scalar>>,
}

impl<N: Network, X: Shape, Y: Target> Run<N, X, Y> {
    pub(super) fn new(batch_size: usize, accumulates: bool) -> Self {
        Self {
            workspace: Workspace::new(),
            gradient: Gradient::zeroed(),
            sum: accumulates.then(Gradient::zeroed),
            inputs: Vec::with_capacity(batch_size),
            targets: Vec::with_capacity(batch_size),
        }
    }

    /// Threads will share the steps.
    pub(super) fn is_shared(&self) -> bool {
        Workspace::<N>::threads(self.inputs.capacity()) > 1 || threads::middle(N::PARAMETERS).is_some()
    }
}

/// A seed for each epoch: neighbouring seeds and epochs must not share orders, and the generator's own seeding scrambles
/// what is left of regularity.
fn mix(seed: u64, epoch: u64) -> u64 {
    seed.rotate_left(32) ^ epoch.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::mix;

    #[test]
    fn seeds_of_epochs_differ() {
        let mut seeds: alloc::vec::Vec<u64> =
            (0..50).flat_map(|seed| (0..50).map(move |epoch| mix(seed, epoch))).collect();
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 2500);
    }
}
