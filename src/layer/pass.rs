//! What does a layer know about the current pass?

/// The mode of a pass: training or inference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Training. Layers may drop elements and measure statistics.
    Training,
    /// Inference. The same input always gives the same output.
    Inference,
}

/// The description of a pass that every layer receives.
///
/// A layer that uses random values computes them as a function of (seed, step, position of the layer, sample). It never draws
/// from a stream, so the values do not depend on tiles and threads.
///
/// # Example
/// ```
/// use typenet::{Mode, Pass};
///
/// let pass = Pass::training(37, 5);
/// assert_eq!((pass.mode, pass.seed, pass.step, pass.first_sample), (Mode::Training, 37, 5, 0));
/// assert_ne!(pass.at(0).layer, pass.at(1).layer);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pass {
    /// Training or inference.
    pub mode: Mode,
    /// The seed of the training.
    pub seed: u64,
    /// The step, counted from 0 across all epochs.
    pub step: u64,
    /// The position within the batch of the first sample in the pass.
    pub first_sample: usize,
    /// An identifier of the layer's position, which is distinct in nested networks too.
    pub layer: u64,
}

impl Pass {
    /// Returns the pass of a training step.
    #[must_use]
    pub const fn training(seed: u64, step: u64) -> Self {
        Self { mode: Mode::Training, seed, step, first_sample: 0, layer: 0 }
    }

    /// Returns the pass of a prediction.
    #[must_use]
    pub const fn inference() -> Self {
        Self { mode: Mode::Inference, seed: 0, step: 0, first_sample: 0, layer: 0 }
    }

    /// Returns the pass for the layer at `position` in the network that runs this pass.
    #[must_use]
    #[inline(always)]
    pub const fn at(&self, position: u64) -> Self {
        // The odd factor and the addend keep positions distinct at every level of nesting: (2, 0) differs from (0, 2).
        Self { layer: self.layer.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(position + 1), ..*self }
    }
}
