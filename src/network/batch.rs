//! How does a batch of any size go through a network? Tile by tile, in sums with a fixed order.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem;
use core::ops::Range;

use crate::error::{Error, Result};
use crate::gradient::Gradient;
use crate::kernel::scratch::with_scratch;
use crate::kernel::{Isa, Kernels, Program, SoftmaxKernels, UpdateKernels, dispatch};
use crate::layer::{CarriedStates, Pass, Phase};
use crate::loss::{Loss, Values};
use crate::network::{
    BackwardMemory, CarriedState, FitsLoss, ForwardPhase, Infer, Network, Parts, Phases, Sample, Shards, Workspace,
    carried_len, check_samples, cut, first_non_finite, inference_len,
};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::shape::arithmetic::features;
use crate::threads;

/// The smallest number of samples that a thread predicts. With fewer, its products would wait for the weights.
const SMALLEST_INFERENCE: usize = 32;
/// The number of pieces per thread into which a predicted batch is split, so that a thread that finishes early has work left.
const INFERENCES_PER_THREAD: usize = 2;
/// Pieces start at multiples of this many samples, so that kernels that process several samples at once have no remainder.
const INFERENCE_STEP: usize = 8;
/// Samples with their targets, and how they go through a network.
pub(super) struct Batch<'a, N: Network, L: Loss<N::Output>> {
    pub(super) network: &'a N,
    pub(super) loss: &'a L,
    pub(super) inputs: &'a [Sample<N, N::Input>],
    pub(super) targets: &'a [Values<L, N::Output, N::Scalar>],
    pub(super) shards: Shards,
    /// The states in which the windows before ended; empty if nothing is carried.
    pub(super) before: &'a [N::Scalar],
}

impl<N: Network, L: Loss<N::Output>> Batch<'_, N, L> {
    /// Returns the samples of a tile.
    pub(super) fn samples(&self, tile: usize) -> Range<usize> {
        tile * N::TILE..self.inputs.len().min((tile + 1) * N::TILE)
    }

    /// Returns what is carried in a pass over some samples, with the memory for the states after.
    pub(super) fn states<'s>(
        &'s self,
        samples: &Range<usize>,
        after: &'s mut [N::Scalar],
    ) -> CarriedStates<'s, N::Scalar> {
        if self.before.is_empty() {
            return CarriedStates::none();
        }
        let of_samples = samples.start * carried_len::<N>()..samples.end * carried_len::<N>();
        CarriedStates::new(samples.len(), &self.before[of_samples], after)
    }
}

/// Everything that a gradient depends on: samples with their targets, and how the network learns from them.
pub(crate) struct TrainingBatch<'a, N: Network, L: Loss<N::Output>> {
    pub(crate) network: &'a N,
    pub(crate) loss: &'a L,
    pub(crate) inputs: &'a [Sample<N, N::Input>],
    pub(crate) targets: &'a [Values<L, N::Output, N::Scalar>],
    pub(crate) pass: &'a Pass,
}

impl<N: Network, L: Loss<N::Output>> TrainingBatch<'_, N, L> {
    /// Returns the mean loss. Overwrites `gradient` with its gradient and, unless it is empty, `predictions` with the
    /// predictions.
    pub(crate) fn gradient(
        &self,
        workspace: &mut Workspace<'_, N>,
        gradient: &mut Gradient<N>,
        predictions: &mut [N::Scalar],
    ) -> Result<N::Scalar> {
        let () = FitsLoss::<N, L>::RIGHT;
        let &Self { network, loss, inputs, targets, pass } = self;
        check_counts("inputs", inputs.len(), "targets", targets.len())?;
        if inputs.is_empty() {
            return Err(Error::Empty { what: "batch" });
        }
        check_samples::<N, L>(loss, inputs, targets)?;
        let weight = N::Scalar::ONE / N::Scalar::from_count(inputs.len());
        let sum = if const { N::MIXING.barriers == 0 } {
            workspace.state.begin(inputs.len())?;
            let mut state = mem::replace(&mut workspace.state, CarriedState::none());
            let ((before, states), (shards, room)) = (state.parts(), workspace.room(inputs.len(), true));
            let batch = &Batch { network, loss, inputs, targets, shards, before };
            let written = Written { predictions, states };
            let sum = Sums { batch, pass, weight }.of(batch.shards.all(), gradient, room, written);
            workspace.state = state;
            sum
        } else {
            let batch = Batch { network, loss, inputs, targets, shards: Shards::new(1, 1, false), before: &[] };
            Phases { batch, pass, weight }.run(workspace, gradient, predictions)?
        };
        let value = sum * weight;
        if value.is_finite() {
            return Ok(value);
        }
        workspace.state.undo();
        let culprit = first_non_finite(network, inputs);
        Err(Error::NonFiniteLoss { value: value.to_f64(), culprit, step: pass.step })
    }
}

/// Memory for the sum of some shards. See `shards::Needs`.
pub(super) struct Room<'a, N: Network> {
    /// The memory of one tile for this thread.
    pub(super) tile: &'a mut [N::Scalar],
    /// The memory of one tile for each further thread.
    pub(super) tiles: &'a mut [Vec<N::Scalar>],
    /// Gradients in which the sums of second halves are computed before they are added.
    pub(super) gradients: &'a mut [Box<N>],
}

impl<'a, N: Network> Room<'a, N> {
    /// Returns the memory for the first of two ranges that one thread adds: all of it.
    fn first(&mut self) -> Room<'_, N> {
        Room { tile: &mut *self.tile, tiles: &mut *self.tiles, gradients: &mut *self.gradients }
    }

    /// Returns a gradient for the second range, and the memory that is left.
    fn second(&mut self) -> (&mut N, Room<'_, N>) {
        let Some((gradient, gradients)) = self.gradients.split_first_mut() else {
            unreachable!("there is a gradient for every sum that needs one")
        };
        (gradient, Room { tile: &mut *self.tile, tiles: &mut *self.tiles, gradients })
    }

    /// Splits the memory for two threads: memory for the first range, a gradient for the second range, memory for the second
    /// range.
    fn shared(self, shards: &Shards, first: &Range<usize>) -> (Self, &'a mut N, Self) {
        let needs = shards.needs(first);
        let (gradients, rest) = self.gradients.split_at_mut(needs.gradients);
        let (tiles, tile, others) = Self::for_two_threads(self.tiles, needs.tiles);
        let Some((gradient, more)) = rest.split_first_mut() else {
            unreachable!("there is a gradient for every sum that another thread computes")
        };
        let first = Self { tile: self.tile, tiles, gradients };
        (first, gradient, Self { tile, tiles: others, gradients: more })
    }
}

/// Memory of tiles for one thread, then the tile of a second thread and the memory for the threads that share its work.
type TilesForTwo<'a, T> = (&'a mut [Vec<T>], &'a mut Vec<T>, &'a mut [Vec<T>]);

impl<N: Network> Room<'_, N> {
    /// Splits the memory of tiles for two threads: `first` tiles for the first, then the second thread's tile and the remaining
    /// ones.
    pub(super) fn for_two_threads(tiles: &mut [Vec<N::Scalar>], first: usize) -> TilesForTwo<'_, N::Scalar> {
        let (tiles, others) = tiles.split_at_mut(first);
        let Some((tile, others)) = others.split_first_mut() else {
            unreachable!("there is a tile for every further thread")
        };
        (tiles, tile, others)
    }
}

/// What a pass writes about each sample, besides the gradient: the predictions and the states in which windows end. Each is empty
/// if it is not needed.
struct Written<'a, T> {
    predictions: &'a mut [T],
    states: &'a mut [T],
}

impl<T> Written<'_, T> {
    /// Returns the same memory, for a shorter time.
    fn lent(&mut self) -> Written<'_, T> {
        Written { predictions: &mut *self.predictions, states: &mut *self.states }
    }

    /// Divides the memory behind this number of samples.
    #[inline(always)]
    fn split<N: Network>(self, samples: usize) -> (Self, Self) {
        let Self { predictions, states } = self;
        let (predictions, other_predictions) = split_samples(predictions, samples, N::Output::LEN);
        let (states, other_states) = split_samples(states, samples, carried_len::<N>());
        (Self { predictions, states }, Self { predictions: other_predictions, states: other_states })
    }
}

/// Divides memory with `len` elements for each sample behind this number of samples, if it is not empty.
#[inline(always)]
pub(super) fn split_samples<T>(memory: &mut [T], samples: usize, len: usize) -> (&mut [T], &mut [T]) {
    let middle = memory.len().min(samples * len);
    memory.split_at_mut(middle)
}

/// Computes the losses of ranges of shards, and their gradients.
struct Sums<'a, N: Network, L: Loss<N::Output>> {
    batch: &'a Batch<'a, N, L>,
    pass: &'a Pass,
    /// The reciprocal of the number of samples in the batch.
    weight: N::Scalar,
}

impl<N: Network, L: Loss<N::Output>> Sums<'_, N, L> {
    /// Returns the sum of the losses of some shards. Overwrites `gradient` with its gradient, and what is in `written`.
    fn of(
        &self,
        shards: Range<usize>,
        gradient: &mut N,
        mut room: Room<'_, N>,
        written: Written<'_, N::Scalar>,
    ) -> N::Scalar {
        let plan = &self.batch.shards;
        let Some((first, second)) = Shards::halves(&shards) else {
            return self.of_shard(&shards, false, (gradient, written), room.tile);
        };
        let (written, other) = written.split::<N>(plan.tiles(&first).len() * N::TILE);
        if threads::POSSIBLE && plan.is_shared(&shards) {
            return self.of_two_threads((first, second), gradient, room, (written, other));
        }
        let loss = self.of(first, gradient, room.first(), written);
        if plan.joins_in_place(&second) {
            return loss + self.of_shard(&second, true, (gradient, other), room.tile);
        }
        let (addend, room) = room.second();
        let later = self.of(second, addend, room, other);
        dispatch(Add { sum: gradient.parameters_mut(), addend: addend.parameters() });
        loss + later
    }

    /// As `of`, for one shard. Its gradient can be added to the one that is there.
    fn of_shard(
        &self,
        shard: &Range<usize>,
        accumulate: bool,
        (gradient, written): (&mut N, Written<'_, N::Scalar>),
        memory: &mut [N::Scalar],
    ) -> N::Scalar {
        let tiles = self.batch.shards.tiles(shard);
        dispatch(Shard { sums: self, tiles, accumulate, gradient, written, memory })
    }

    /// As `of`, for the two halves of a range, each on a thread.
    fn of_two_threads(
        &self,
        (first, second): (Range<usize>, Range<usize>),
        gradient: &mut N,
        room: Room<'_, N>,
        (mut written, mut other): (Written<'_, N::Scalar>, Written<'_, N::Scalar>),
    ) -> N::Scalar {
        let (mut room, addend, mut other_room) = room.shared(&self.batch.shards, &first);
        let (loss, later) = threads::join(
            || self.of(first.clone(), gradient, room.first(), written.lent()),
            || self.of(second.clone(), addend, other_room.first(), other.lent()),
        );
        add(gradient.parameters_mut(), addend.parameters());
        loss + later
    }
}

/// The sum of the losses of some tiles, in order, and its gradient.
struct Shard<'a, 's, N: Network, L: Loss<N::Output>> {
    sums: &'a Sums<'s, N, L>,
    tiles: Range<usize>,
    /// Whether the gradient is added to the one that is there.
    accumulate: bool,
    gradient: &'a mut N,
    written: Written<'a, N::Scalar>,
    memory: &'a mut [N::Scalar],
}

impl<N: Network, L: Loss<N::Output>> Program for Shard<'_, '_, N, L> {
    type Output = N::Scalar;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> N::Scalar {
        let Self { sums: Sums { batch, pass, weight }, tiles, mut accumulate, gradient, mut written, memory } = self;
        let network = batch.network;
        let mut sum = N::Scalar::ZERO;
        for tile in tiles {
            let samples = batch.samples(tile);
            let pass = &Pass { first_sample: pass.first_sample + samples.start, ..**pass };
            let Parts { logits, grad_logits, cache, steps, .. } = cut::<N>(memory, samples.len());
            let input = N::Input::flat_batch(&batch.inputs[samples.clone()]);
            let (own, others) = written.split::<N>(samples.len());
            written = others;
            let phase = Phase::of_window(batch.states(&samples, own.states));
            {
                let (logits, cache, steps) = (&mut *logits, &mut *cache, &mut *steps);
                ForwardPhase { network, pass, input, logits, cache, steps, phase }.run(isa);
            }
            let targets = &batch.targets[samples.clone()];
            sum += batch.loss.evaluate(isa, logits, targets, *weight, Some(&mut *grad_logits));
            if !own.predictions.is_empty() {
                own.predictions.copy_from_slice(logits);
                if N::Output::PROBABILITIES {
                    N::Scalar::softmax(isa, features::<N::Logits>(), own.predictions);
                }
            }
            let (gradient, grad_input) = (&mut *gradient, None);
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
            .run(isa, Phase::of_window(batch.states(&samples, &mut [])));
            accumulate = true;
        }
        sum
    }
}

/// a ← a + b.
pub(super) struct Add<'a, T> {
    pub(super) sum: &'a mut [T],
    pub(super) addend: &'a [T],
}

impl<T: Kernels> Program for Add<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        <T as UpdateKernels>::add_assign(isa, self.sum, self.addend);
    }
}

/// Computes a ← a + b, shared by threads.
fn add<T: Kernels>(sum: &mut [T], addend: &[T]) {
    let Some(middle) = threads::middle(sum.len()) else {
        return dispatch(Add { sum, addend });
    };
    let ((sum, other_sum), (addend, other_addend)) = (sum.split_at_mut(middle), addend.split_at(middle));
    threads::join(|| add(sum, addend), || add(other_sum, other_addend));
}

/// Computes the predictions for a batch.
pub(super) fn infer<N: Network>(network: &N, inputs: &[Sample<N, N::Input>], outputs: &mut [Sample<N, N::Output>]) {
    let samples = inputs.len();
    let alone = match threads::sharing(N::MULTIPLY_ADDS.saturating_mul(samples as u64)) {
        1 => samples,
        threads => samples.div_ceil(INFERENCES_PER_THREAD * threads).max(SMALLEST_INFERENCE),
    };
    infer_pieces(network, inputs, outputs, alone);
}

/// Computes the predictions for some samples. One thread computes up to `alone` of them.
fn infer_pieces<N: Network>(
    network: &N,
    inputs: &[Sample<N, N::Input>],
    outputs: &mut [Sample<N, N::Output>],
    alone: usize,
) {
    if !(threads::POSSIBLE && inputs.len() > alone) {
        let scratch_len = inputs.len().min(N::TILE).saturating_mul(inference_len::<N>());
        return with_scratch(scratch_len, |scratch| dispatch(InferTiles { network, inputs, outputs, scratch }));
    }
    // A step of at most half of the smallest piece leaves both halves with samples.
    let step = N::TOGETHER.clamp(INFERENCE_STEP, SMALLEST_INFERENCE / 2);
    let middle = (inputs.len() / 2).next_multiple_of(step);
    let ((inputs, other_inputs), (outputs, other_outputs)) = (inputs.split_at(middle), outputs.split_at_mut(middle));
    threads::join(
        || infer_pieces(network, inputs, outputs, alone),
        || infer_pieces(network, other_inputs, other_outputs, alone),
    );
}

/// Computes the predictions for some samples, tile by tile in the same scratch memory.
struct InferTiles<'a, N: Network> {
    network: &'a N,
    inputs: &'a [Sample<N, N::Input>],
    outputs: &'a mut [Sample<N, N::Output>],
    scratch: &'a mut [N::Scalar],
}

impl<N: Network> Program for InferTiles<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { network, inputs, outputs, scratch } = self;
        for (inputs, outputs) in inputs.chunks(N::TILE).zip(outputs.chunks_mut(N::TILE)) {
            let (input, output) = (N::Input::flat_batch(inputs), N::Output::flat_batch_mut(outputs));
            let scratch = &mut scratch[..inputs.len() * const { inference_len::<N>() }];
            Infer { network, input, output, scratch }.run(isa);
        }
    }
}

pub(super) fn check_counts(
    first: &'static str,
    first_count: usize,
    second: &'static str,
    second_count: usize,
) -> Result<()> {
    if first_count == second_count {
        return Ok(());
    }
    Err(Error::CountMismatch { first, first_count, second, second_count })
}
