//! How does a pass wait for all samples of a batch, in a network with layers that mix them?

use core::ops::Range;

use crate::layer::{CarriedStates, Origins, PaddedSamples, Plan, StepCounts};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// How a layer mixes the samples of a batch in training.
///
/// A batch goes through a network in tiles, on several threads. A layer that mixes samples cuts the forward pass and the
/// backward pass at barriers. Before a barrier it measures the samples of a tile. When all tiles have reached the barrier, the
/// measurements are combined, and the passes go on with the statistics of the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mixing {
    /// The number of barriers in each of the two passes.
    pub barriers: usize,
    /// The number of channels that the layer measures. There are two measurements per channel.
    pub channels: usize,
    /// The smallest number of samples in a batch that the layer can learn from.
    pub smallest_batch: usize,
}

impl Mixing {
    /// The layer treats every sample by itself.
    pub const NONE: Self = Self { barriers: 0, channels: 0, smallest_batch: 1 };

    /// Returns what two layers, one after the other, need.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            barriers: self.barriers + other.barriers,
            channels: self.channels + other.channels,
            smallest_batch: if self.smallest_batch > other.smallest_batch {
                self.smallest_batch
            } else {
                other.smallest_batch
            },
        }
    }

    /// Returns what `count` layers of this kind need.
    #[must_use]
    pub const fn times(self, count: usize) -> Self {
        Self { barriers: count * self.barriers, channels: count * self.channels, ..self }
    }

    /// The number of measurements.
    pub(crate) const fn measurements(self) -> usize {
        2 * self.channels
    }

    /// The number of elements of [`BatchStatistics`].
    pub(crate) const fn len(self) -> usize {
        3 * self.measurements()
    }
}

/// The part of a pass that runs now: the part between two barriers, and the window of longer sequences.
///
/// A layer that treats every sample by itself does not use it. A layer that contains others hands each of them its phase, by
/// [`of_next`](Self::of_next) or [`of_previous`](Self::of_previous), and runs only those that it gets a phase for. A pass calls
/// the layers once in every phase, and their memory keeps its values from phase to phase.
///
/// # Example
/// A custom layer that subtracts the mean of each element over the batch.
/// ```
/// use typenet::kernel::{Isa, Kernels};
/// use typenet::prelude::*;
/// use typenet::{Backward, Forward, Mixing, Mode, Plan, Scalar, Site};
///
/// struct Center<const N: usize>;
///
/// struct CenterPlan<const N: usize>;
/// impl<const N: usize> Plan for CenterPlan<N> {
///     const READS_INPUT: bool = false;
///     const READS_OUTPUT: bool = false;
///     const MIXING: Mixing = Mixing { barriers: 1, channels: N, smallest_batch: 1 };
/// }
///
/// /// Writes the means of `values` into the first half of `measured`, and no variance.
/// fn measure<T: Scalar, const N: usize>(values: &[T], measured: &mut [T]) {
///     measured.fill(T::ZERO);
///     for sample in values.chunks_exact(N) {
///         measured.iter_mut().zip(sample).for_each(|(sum, &x)| *sum += x);
///     }
///     measured.iter_mut().for_each(|sum| *sum /= T::from_count(values.len() / N));
/// }
///
/// /// Subtracts the first half of `known` from each sample.
/// fn subtract<T: Scalar, const N: usize>(values: &[T], known: &[T], differences: &mut [T]) {
///     for (sample, x) in differences.chunks_exact_mut(N).zip(values.chunks_exact(N)) {
///         sample.iter_mut().zip(x).zip(known).for_each(|((y, &x), &mean)| *y = x - mean);
///     }
/// }
///
/// impl<const N: usize> Layer for Center<N> {
///     type Output<In: Shape> = Vector<N>;
///     type Logits<In: Shape> = Vector<N>;
///     type With<T: Scalar> = ();
///     type Settings = ();
///     type Plan<In: Shape> = CenterPlan<N>;
///
///     fn forward<In: Shape, T: Kernels, I: Isa>(_: I, site: Site<'_, (), ()>, memory: Forward<'_, T>) {
///         let Forward { input, output, mut phase, .. } = memory;
///         match (site.pass.mode, phase.passed()) {
///             (Mode::Inference, _) => output.copy_from_slice(input),
///             (Mode::Training, 0) => measure::<T, N>(input, phase.measured()),
///             (Mode::Training, _) => subtract::<T, N>(input, phase.forward_statistics(), output),
///         }
///     }
///
///     // The gradient of the loss of the batch: g - mean(g).
///     fn backward<In: Shape, T: Kernels, I: Isa>(
///         _: I, _: Site<'_, (), ()>, memory: Backward<'_, T>, (): &mut (),
///     ) {
///         let Backward { grad_output, grad_input, mut phase, .. } = memory;
///         if phase.passed() == 0 {
///             measure::<T, N>(grad_output, phase.measured());
///         } else if let Some(grad_input) = grad_input {
///             subtract::<T, N>(grad_output, phase.backward_statistics(), grad_input);
///         }
///     }
/// }
/// impl<const N: usize> Takes<Vector<N>> for Center<N> {}
///
/// network!(struct Centered (Vector<1>) = Center<1>);
/// let mut workspace = Workspace::new();
/// let outputs = Centered::zeroed().forward(&[[1.0], [2.0], [6.0]], &Pass::training(37, 0), &mut workspace)?;
/// assert_eq!(outputs, [[-2.0], [-1.0], [3.0]]);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Debug)]
pub struct Phase<'a, T> {
    /// The number of barriers that the pass has passed in this layer.
    passed: usize,
    /// The barriers of the layers inside that had their turn.
    before: usize,
    /// The elements of the layers inside that did not have their turn yet.
    rest: Range<usize>,
    statistics: BatchStatistics<'a, T>,
    /// The states that the layers inside carry, of those that did not have their turn yet.
    states: CarriedStates<'a, T>,
    /// The samples of the network, if it takes padded sequences.
    padded: Option<&'a PaddedSamples<'a, T>>,
    /// The parts of these samples that have the steps of the input.
    origins: Origins,
}

/// What layers measured in the samples of a tile, and what they know of the batch. Each slice has a part for every layer.
#[derive(Debug)]
pub(crate) struct BatchStatistics<'a, T> {
    /// The measurements of this tile.
    pub(crate) measured: &'a mut [T],
    /// The statistics of the batch in the forward pass.
    pub(crate) forward: &'a [T],
    /// The statistics of the batch in the backward pass.
    pub(crate) backward: &'a [T],
    /// The number of samples in the batch.
    pub(crate) samples: usize,
    /// Whether the tile is the first of the batch.
    pub(crate) is_first: bool,
    /// Where these slices start in those of the network.
    start: usize,
    /// The place for the range, in the network, of the measurements that a layer made; `None` without barriers.
    written: Option<&'a mut Range<usize>>,
}

impl<'a, T> BatchStatistics<'a, T> {
    #[inline(always)]
    const fn none() -> Self {
        Self { measured: &mut [], forward: &[], backward: &[], samples: 0, is_first: false, start: 0, written: None }
    }

    /// Cuts `memory`, of [`Mixing::len`] elements, for a tile of a batch of `samples` samples. Writes to `written` where a layer
    /// leaves its measurements.
    #[inline(always)]
    pub(crate) fn new(memory: &'a mut [T], samples: usize, is_first: bool, written: &'a mut Range<usize>) -> Self {
        let len = memory.len() / 3;
        let (measured, known) = memory.split_at_mut(len);
        let (forward, backward) = known.split_at(len);
        Self { measured, forward, backward, samples, is_first, start: 0, written: Some(written) }
    }

    /// Returns the part of the layer whose measurements are at `range`.
    #[inline(always)]
    fn part(&mut self, range: Range<usize>) -> BatchStatistics<'_, T> {
        let Self { measured, forward, backward, samples, is_first, start, written } = self;
        BatchStatistics {
            measured: &mut measured[range.clone()],
            forward: &forward[range.clone()],
            backward: &backward[range.clone()],
            samples: *samples,
            is_first: *is_first,
            start: *start + range.start,
            written: written.as_deref_mut(),
        }
    }
}

impl<'a, T> Phase<'a, T> {
    /// Returns the phase of a pass without barriers, for layers that treat every sample by itself, and for inference.
    #[inline(always)]
    #[must_use]
    pub const fn only() -> Self {
        Self::of_window(CarriedStates::none())
    }

    /// Returns the phase of a pass without barriers over the next window of each sequence.
    #[inline(always)]
    pub(crate) const fn of_window(states: CarriedStates<'a, T>) -> Self {
        let (statistics, origins) = (BatchStatistics::none(), Origins::SAME);
        Self { passed: 0, before: 0, rest: 0..0, statistics, states, padded: None, origins }
    }

    /// Returns the phase of a pass over samples with padded sequences.
    #[inline(always)]
    pub(crate) fn of_padded(self, padded: &'a PaddedSamples<'a, T>) -> Self {
        Self { padded: Some(padded), ..self }
    }

    /// Returns the phase of a forward pass that a layer without barriers computes again, in its backward pass.
    #[inline(always)]
    pub(crate) fn again(&self) -> Phase<'_, T> {
        Phase { padded: self.padded, origins: self.origins, ..Phase::of_window(self.states.again()) }
    }

    /// Returns the phase after `passed` barriers of a network.
    #[inline(always)]
    pub(crate) fn after(passed: usize, statistics: BatchStatistics<'a, T>) -> Self {
        let rest = 0..statistics.measured.len();
        Self { passed, rest, statistics, ..Self::only() }
    }

    /// Returns the number of barriers that the pass has passed in this layer: from 0 to [`Mixing::barriers`].
    #[inline(always)]
    #[must_use]
    pub const fn passed(&self) -> usize {
        self.passed
    }

    /// Returns whether this is the last phase of a layer with the plan `P`.
    #[inline(always)]
    #[must_use]
    pub const fn is_last<P: Plan>(&self) -> bool {
        self.passed == P::MIXING.barriers
    }

    /// Returns the phase of the next layer inside, in the order of the forward pass, or `None` if that layer does not run in
    /// this phase. The layers after it see the steps of its output.
    #[inline]
    #[must_use]
    pub fn of_next<P: Plan>(&mut self) -> Option<Phase<'_, T>> {
        let origins = self.origins;
        self.pass_by::<P>();
        let (range, states) = self.take_first::<P>();
        self.turn::<P>(range, states, origins)
    }

    /// Returns the phase of the next layer inside, as [`of_next`](Self::of_next) does, if all layers inside read the same input.
    #[inline]
    #[must_use]
    pub fn of_branch<P: Plan>(&mut self) -> Option<Phase<'_, T>> {
        let (range, states) = self.take_first::<P>();
        self.turn::<P>(range, states, self.origins)
    }

    /// Takes what belongs to the next layer inside.
    #[inline]
    fn take_first<P: Plan>(&mut self) -> (Range<usize>, CarriedStates<'a, T>) {
        let range = self.rest.start..self.rest.start + P::MIXING.measurements();
        self.rest.start = range.end;
        (range, self.states.take_first::<P>())
    }

    /// Returns the phase of the previous layer inside, in the order of the backward pass, or `None` if that layer does not run
    /// in this phase.
    #[inline]
    #[must_use]
    pub fn of_previous<P: Plan>(&mut self) -> Option<Phase<'_, T>> {
        let range = self.rest.end - P::MIXING.measurements()..self.rest.end;
        self.rest.end = range.start;
        let states = self.states.take_last::<P>();
        self.turn::<P>(range, states, self.origins)
    }

    #[inline]
    fn turn<'s, P: Plan>(
        &'s mut self,
        range: Range<usize>,
        states: CarriedStates<'s, T>,
        origins: Origins,
    ) -> Option<Phase<'s, T>> {
        let before = self.before;
        self.before += P::MIXING.barriers;
        let passed = self.passed.checked_sub(before).filter(|&passed| passed <= P::MIXING.barriers)?;
        let padded = self.padded;
        let (rest, statistics) = if const { P::MIXING.barriers == 0 } {
            (0..0, BatchStatistics::none())
        } else {
            (0..range.len(), self.statistics.part(range))
        };
        Some(Phase { passed, before: 0, rest, statistics, states, padded, origins })
    }

    /// Returns the phase of the next layer inside in inference, which has no barriers. The layers after it see the steps of its output.
    #[inline]
    #[must_use]
    pub fn of_inference<P: Plan>(&mut self) -> Phase<'a, T> {
        let phase = self.inference();
        self.pass_by::<P>();
        phase
    }

    /// Returns the phase of a layer inside in inference, if all layers inside read the same input.
    #[inline]
    #[must_use]
    pub const fn inference(&self) -> Phase<'a, T> {
        let mut phase = Phase::only();
        (phase.padded, phase.origins) = (self.padded, self.origins);
        phase
    }

    /// Goes on to the steps of the output of a layer.
    #[inline]
    fn pass_by<P: Plan>(&mut self) {
        if const { !P::ORIGINS.is_same() } {
            self.origins = self.origins.then(P::ORIGINS);
        }
    }

    /// Returns which parts of the network's samples have the steps of the parts of the input.
    #[inline(always)]
    #[must_use]
    pub const fn origins(&self) -> Origins {
        self.origins
    }

    /// Sets what [`origins`](Self::origins) returns, for the layer that is the previous one in the backward pass.
    #[inline(always)]
    pub const fn set_origins(&mut self, origins: Origins) {
        self.origins = origins;
    }

    /// Returns how many steps the sequences have that the layer takes, in a network with [`Padded`](crate::Padded) input: those of the
    /// part of its input of shape `In` with this index, 0 unless `In` is a [`Pair`](crate::Pair).
    #[inline(always)]
    #[must_use]
    pub fn step_counts<In: Shape>(&self, part: usize) -> StepCounts<'a, T>
    where
        T: Scalar,
    {
        StepCounts::new(self.padded, self.origins.of(part), In::PARTS[part][0])
    }

    /// Returns the state that the layer carries from window to window of longer sequences: the one in which the windows before
    /// ended, and the memory for the one in which these windows end, which is empty in a backward pass, and
    /// in a forward pass that a backward pass computes again. Each has [`StreamPlan::state`](crate::StreamPlan::state) elements per sample,
    /// in an order that is up to the layer. Returns `None` if
    /// the sequences begin here, with a state of zero, or if the layer has no state.
    ///
    /// No gradient flows through the state: it is a constant of the window.
    #[inline(always)]
    #[must_use]
    pub const fn carried(&mut self) -> Option<(&[T], &mut [T])> {
        if self.states.before.is_empty() { None } else { Some((self.states.before, &mut *self.states.after)) }
    }

    /// Returns the memory for what the layer measures in the samples of the tile: for every channel, the mean of one value and,
    /// after those of all channels, that of another. In the forward pass these are the mean and the variance, which are
    /// combined as such. In the backward pass they are any two means.
    #[inline(always)]
    #[must_use]
    pub fn measured(&mut self) -> &mut [T] {
        self.record();
        self.statistics.measured
    }

    /// Returns the mean and the variance of every channel over the batch, laid out as in [`measured`](Self::measured).
    #[inline(always)]
    #[must_use]
    pub fn forward_statistics(&self) -> &[T] {
        self.statistics.forward
    }

    /// Returns [`forward_statistics`](Self::forward_statistics) and [`measured`](Self::measured).
    #[inline(always)]
    #[must_use]
    pub fn known_and_measured(&mut self) -> (&[T], &mut [T]) {
        self.record();
        (self.statistics.forward, self.statistics.measured)
    }

    /// Writes down where the layer leaves its measurements.
    #[inline(always)]
    fn record(&mut self) {
        let BatchStatistics { measured, start, written, .. } = &mut self.statistics;
        if let Some(written) = written {
            **written = *start..*start + measured.len();
        }
    }

    /// Returns the means of the backward pass over the batch, laid out as in [`measured`](Self::measured).
    #[inline(always)]
    #[must_use]
    pub fn backward_statistics(&self) -> &[T] {
        self.statistics.backward
    }

    /// Returns the number of samples in the batch.
    #[inline(always)]
    #[must_use]
    pub const fn samples(&self) -> usize {
        self.statistics.samples
    }

    /// Returns whether the tile is the first of its batch. What a layer adds to the gradient once for a batch, such as the
    /// change of a running mean, it adds in this tile.
    #[inline(always)]
    #[must_use]
    pub const fn is_first_tile(&self) -> bool {
        self.statistics.is_first
    }
}
