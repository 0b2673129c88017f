//! Where do activations and gradients live during a training step?
//!
//! In one slice, whose length is known when the network is declared, whatever the batch. Gradients of tiles that wait to
//! be added, and such a slice for each further thread, are beside it; a batch of one tile has none.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Debug};

use crate::error::{Error, Result};
use crate::layer::Plan;
use crate::network::{Network, PlanOf, Room, Shards};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::threads;

/// What counts as the second-level cache, on every machine, so that tiles and with them bits are the same everywhere.
const L2_BYTES: usize = 1 << 20;
/// The largest tile. Larger ones gain nothing: the weights that a tile streams are then read rarely enough.
const LARGEST_TILE: usize = 128;
/// A tile streams the weights twice; with weights beyond the cache a smaller tile would wait for memory.
const SMALLEST_STREAMING_TILE: usize = 64;
/// Tiles above this are multiples of it, so that blocks of samples in kernels have no remainder.
const TILE_STEP: usize = 8;

/// A gradient multiplies about as often as this many forward passes.
const PASSES_OF_A_GRADIENT: u64 = 3;

/// The number of samples per tile, from the scalars of workspace per sample and the bytes of parameters.
pub(crate) const fn tile<T: Scalar>(sample_len: usize, parameter_bytes: usize) -> usize {
    let sample_bytes = sample_len * size_of::<T>();
    let fit = match (L2_BYTES / 2).checked_div(sample_bytes) {
        Some(fit) => fit,
        None => LARGEST_TILE,
    };
    let least = if parameter_bytes > L2_BYTES { SMALLEST_STREAMING_TILE } else { 1 };
    let tile = if fit > LARGEST_TILE {
        LARGEST_TILE
    } else if fit < least {
        least
    } else {
        fit
    };
    if tile > TILE_STEP { tile / TILE_STEP * TILE_STEP } else { tile }
}

/// The memory of a training step: logits, their gradients, and what the layers keep.
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
    /// How many samples fit.
    samples: usize,
    /// How many samples the last forward pass had.
    forward_samples: usize,
    /// Gradients of shards that wait to be added.
    gradients: Vec<Box<N>>,
    /// Memory of a tile for each further thread.
    tiles: Vec<Vec<N::Scalar>>,
}

enum Memory<'a, T> {
    Owned(Vec<T>),
    Lent(&'a mut [T]),
}

/// Logits, their gradients and the layers' cache, for the samples of one pass.
pub(crate) type Parts<'w, T> = (&'w mut [T], &'w mut [T], &'w mut [T]);

impl<N: Network> Workspace<'static, N> {
    /// Memory for a training step with batches of any size: one tile of samples.
    #[must_use]
    pub fn new() -> Self {
        Self::for_samples(N::TILE)
    }

    /// Memory for a forward pass over `samples` samples at once.
    ///
    /// # Panics
    /// When that many samples do not fit the address space.
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
        let len = samples.checked_mul(N::SAMPLE_LEN).expect("a workspace fits the address space");
        let memory = Memory::Owned(vec![N::Scalar::ZERO; len]);
        Self { memory, samples, forward_samples: 0, gradients: Vec::new(), tiles: Vec::new() }
    }
}

impl<N: Network> Default for Workspace<'static, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a, N: Network> Workspace<'a, N> {
    /// A workspace in memory that the caller lends, of at least `N::WORKSPACE_LEN` numbers. What is computed in it is left to
    /// one thread.
    ///
    /// # Errors
    /// [`Error::WorkspaceTooSmall`].
    pub fn over(memory: &'a mut [N::Scalar]) -> Result<Self> {
        if memory.len() < N::WORKSPACE_LEN {
            return Err(Error::WorkspaceTooSmall { length: memory.len(), needed: N::WORKSPACE_LEN });
        }
        let samples = memory.len() / N::SAMPLE_LEN.max(1);
        let memory = Memory::Lent(memory);
        Ok(Self { memory, samples, forward_samples: 0, gradients: Vec::new(), tiles: Vec::new() })
    }

    /// How many samples one forward pass can have.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.samples
    }

    fn all(&mut self) -> &mut [N::Scalar] {
        match &mut self.memory {
            Memory::Owned(memory) => memory,
            Memory::Lent(memory) => memory,
        }
    }

    /// The memory of a forward pass.
    pub(crate) fn begin(&mut self, samples: usize) -> Result<Parts<'_, N::Scalar>> {
        if samples > self.samples {
            return Err(Error::TooManySamples { samples, limit: self.samples });
        }
        self.forward_samples = samples;
        Ok(cut::<N>(self.all(), samples))
    }

    /// The memory of the backward pass that follows the forward pass of as many samples.
    pub(crate) fn resume(&mut self, samples: usize) -> Result<Parts<'_, N::Scalar>> {
        if samples != self.forward_samples {
            return Err(Error::BackwardWithoutForward { samples, forward_samples: self.forward_samples });
        }
        Ok(cut::<N>(self.all(), samples))
    }

    /// How many threads share the gradient of a batch.
    #[cfg(feature = "std")]
    pub(crate) fn threads(samples: usize) -> usize {
        Self::threads_for(samples, PASSES_OF_A_GRADIENT)
    }

    /// How many threads share some passes over a batch. One tile is left to one thread.
    fn threads_for(samples: usize, passes: u64) -> usize {
        if samples <= N::TILE {
            return 1;
        }
        threads::sharing(N::MULTIPLY_ADDS.saturating_mul(passes).saturating_mul(samples as u64))
    }

    /// How the tiles of a batch are added, and room for that. What a forward pass left is void after it.
    pub(super) fn room(&mut self, samples: usize, with_gradient: bool) -> (Shards, Room<'_, N>) {
        self.forward_samples = 0;
        let threads = match self.memory {
            Memory::Owned(_) => Self::threads_for(samples, if with_gradient { PASSES_OF_A_GRADIENT } else { 1 }),
            // Who lends memory may have no allocator to speak of.
            Memory::Lent(_) => 1,
        };
        let shards = Shards::new(samples.div_ceil(N::TILE), threads, <PlanOf<N> as Plan>::SUMS_FROM_ZERO);
        let needs = shards.needs(&shards.all());
        while with_gradient && self.gradients.len() < needs.gradients {
            self.gradients.push(N::zeroed());
        }
        while self.tiles.len() < needs.tiles {
            self.tiles.push(vec![N::Scalar::ZERO; N::WORKSPACE_LEN]);
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

/// Cuts memory into logits, their gradients and the cache, for `samples` samples.
#[inline(always)]
pub(crate) fn cut<N: Network>(memory: &mut [N::Scalar], samples: usize) -> Parts<'_, N::Scalar> {
    let (logits, rest) = memory.split_at_mut(samples * N::Logits::LEN);
    let (grad_logits, rest) = rest.split_at_mut(samples * N::Logits::LEN);
    (logits, grad_logits, &mut rest[..samples * <PlanOf<N> as Plan>::CACHE_LEN])
}

#[cfg(test)]
mod tests {
    use super::tile;

    #[test]
    fn tiles_fit_half_the_cache_unless_the_weights_are_larger_than_all_of_it() {
        // 64-32-10: everything fits.
        assert_eq!(tile::<f32>(120, 9_640), 128);
        // 2,000 numbers a sample: 65 would fit.
        assert_eq!(tile::<f32>(2_000, 9_640), 64);
        assert_eq!(tile::<f32>(20_000, 9_640), 6);
        assert_eq!(tile::<f32>(20_000, 2 << 20), 64);
        assert_eq!(tile::<f64>(usize::MAX / 16, 8), 1);
        assert_eq!(tile::<f32>(0, 0), 128);
    }
}
