//! How does a batch go through a network whose layers mix its samples? All tiles reach a barrier before any tile goes on.

use alloc::boxed::Box;
use core::ops::Range;

use crate::error::{Error, Result};
use crate::kernel::{Isa, Program, SoftmaxKernels, dispatch};
use crate::layer::{BatchStatistics, Mode, Pass, Phase};
use crate::loss::Loss;
use crate::network::{
    Add, BackwardMemory, Batch, ForwardPhase, Network, Parts, Shards, Workspace, cut, publish, tile_len,
};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::shape::arithmetic::features;
use crate::threads;

/// A batch in training.
pub(super) struct Phases<'a, N: Network, L: Loss<N::Output>> {
    pub(super) batch: Batch<'a, N, L>,
    pub(super) pass: &'a Pass,
    /// The reciprocal of the number of samples in the batch.
    pub(super) weight: N::Scalar,
}

impl<N: Network, L: Loss<N::Output>> Phases<'_, N, L> {
    /// Returns the sum of the losses of the batch. Overwrites `gradient` with its gradient and, unless it is empty,
    /// `predictions` with the predictions.
    pub(super) fn run(
        mut self,
        workspace: &mut Workspace<'_, N>,
        gradient: &mut N,
        predictions: &mut [N::Scalar],
    ) -> Result<N::Scalar> {
        let samples = self.batch.inputs.len();
        check_batch::<N>(samples, self.pass)?;
        let (shards, tiles, gradients) = workspace.room_for_batch(samples)?;
        self.batch.shards = shards;
        let mut sum = N::Scalar::ZERO;
        // The last phase of the forward pass is the first of the backward pass.
        for index in 0..=2 * N::MIXING.barriers {
            let room = Room { gradient: &mut *gradient, gradients: &mut *gradients, tiles: &mut *tiles };
            let (losses, measured) = PhaseOf { phases: &self, index }.of(shards.all(), room, &mut *predictions);
            sum += losses;
            let backward = index >= N::MIXING.barriers;
            self.combine(0..shards.tiles(&shards.all()).len(), tiles, &measured, backward);
            self.publish(tiles, &measured, backward);
        }
        Ok(sum)
    }

    /// Combines what layers measured in some tiles, at `measured`, in the first of them. Halves are combined first.
    fn combine(&self, tiles: Range<usize>, memory: &mut [N::Scalar], measured: &Range<usize>, backward: bool) {
        let Some(half) = (tiles.len() > 1).then(|| tiles.len().next_power_of_two() / 2) else {
            return;
        };
        let middle = tiles.start + half;
        let (first, second) = memory.split_at_mut(half * tile_len::<N>());
        self.combine(tiles.start..middle, first, measured, backward);
        self.combine(middle..tiles.end, second, measured, backward);
        let (before, more) = (self.samples(&(tiles.start..middle)), self.samples(&(middle..tiles.end)));
        let share = N::Scalar::from_count(more) / N::Scalar::from_count(before + more);
        let own = &mut self.statistics(first, tiles.start)[measured.clone()];
        let other = &self.statistics(second, middle)[measured.clone()];
        merge(own, other, share, backward);
    }

    /// Returns the number of samples in some tiles.
    fn samples(&self, tiles: &Range<usize>) -> usize {
        self.batch.samples(tiles.end - 1).end - self.batch.samples(tiles.start).start
    }

    /// Makes what is known in the first tile, at `measured`, known in all tiles.
    fn publish(&self, memory: &mut [N::Scalar], measured: &Range<usize>, backward: bool) {
        let (first, others) = memory.split_at_mut(tile_len::<N>());
        for (index, tile) in others.chunks_exact_mut(tile_len::<N>()).enumerate() {
            let known = &self.statistics(first, 0)[measured.clone()];
            let statistics = self.statistics(tile, index + 1);
            statistics[measured.clone()].copy_from_slice(known);
            publish(statistics, measured.clone(), backward);
        }
        publish(self.statistics(first, 0), measured.clone(), backward);
    }

    /// Returns the statistics in the memory of a tile.
    fn statistics<'m>(&self, memory: &'m mut [N::Scalar], tile: usize) -> &'m mut [N::Scalar] {
        cut::<N>(&mut memory[..tile_len::<N>()], self.batch.samples(tile).len()).statistics
    }
}

/// Checks that a batch has enough samples for the layers that learn from its statistics.
pub(super) fn check_batch<N: Network>(samples: usize, pass: &Pass) -> Result<()> {
    let needed = N::MIXING.smallest_batch;
    if samples >= needed || N::MIXING.barriers == 0 || pass.mode == Mode::Inference {
        return Ok(());
    }
    Err(Error::BatchTooSmall { samples, needed })
}

/// Combines the means of some samples, and their variances in a forward pass, with those of others. `share` is the share of the
/// others in all of these samples.
///
/// # Source
/// T. F. Chan, G. H. Golub and R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
fn merge<T: Scalar>(own: &mut [T], other: &[T], share: T, backward: bool) {
    let half = own.len() / 2;
    let ((means, variances), (other_means, other_variances)) = (own.split_at_mut(half), other.split_at(half));
    let pairs = means.iter_mut().zip(other_means).zip(variances.iter_mut().zip(other_variances));
    for ((mean, &other_mean), (variance, &other_variance)) in pairs {
        let distance = other_mean - *mean;
        *mean += share * distance;
        *variance += share * (other_variance - *variance);
        if !backward {
            *variance += share * (T::ONE - share) * distance * distance;
        }
    }
}

/// Memory for the sum of some shards.
struct Room<'a, N: Network> {
    gradient: &'a mut N,
    /// Gradients of parts that are added in the last phase.
    gradients: &'a mut [Box<N>],
    /// The memory of each tile.
    tiles: &'a mut [N::Scalar],
}

impl<N: Network> Room<'_, N> {
    /// Returns the same memory, for a shorter time.
    fn lent(&mut self) -> Room<'_, N> {
        Room { gradient: &mut *self.gradient, gradients: &mut *self.gradients, tiles: &mut *self.tiles }
    }
}

/// A phase of a batch.
struct PhaseOf<'a, 'b, N: Network, L: Loss<N::Output>> {
    phases: &'a Phases<'b, N, L>,
    /// The number of barriers that were passed before.
    index: usize,
}

impl<N: Network, L: Loss<N::Output>> PhaseOf<'_, '_, N, L> {
    /// Runs the phase for some shards. Returns the sum of their losses, in the phase that computes it, and the range of what
    /// layers measured. Parts of the gradient are added in the order of [`Shards`], when they are complete.
    fn of(&self, shards: Range<usize>, room: Room<'_, N>, predictions: &mut [N::Scalar]) -> (N::Scalar, Range<usize>) {
        let plan = &self.phases.batch.shards;
        let Room { gradient, gradients, tiles } = room;
        let Some((first, second)) = Shards::halves(&shards) else {
            return self.of_shard(&shards, false, gradient, tiles, predictions);
        };
        let of_first = plan.tiles(&first).len();
        let (tiles, other_tiles) = tiles.split_at_mut(of_first * tile_len::<N>());
        let before = of_first * N::TILE * N::Output::LEN;
        let (predictions, other) = predictions.split_at_mut(before.min(predictions.len()));
        let (gradients, rest) = gradients.split_at_mut(plan.gradients_at_once(&first));
        let mut room = Room { gradient: &mut *gradient, gradients, tiles };
        let shared = threads::POSSIBLE && plan.is_shared(&shards);
        if !shared && plan.joins_at_once(&first, &second) {
            let (loss, measured) = self.of(first, room, predictions);
            let (later, _) = self.of_shard(&second, true, gradient, other_tiles, other);
            return (loss + later, measured);
        }
        let Some((addend, gradients)) = rest.split_first_mut() else {
            unreachable!("there is a gradient for every part")
        };
        let mut other_room = Room { gradient: &mut **addend, gradients, tiles: other_tiles };
        let ((loss, measured), (later, _)) = if shared {
            threads::join(
                || self.of(first.clone(), room.lent(), predictions),
                || self.of(second.clone(), other_room.lent(), other),
            )
        } else {
            (self.of(first, room, predictions), self.of(second, other_room, other))
        };
        if self.index == 2 * N::MIXING.barriers {
            dispatch(Add { sum: gradient.parameters_mut(), addend: addend.parameters() });
        }
        (loss + later, measured)
    }

    /// As `of`, for one shard. Its gradient can be added to the one that is there.
    fn of_shard(
        &self,
        shard: &Range<usize>,
        mut accumulate: bool,
        gradient: &mut N,
        memory: &mut [N::Scalar],
        mut predictions: &mut [N::Scalar],
    ) -> (N::Scalar, Range<usize>) {
        let batch = &self.phases.batch;
        let (mut sum, mut measured) = (N::Scalar::ZERO, 0..0);
        for (tile, memory) in batch.shards.tiles(shard).zip(memory.chunks_exact_mut(tile_len::<N>())) {
            let len = batch.samples(tile).len() * N::Output::LEN;
            let (own, others) = predictions.split_at_mut(len.min(predictions.len()));
            predictions = others;
            let (loss, range) =
                dispatch(TilePhase { phase: self, tile, accumulate, gradient, memory, predictions: own });
            sum += loss;
            measured = range;
            accumulate = true;
        }
        (sum, measured)
    }
}

/// A phase of a tile. Returns the sum of the losses and the range of what layers measured.
struct TilePhase<'a, 'b, 'c, N: Network, L: Loss<N::Output>> {
    phase: &'a PhaseOf<'b, 'c, N, L>,
    tile: usize,
    /// Whether the gradient is added to the one that is there.
    accumulate: bool,
    gradient: &'a mut N,
    memory: &'a mut [N::Scalar],
    /// The predictions to write; empty if they are not needed.
    predictions: &'a mut [N::Scalar],
}

impl<N: Network, L: Loss<N::Output>> Program for TilePhase<'_, '_, '_, N, L> {
    type Output = (N::Scalar, Range<usize>);

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> (N::Scalar, Range<usize>) {
        let Self { phase: PhaseOf { phases, index }, tile, accumulate, gradient, memory, predictions } = self;
        let Phases { batch, pass, weight } = phases;
        let (network, all, barriers) = (batch.network, batch.inputs.len(), N::MIXING.barriers);
        let samples = batch.samples(tile);
        let pass = &Pass { first_sample: pass.first_sample + samples.start, ..**pass };
        let Parts { logits, grad_logits, cache, steps, statistics, .. } = cut::<N>(memory, samples.len());
        let input = N::Input::flat_batch(&batch.inputs[samples.clone()]);
        let (mut measured, mut sum) = (0..0, N::Scalar::ZERO);
        if *index <= barriers {
            let known = BatchStatistics::new(&mut *statistics, all, tile == 0, &mut measured);
            let (logits, cache, phase) = (&mut *logits, &mut *cache, Phase::after(*index, known));
            ForwardPhase { network, pass, input, logits, cache, steps: &mut *steps, phase }.run(isa);
        }
        if *index == barriers {
            sum = batch.loss.evaluate(isa, logits, &batch.targets[samples], *weight, Some(&mut *grad_logits));
            if !predictions.is_empty() {
                predictions.copy_from_slice(logits);
                if N::Output::PROBABILITIES {
                    N::Scalar::softmax(isa, features::<N::Logits>(), predictions);
                }
            }
        }
        if *index >= barriers {
            let known = BatchStatistics::new(statistics, all, tile == 0, &mut measured);
            let grad_input = None;
            BackwardMemory {
                network,
                pass,
                input,
                logits,
                grad_logits,
                cache,
                steps,
                grad_input,
                accumulate,
                gradient,
            }
            .run(isa, Phase::after(index - barriers, known));
        }
        (sum, measured)
    }
}
