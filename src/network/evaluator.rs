//! How good is a network on samples that it does not learn from? Its mean loss, and the metrics of its predictions.

use alloc::vec;
use alloc::vec::Vec;
use core::mem;
use core::ops::Range;

use crate::dataset::{Batches, CheckedBatches};
use crate::error::{Error, Result};
use crate::kernel::dispatch;
use crate::loss::{Loss, Values};
use crate::metric::{Measures, Metric, MetricState};
use crate::network::{
    Batch, EvaluationOf, FitsInput, FitsSteps, FitsTarget, Network, Room, Sample, Shards, TileLoss, Workspace,
    carried_len, check_samples, cut, infer, split_samples,
};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::{Holds, Target};
use crate::threads;

/// The number of tiles whose predictions are in memory at a time: enough for several threads. It is equal to the number of
/// shards of a batch, so that each tile is a shard.
const TILES_SEEN: usize = 8;
/// The largest size of these predictions in bytes, unless those of a single tile exceed it.
const BYTES_SEEN: usize = 16 << 20;
/// The number of samples to allocate memory for if a source of batches does not know how many it has.
const RESERVED: usize = 1024;

/// Observes the predictions, in the order of the samples, while the loss is measured.
#[cfg_attr(not(feature = "std"), allow(unreachable_pub, reason = "it is in a signature of `train` alone"))]
pub trait Observer<N: Network, Y: Target> {
    /// Whether the observer uses the predictions. If it does not, none are kept for it.
    const LOOKS: bool;

    /// Passes predictions to the observer, one after the other, with their targets.
    fn see(&mut self, predictions: &[N::Scalar], targets: &[Y::Value<N::Scalar>]);
}

/// An observer that uses nothing.
impl<N: Network, Y: Target> Observer<N, Y> for () {
    const LOOKS: bool = false;

    fn see(&mut self, _: &[N::Scalar], _: &[Y::Value<N::Scalar>]) {}
}

/// Memory for observed predictions, which is allocated on first use.
#[derive(Debug)]
#[cfg_attr(not(feature = "std"), allow(unreachable_pub, reason = "it is in a signature of `train` alone"))]
pub struct Predictions<T> {
    values: Vec<T>,
    /// The sums of losses and misses of each tile.
    tiles: Vec<(f64, f64)>,
}

impl<T> Predictions<T> {
    pub(crate) const fn new() -> Self {
        Self { values: Vec::new(), tiles: Vec::new() }
    }
}

/// Sums over samples.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Totals {
    losses: f64,
    misses: f64,
    samples: usize,
    predictions: usize,
}

impl Totals {
    /// Adds the sums over other samples.
    pub(super) fn add(&mut self, other: Self) {
        (self.losses, self.misses) = plus((self.losses, self.misses), (other.losses, other.misses));
        self.samples += other.samples;
        self.predictions += other.predictions;
    }

    /// Returns the means, or `None` if there are no samples.
    pub(crate) fn means<E: Measures<Y>, Y: Target>(self) -> Option<E> {
        (self.samples > 0).then(|| E::from_sums(self.losses, self.misses, self.samples, self.predictions))
    }
}

/// Adds two pairs of losses and misses.
fn plus(left: (f64, f64), right: (f64, f64)) -> (f64, f64) {
    (left.0 + right.0, left.1 + right.1)
}

/// Evaluates a network with a loss, in existing memory, and passes the predictions to an observer.
pub(crate) struct Evaluator<'a, 'w, N: Network, L, O> {
    pub(crate) network: &'a N,
    pub(crate) loss: &'a L,
    pub(crate) workspace: &'a mut Workspace<'w, N>,
    pub(crate) predictions: &'a mut Predictions<N::Scalar>,
    pub(crate) observer: O,
}

impl<N, L, O> Evaluator<'_, '_, N, L, O>
where
    N: Network,
    L: Loss<N::Output>,
    O: Observer<N, L::Target>,
{
    /// Returns the sums over some samples. They have the same bits with and without an observer, and for any number of threads.
    pub(crate) fn totals(
        &mut self,
        inputs: &[Sample<N, N::Input>],
        targets: &[Values<L, N::Output, N::Scalar>],
    ) -> Totals {
        self.totals_of_windows(inputs, targets, (&[], &mut []))
    }

    /// As [`totals`](Self::totals), for the next window of each of some sequences, with the states before and the memory for those
    /// after.
    pub(super) fn totals_of_windows(
        &mut self,
        inputs: &[Sample<N, N::Input>],
        targets: &[Values<L, N::Output, N::Scalar>],
        (before, after): (&[N::Scalar], &mut [N::Scalar]),
    ) -> Totals {
        let (losses, misses) = if O::LOOKS {
            self.observed(inputs, targets, (before, after))
        } else {
            let (shards, room) = self.workspace.room(inputs.len(), false);
            let batch = Batch { network: self.network, loss: self.loss, inputs, targets, shards, before };
            sums(&batch, batch.shards.all(), (room.tile, room.tiles), after)
        };
        let predictions = targets.iter().map(<L::Evaluation as Measures<L::Target>>::predictions).sum();
        Totals { losses, misses, samples: inputs.len(), predictions }
    }

    /// Returns the sums over the samples of a source, in batches of this size.
    pub(crate) fn totals_of_batches<B>(
        &mut self,
        source: &mut CheckedBatches<'_, B>,
        batch_size: usize,
        Buffers { inputs, targets }: &mut BuffersOf<B, N::Scalar>,
    ) -> Result<Totals>
    where
        B: Batches<N::Scalar, Input: FitsInput<N::Input>, Target: FitsTarget<L::Target>>,
    {
        let mut all = Totals::default();
        // A source that draws samples at random draws the same ones each time.
        source.begin(None, 0, 0)?;
        loop {
            source.fill(batch_size, inputs, targets)?;
            if inputs.is_empty() {
                return Ok(all);
            }
            let (inputs, targets) = (B::Input::arrays(inputs), B::Target::values(targets));
            check_samples::<N, L>(self.loss, inputs, targets)?;
            all.add(self.totals(inputs, targets));
        }
    }

    /// Returns the sums, computed from those of each tile. Evaluates some tiles at a time, then passes their predictions to the
    /// observer.
    fn observed(
        &mut self,
        inputs: &[Sample<N, N::Input>],
        targets: &[Values<L, N::Output, N::Scalar>],
        (mut before, mut after): (&[N::Scalar], &mut [N::Scalar]),
    ) -> (f64, f64) {
        let Self { network, loss, workspace, predictions, observer } = self;
        let Predictions { values, tiles } = predictions;
        let seen = tiles_seen::<N>() * N::TILE;
        tiles.clear();
        tiles.resize(inputs.len().div_ceil(N::TILE), (0.0, 0.0));
        values.resize(values.len().max(seen.min(inputs.len()) * N::Output::LEN), N::Scalar::ZERO);
        let pieces = inputs.chunks(seen).zip(targets.chunks(seen)).zip(tiles.chunks_mut(tiles_seen::<N>()));
        for ((inputs, targets), tiles) in pieces {
            let (shards, room) = workspace.room(inputs.len(), false);
            let values = &mut values[..inputs.len() * N::Output::LEN];
            let (own, others) = split_samples(after, inputs.len(), carried_len::<N>());
            let batch = Batch { network: *network, loss: *loss, inputs, targets, shards, before };
            (before, after) = (&before[own.len()..], others);
            predict(&batch, batch.shards.all(), (room.tile, room.tiles), tiles, (values, own));
            observer.see(values, targets);
        }
        let (all, _) = workspace.room(inputs.len(), false);
        joined(&all, all.all(), tiles)
    }
}

/// Returns the number of tiles whose predictions are in memory at a time.
fn tiles_seen<N: Network>() -> usize {
    let bytes = N::TILE.saturating_mul(N::Output::LEN).saturating_mul(size_of::<N::Scalar>()).max(1);
    (BYTES_SEEN / bytes).clamp(1, TILES_SEEN)
}

/// Returns the sums of losses and misses of some shards.
fn sums<N: Network, L: Loss<N::Output>>(
    batch: &Batch<'_, N, L>,
    shards: Range<usize>,
    (tile, tiles): (&mut [N::Scalar], &mut [Vec<N::Scalar>]),
    mut states: &mut [N::Scalar],
) -> (f64, f64) {
    let plan = &batch.shards;
    let Some((first, second)) = Shards::halves(&shards) else {
        let sums = plan.tiles(&shards).map(|index| {
            let rest = mem::take(&mut states);
            let (own, others) = split_samples(rest, batch.samples(index).len(), carried_len::<N>());
            states = others;
            sum(batch, index, tile, own)
        });
        return sums.fold((0.0, 0.0), plus);
    };
    let (states, other_states) = split_samples(states, plan.tiles(&first).len() * N::TILE, carried_len::<N>());
    if threads::POSSIBLE && plan.is_shared(&shards) {
        let (tiles, other, others) = Room::<N>::for_two_threads(tiles, plan.needs(&first).tiles);
        let (left, right) = threads::join(
            || sums(batch, first.clone(), (&mut *tile, &mut *tiles), states),
            || sums(batch, second.clone(), (&mut *other, &mut *others), other_states),
        );
        plus(left, right)
    } else {
        let left = sums(batch, first, (&mut *tile, &mut *tiles), states);
        plus(left, sums(batch, second, (tile, tiles), other_states))
    }
}

/// As [`sums`], computed from the sums of the tiles.
fn joined(plan: &Shards, shards: Range<usize>, tiles: &[(f64, f64)]) -> (f64, f64) {
    match Shards::halves(&shards) {
        Some((first, second)) => plus(joined(plan, first, tiles), joined(plan, second, tiles)),
        None => tiles[plan.tiles(&shards)].iter().copied().fold((0.0, 0.0), plus),
    }
}

/// Computes the losses and misses of each of some tiles, and the predictions of all of them. Every tile is a shard.
fn predict<N: Network, L: Loss<N::Output>>(
    batch: &Batch<'_, N, L>,
    shards: Range<usize>,
    (tile, tiles): (&mut [N::Scalar], &mut [Vec<N::Scalar>]),
    sums: &mut [(f64, f64)],
    (predictions, states): (&mut [N::Scalar], &mut [N::Scalar]),
) {
    let plan = &batch.shards;
    let Some((first, second)) = Shards::halves(&shards) else {
        sums[0] = sum(batch, shards.start, tile, states);
        let tile = cut::<N>(tile, batch.samples(shards.start).len());
        predictions.copy_from_slice(tile.logits);
        return;
    };
    let (sums, other_sums) = sums.split_at_mut(first.len());
    let before = first.len() * N::TILE;
    let (predictions, other_predictions) = predictions.split_at_mut(before * N::Output::LEN);
    let (states, other_states) = split_samples(states, before, carried_len::<N>());
    if threads::POSSIBLE && plan.is_shared(&shards) {
        let (tiles, other, others) = Room::<N>::for_two_threads(tiles, plan.needs(&first).tiles);
        threads::join(
            || predict(batch, first.clone(), (&mut *tile, &mut *tiles), sums, (&mut *predictions, &mut *states)),
            || {
                predict(
                    batch,
                    second.clone(),
                    (&mut *other, &mut *others),
                    other_sums,
                    (&mut *other_predictions, &mut *other_states),
                );
            },
        );
    } else {
        predict(batch, first, (&mut *tile, &mut *tiles), sums, (predictions, states));
        predict(batch, second, (tile, tiles), other_sums, (other_predictions, other_states));
    }
}

/// Computes the losses and misses of a tile, and leaves its predictions in place of the logits.
fn sum<N: Network, L: Loss<N::Output>>(
    batch: &Batch<'_, N, L>,
    tile: usize,
    memory: &mut [N::Scalar],
    states: &mut [N::Scalar],
) -> (f64, f64) {
    let samples = batch.samples(tile);
    let states = batch.states(&samples, states);
    let (inputs, targets) = (&batch.inputs[samples.clone()], &batch.targets[samples]);
    let Batch { network, loss, .. } = *batch;
    let losses = dispatch(TileLoss { network, loss, inputs, targets, states, memory: &mut *memory }).to_f64();
    // Losses are computed from the logits, misses from the predictions.
    let predictions = cut::<N>(memory, inputs.len()).logits;
    let mut misses = 0.0;
    for (prediction, target) in predictions.chunks_exact(N::Logits::LEN).zip(targets) {
        misses += <L::Evaluation as Measures<L::Target>>::miss(prediction, target);
    }
    (losses, misses)
}

/// Returns an empty vector with room for `count` elements if memory has it. A source may claim any number of samples.
pub(crate) fn with_room<X>(count: usize) -> Vec<X> {
    let mut vector = Vec::new();
    // Without the room, the vector grows with the samples that do come.
    let _ = vector.try_reserve_exact(count);
    vector
}

/// The samples of a batch.
#[derive(Debug)]
#[cfg_attr(not(feature = "std"), allow(unreachable_pub, reason = "it is in a signature of `train` alone"))]
pub struct Buffers<X, Y> {
    pub(super) inputs: Vec<X>,
    pub(super) targets: Vec<Y>,
}

/// The buffers for the samples of a source.
pub(crate) type BuffersOf<B, T> =
    Buffers<<<B as Batches<T>>::Input as Shape>::Array<T>, <<B as Batches<T>>::Target as Target>::Value<T>>;

impl<X, Y> Buffers<X, Y> {
    /// Allocates buffers for batches of this size, limited by the number of samples if that is known.
    pub(crate) fn new(batch_size: usize, samples: Option<usize>) -> Self {
        let capacity = batch_size.min(samples.unwrap_or(RESERVED));
        Self { inputs: with_room(capacity), targets: with_room(capacity) }
    }
}

/// Returns the measures of a network on a source of batches.
pub(super) fn evaluate_on_batches<N, L, B>(
    network: &N,
    source: &mut B,
    loss: &L,
    batch_size: usize,
) -> Result<EvaluationOf<L, N::Output>>
where
    N: Network,
    L: Loss<N::Output>,
    B: Batches<N::Scalar, Input: FitsInput<N::Input>, Target: FitsTarget<L::Target>>,
{
    check_batch_size(batch_size)?;
    let (mut source, workspace) = (CheckedBatches::new(source), &mut Workspace::new());
    let mut buffers = Buffers::new(batch_size, source.samples());
    let predictions = &mut Predictions::new();
    let mut evaluator = Evaluator { network, loss, workspace, predictions, observer: () };
    let totals = evaluator.totals_of_batches(&mut source, batch_size, &mut buffers)?;
    totals.means::<L::Evaluation, L::Target>().ok_or(Error::Empty { what: "source of batches" })
}

/// Adds the predictions for some samples to a metric, in order.
fn add<N: Network, M: Metric<N::Output>, Y: Holds<M::Target>>(
    network: &N,
    inputs: &[Sample<N, N::Input>],
    targets: &[Y::Value<N::Scalar>],
    (metric, state): (&M, &mut M::State),
    outputs: &mut Vec<Sample<N, N::Output>>,
) {
    let () = FitsSteps::<N, Y>::RIGHT;
    let seen = tiles_seen::<N>() * N::TILE;
    outputs.resize(outputs.len().max(inputs.len().min(seen)), N::Output::zero());
    for (inputs, targets) in inputs.chunks(seen).zip(targets.chunks(seen)) {
        let outputs = &mut outputs[..inputs.len()];
        infer(network, inputs, outputs);
        for (output, target) in outputs.iter().zip(targets) {
            metric.add(state, N::Output::flat(output), Y::inner(target));
        }
    }
}

/// Returns the value of a metric for the predictions for some samples.
pub(super) fn measure_on<N: Network, M: Metric<N::Output>, Y: Holds<M::Target>>(
    network: &N,
    inputs: &[Sample<N, N::Input>],
    targets: &[Y::Value<N::Scalar>],
    metric: &M,
) -> M::Value {
    let mut state = M::State::new();
    add::<N, M, Y>(network, inputs, targets, (metric, &mut state), &mut vec![]);
    metric.value(&state)
}

/// Returns the value of a metric for the predictions for the samples of a source.
pub(super) fn measure_on_batches<N, M, B>(
    network: &N,
    source: &mut B,
    metric: &M,
    batch_size: usize,
) -> Result<M::Value>
where
    N: Network,
    M: Metric<N::Output>,
    B: Batches<N::Scalar, Input: FitsInput<N::Input>, Target: Holds<M::Target>>,
{
    check_batch_size(batch_size)?;
    let (mut source, mut state, mut outputs) = (CheckedBatches::new(source), M::State::new(), vec![]);
    let Buffers { mut inputs, mut targets } = BuffersOf::<B, N::Scalar>::new(batch_size, source.samples());
    source.begin(None, 0, 0)?;
    loop {
        source.fill(batch_size, &mut inputs, &mut targets)?;
        if inputs.is_empty() {
            return Ok(metric.value(&state));
        }
        let inputs = B::Input::arrays(&inputs);
        add::<N, M, B::Target>(network, inputs, &targets, (metric, &mut state), &mut outputs);
    }
}

fn check_batch_size(batch_size: usize) -> Result<()> {
    if batch_size == 0 {
        return Err(Error::Setting { name: "batch size", value: 0.0, allowed: "at least 1" });
    }
    Ok(())
}
