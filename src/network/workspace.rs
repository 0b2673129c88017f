//! Where are activations and gradients stored during a training step?
//!
//! In one slice, whose length is known at the declaration of the network, whatever the size of the batch. A batch of more than
//! one tile also needs gradients of tiles that are added later, and such a slice for each further thread. If layers mix the
//! samples of a batch, the slice holds all tiles of the batch instead.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Debug};

use crate::error::{Error, Result};
use crate::layer::{CarriedStates, Plan};
use crate::network::{CarriedState, Network, PlanOf, Room, Shards, copied_len};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::threads;

/// The assumed size of the second-level cache. It is the same on every machine, so that tiles, and therefore bits, are the same
/// everywhere.
const L2_BYTES: usize = 1 << 20;
/// The largest tile. A larger one gains nothing: at this size, the weights that a tile streams are read rarely enough.
const LARGEST_TILE: usize = 128;
/// The smallest tile if the weights exceed the cache. A tile streams the weights twice, so a smaller one would wait for memory.
const SMALLEST_STREAMING_TILE: usize = 64;
/// Larger tiles are multiples of this, so that kernels that process several samples at once have no remainder.
const TILE_STEP: usize = 8;
/// The smallest tile, in groups of samples that a layer processes together. One group takes less memory than the cache has for
/// most networks, but streams the weights of dense layers twice as often: LeNet's step takes 3 % longer.
const SMALLEST_GROUPS: usize = 2;

/// A gradient takes about as many multiply-adds as this many forward passes.
const PASSES_OF_A_GRADIENT: u64 = 3;

/// Returns the number of samples per tile, from the scalars of workspace per sample, the bytes of parameters, the number of
/// samples that a layer processes together, and the number of rows of a sample that are multiplied by weights.
pub(crate) const fn tile<T: Scalar>(sample_len: usize, parameter_bytes: usize, together: usize, rows: usize) -> usize {
    let sample_bytes = sample_len * size_of::<T>();
    let fit = match (L2_BYTES / 2).checked_div(sample_bytes) {
        Some(fit) => fit,
        None => LARGEST_TILE,
    };
    let least = if parameter_bytes > L2_BYTES && rows > 0 { SMALLEST_STREAMING_TILE.div_ceil(rows) } else { 1 };
    let tile = if fit > LARGEST_TILE {
        LARGEST_TILE
    } else if fit < least {
        least
    } else {
        fit
    };
    let step = if together > 1 { together } else { TILE_STEP };
    if together > 1 && tile < SMALLEST_GROUPS.saturating_mul(together) {
        SMALLEST_GROUPS.saturating_mul(together)
    } else if tile > step {
        tile / step * step
    } else {
        tile
    }
}

/// The memory of a training step: logits, their gradients, and the layers' cache.
///
/// # Example
/// ```
/// use typenet::prelude::*;
/// use typenet::Workspace;
///
/// network!(struct Line = Dense<1, 1>);
///
/// let mut memory = [0.0; Line::WORKSPACE_LEN];
/// let lent = Workspace::<Line>::over(&mut memory)?;
/// assert_eq!(lent.samples(), Workspace::<Line>::new().samples());
/// # Ok::<(), typenet::Error>(())
/// ```
pub struct Workspace<'a, N: Network> {
    memory: Memory<'a, N::Scalar>,
    /// The number of samples that fit.
    samples: usize,
    /// The number of samples of the last forward pass.
    forward_samples: usize,
    /// Gradients of shards that are added later.
    gradients: Vec<Box<N>>,
    /// The memory of a tile for each further thread.
    tiles: Vec<Vec<N::Scalar>>,
    /// What is carried from window to window.
    pub(super) state: CarriedState<N::Scalar>,
}

enum Memory<'a, T> {
    Owned(Vec<T>),
    Lent(&'a mut [T]),
}

/// The memory of one pass over some samples.
pub(crate) struct Parts<'w, T> {
    pub(crate) logits: &'w mut [T],
    pub(crate) grad_logits: &'w mut [T],
    /// The layers' cache.
    pub(crate) cache: &'w mut [T],
    /// The memory for the steps of padded sequences.
    pub(crate) steps: &'w mut [T],
    /// What layers measure in the samples and know of the batch, [`Mixing::len`](crate::layer::Mixing::len) elements.
    pub(crate) statistics: &'w mut [T],
    /// The states that layers carry; none unless the workspace does.
    pub(crate) states: CarriedStates<'w, T>,
}

/// How the tiles of a batch are added, the memory of all tiles, and gradients for the sums that wait.
type RoomForBatch<'w, N> = (Shards, &'w mut [<N as Network>::Scalar], &'w mut [Box<N>]);

impl<N: Network> Workspace<'static, N> {
    /// Allocates memory for a training step with batches of any size: one tile of samples. If a layer mixes samples, as
    /// `BatchNorm` does, the first step with a larger batch allocates memory for all of its tiles.
    #[must_use]
    pub fn new() -> Self {
        Self::for_samples(N::TILE)
    }

    /// Returns the number of elements that [`over`](Workspace::over) needs for training steps with batches of up to `samples`
    /// samples: `N::WORKSPACE_LEN`, unless a layer such as `BatchNorm` mixes samples, which needs memory for each tile.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Normalized (Vector<8>) = Dense<_, 4>, BatchNorm, Relu, Dense<_, 1>);
    /// const LEN: usize = Workspace::<Normalized>::len_for_batch(256);
    /// let mut memory = [0.0; LEN];
    /// assert!(LEN > Normalized::WORKSPACE_LEN && Workspace::<Normalized>::over(&mut memory).is_ok());
    /// ```
    #[must_use]
    pub const fn len_for_batch(samples: usize) -> usize {
        if N::MIXING.barriers == 0 { N::WORKSPACE_LEN } else { samples.div_ceil(N::TILE) * tile_len::<N>() }
    }

    /// Allocates memory for a forward pass over `samples` samples at once.
    ///
    /// # Panics
    /// Panics if so many samples exceed the address space.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let mut workspace = Workspace::for_samples(300);
    /// let inputs = [[0.5]; 300];
    /// let outputs = Line::zeroed().forward(&inputs, &Pass::training(37, 0), &mut workspace)?;
    /// assert_eq!(outputs.len(), 300);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn for_samples(samples: usize) -> Self {
        let samples = samples.max(N::TILE);
        let len = samples.checked_mul(N::SAMPLE_LEN).and_then(|len| len.checked_add(N::MIXING.len()));
        let memory = Memory::Owned(allocate(len.expect("a workspace fits the address space")));
        Self::of(memory, samples)
    }
}

impl<N: Network> Default for Workspace<'static, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a, N: Network> Workspace<'a, N> {
    /// Creates a workspace in memory that the caller provides, of at least `N::WORKSPACE_LEN` elements. Computations in it use
    /// a single thread.
    ///
    /// # Errors
    /// [`Error::WorkspaceTooSmall`] if `memory` is shorter.
    pub fn over(memory: &'a mut [N::Scalar]) -> Result<Self> {
        if memory.len() < N::WORKSPACE_LEN {
            return Err(Error::WorkspaceTooSmall { length: memory.len(), needed: N::WORKSPACE_LEN });
        }
        let samples = (memory.len() - N::MIXING.len()) / N::SAMPLE_LEN.max(1);
        Ok(Self::of(Memory::Lent(memory), samples))
    }

    fn of(memory: Memory<'a, N::Scalar>, samples: usize) -> Self {
        let (gradients, tiles, state) = (Vec::new(), Vec::new(), CarriedState::none());
        Self { memory, samples, forward_samples: 0, gradients, tiles, state }
    }

    /// Returns the workspace for sequences that are longer than a sample, of which each pass sees the next window: recurrent layers
    /// begin at the state in which the window before ended, and at zero in the first. This is truncated backpropagation through time.
    /// The batches of [`gradient`](crate::Differentiate::gradient) and [`forward`](crate::Differentiate::forward) then have the next
    /// window of each of `sequences` sequences, in the same order each time. The state is a constant: no gradient flows through
    /// it to the windows before.
    ///
    /// The outputs for all windows have the bits of the outputs for the whole sequence. [`evaluate_with`](crate::Evaluate::evaluate_with)
    /// neither reads nor changes the state.
    ///
    /// # Errors
    /// A network with a layer that cannot go on where the window before ended does not compile: a recurrent layer that starts at
    /// the last step, attention, positions, a convolution, `BatchNorm`, pooling, or `Flatten`. A batch with another number of windows
    /// is an [`Error::CountMismatch`].
    ///
    /// # Source
    /// R. Williams and J. Peng, "An efficient gradient-based algorithm for on-line training of recurrent network trajectories",
    /// 1990, with a window of as many steps as those between two updates.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Filter (Sequence<5, 1>) = Lstm<_, 4>, Dense<_, 1>);
    /// let (first, second) = ([[0.5], [1.0], [-1.0], [0.0], [2.0]], [[1.5], [0.0], [0.5], [1.0], [-2.0]]);
    ///
    /// let (mut filter, mut optimizer) = (Filter::init(&mut typenet::rng(37)), Sgd::new(0.1).state());
    /// let (mut workspace, mut gradient) = (Workspace::new().carrying(1), Gradient::zeroed());
    /// for _epoch in 0..3 {
    ///     workspace.restart();
    ///     for (input, target) in [(first, first), (second, second)] {
    ///         let pass = Pass::training(37, optimizer.steps());
    ///         filter.gradient(&[input], &[target], &MeanSquaredError, &pass, &mut workspace, &mut gradient)?;
    ///         gradient.clip_norm(1.0)?;
    ///         optimizer.step(&mut *filter, &*gradient)?;
    ///     }
    /// }
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn carrying(self, sequences: usize) -> Self {
        Self { state: CarriedState::of::<N>(sequences), ..self }
    }

    /// Returns to the beginning of the sequences, where the carried state is zero. Does nothing if nothing is carried.
    pub fn restart(&mut self) {
        self.state.restart();
    }

    /// Returns the carried state in which the last windows ended, `N::CARRIED_LEN` elements for each sequence; empty if nothing is
    /// carried. The order of the elements is that of the layers in memory. With the same network and number of sequences, a copy
    /// can be written back.
    #[must_use]
    pub fn carried_state(&self) -> &[N::Scalar] {
        self.state.latest()
    }

    /// As [`carried_state`](Self::carried_state), to replace the state, in which the next windows then begin.
    #[must_use]
    pub fn carried_state_mut(&mut self) -> &mut [N::Scalar] {
        self.state.latest_mut()
    }

    /// Returns the number of samples that one forward pass can have.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Returns the memory of a forward pass.
    pub(crate) fn begin(&mut self, samples: usize) -> Result<Parts<'_, N::Scalar>> {
        if samples > self.samples {
            return Err(Error::TooManySamples { samples, limit: self.samples });
        }
        self.state.begin(samples)?;
        self.forward_samples = samples;
        Ok(self.parts(samples))
    }

    /// Returns the memory of the backward pass that follows the forward pass of the same number of samples.
    pub(crate) fn resume(&mut self, samples: usize) -> Result<Parts<'_, N::Scalar>> {
        if samples != self.forward_samples {
            return Err(Error::BackwardWithoutForward { samples, forward_samples: self.forward_samples });
        }
        let mut parts = self.parts(samples);
        parts.states.after = &mut [];
        Ok(parts)
    }

    fn parts(&mut self, samples: usize) -> Parts<'_, N::Scalar> {
        let memory = match &mut self.memory {
            Memory::Owned(memory) => &mut memory[..],
            Memory::Lent(memory) => memory,
        };
        let (before, after) = self.state.parts();
        Parts { states: CarriedStates::new(samples, before, after), ..cut::<N>(memory, samples) }
    }

    /// Returns the number of threads that share the gradient of a batch.
    #[cfg(feature = "std")]
    pub(crate) fn threads(samples: usize) -> usize {
        Self::threads_for(samples, PASSES_OF_A_GRADIENT)
    }

    /// Returns the number of threads that share some passes over a batch. One tile uses one thread.
    fn threads_for(samples: usize, passes: u64) -> usize {
        if samples <= N::TILE {
            return 1;
        }
        threads::sharing(N::MULTIPLY_ADDS.saturating_mul(passes).saturating_mul(samples as u64))
    }

    /// Returns how the tiles of a batch are added, and the memory for that: [`tile_len`] elements for every tile, and a gradient
    /// for every sum that waits. For a network whose layers mix samples. Invalidates what a forward pass left in the workspace.
    pub(super) fn room_for_batch(&mut self, samples: usize) -> Result<RoomForBatch<'_, N>> {
        self.forward_samples = 0;
        let tiles = samples.div_ceil(N::TILE);
        let needed = tiles.saturating_mul(tile_len::<N>());
        let threads = match &mut self.memory {
            Memory::Owned(memory) => {
                if memory.len() < needed + line::<N::Scalar>() {
                    *memory = allocate(needed);
                    self.samples = needed.saturating_sub(N::MIXING.len()) / N::SAMPLE_LEN.max(1);
                }
                Self::threads_for(samples, PASSES_OF_A_GRADIENT)
            }
            Memory::Lent(memory) if memory.len() < needed => {
                return Err(Error::WorkspaceTooSmall { length: memory.len(), needed });
            }
            // A caller that provides the memory may have no allocator.
            Memory::Lent(_) => 1,
        };
        let shards = Shards::new(tiles, threads, <PlanOf<N> as Plan>::SUMS_FROM_ZERO);
        while self.gradients.len() < shards.gradients_at_once(&shards.all()) {
            self.gradients.push(N::zeroed());
        }
        let memory = match &mut self.memory {
            Memory::Owned(memory) => &mut memory[..],
            Memory::Lent(memory) => memory,
        };
        let start = memory.as_ptr().align_offset(LINE);
        let start = if start <= memory.len() - needed { start } else { 0 };
        Ok((shards, &mut memory[start..][..needed], &mut self.gradients))
    }

    /// Returns how the tiles of a batch are added, and the memory for that. Invalidates what a forward pass left in the
    /// workspace.
    pub(super) fn room(&mut self, samples: usize, with_gradient: bool) -> (Shards, Room<'_, N>) {
        self.forward_samples = 0;
        let threads = match self.memory {
            Memory::Owned(_) => Self::threads_for(samples, if with_gradient { PASSES_OF_A_GRADIENT } else { 1 }),
            // A caller that provides the memory may have no allocator.
            Memory::Lent(_) => 1,
        };
        let shards = Shards::new(samples.div_ceil(N::TILE), threads, <PlanOf<N> as Plan>::SUMS_FROM_ZERO);
        let needs = shards.needs(&shards.all());
        while with_gradient && self.gradients.len() < needs.gradients {
            self.gradients.push(N::zeroed());
        }
        while self.tiles.len() < needs.tiles {
            self.tiles.push(allocate(N::WORKSPACE_LEN));
        }
        let tile = match &mut self.memory {
            Memory::Owned(memory) => &mut memory[..],
            Memory::Lent(memory) => memory,
        };
        (shards, Room { tile, tiles: &mut self.tiles, gradients: &mut self.gradients })
    }
}

impl<N: Network> Debug for Workspace<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workspace").field("network", &N::NAME).field("samples", &self.samples).finish_non_exhaustive()
    }
}

/// The size of a line of the cache in bytes.
const LINE: usize = 64;

/// Returns the number of elements of memory for a tile, if each tile of a batch has memory of its own: a multiple of [`LINE`].
pub(super) const fn tile_len<N: Network>() -> usize {
    N::WORKSPACE_LEN.next_multiple_of(line::<N::Scalar>())
}

/// Returns the number of elements in a line of the cache, at least 1.
const fn line<T>() -> usize {
    let line = LINE / size_of::<T>();
    if line > 0 { line } else { 1 }
}

/// Allocates `len` elements, and so many more that as many start at a multiple of [`LINE`].
fn allocate<T: Scalar>(len: usize) -> Vec<T> {
    vec![T::ZERO; len.saturating_add(line::<T>())]
}

/// Cuts memory for a pass over `samples` samples. The pieces start at a multiple of [`LINE`] if there is room, so that registers
/// straddle fewer lines of the cache.
#[inline(always)]
pub(crate) fn cut<N: Network>(memory: &mut [N::Scalar], samples: usize) -> Parts<'_, N::Scalar> {
    let cache = samples * <PlanOf<N> as Plan>::CACHE_LEN;
    let needed = samples * N::SAMPLE_LEN + N::MIXING.len();
    let copied = samples * const { copied_len::<N>() };
    cut_into(memory, needed, samples * N::Logits::LEN, [cache, copied], N::MIXING.len())
}

/// [`cut`] for given lengths. The code exists once for each scalar type, and not for every network.
#[inline]
fn cut_into<T>(
    memory: &mut [T],
    needed: usize,
    logits: usize,
    [cache, copied]: [usize; 2],
    statistics: usize,
) -> Parts<'_, T> {
    let (start, spare) = (memory.as_ptr().align_offset(LINE), memory.len().saturating_sub(needed));
    let memory = &mut memory[if start <= spare { start } else { 0 }..];
    let (of_tile, rest) = memory.split_at_mut(logits);
    let (grad_logits, rest) = rest.split_at_mut(logits);
    let (cache, rest) = rest.split_at_mut(cache);
    let (steps, rest) = rest.split_at_mut(copied);
    let statistics = &mut rest[..statistics];
    Parts { logits: of_tile, grad_logits, cache, steps, statistics, states: CarriedStates::none() }
}

#[cfg(test)]
mod tests {
    use super::tile;

    #[test]
    fn tiles_fit_half_the_cache_unless_the_weights_are_larger_than_all_of_it() {
        // 64-32-10: everything fits.
        assert_eq!(tile::<f32>(120, 9_640, 1, 1), 128);
        // 2,000 elements a sample: 65 would fit.
        assert_eq!(tile::<f32>(2_000, 9_640, 1, 1), 64);
        assert_eq!(tile::<f32>(20_000, 9_640, 1, 1), 6);
        assert_eq!(tile::<f32>(20_000, 2 << 20, 1, 1), 64);
        // A sample has 20 rows, and four of them are as good as 64 samples of one row. Six fit.
        assert_eq!(tile::<f32>(20_000, 2 << 20, 1, 20), 6);
        assert_eq!(tile::<f32>(2_000_000, 2 << 20, 1, 20), 4);
        assert_eq!(tile::<f64>(usize::MAX / 16, 8, 1, 1), 1);
        assert_eq!(tile::<f32>(0, 0, 1, 1), 128);
    }

    #[test]
    fn tiles_are_multiples_of_the_samples_that_a_layer_processes_together() {
        assert_eq!(tile::<f32>(20_000, 9_640, 16, 1), 32);
        assert_eq!(tile::<f32>(3_000, 9_640, 16, 1), 32);
        assert_eq!(tile::<f32>(0, 0, 16, 1), 128);
    }
}
