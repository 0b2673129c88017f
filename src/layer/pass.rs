//! What is a layer told about the pass that it is part of?

/// Is the network learning or answering?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Learning: layers may drop units and measure statistics.
    Training,
    /// Answering: the same input gives the same output.
    Inference,
}

/// What every layer is told about the pass it is part of.
///
/// A layer that draws random numbers draws them as a function of (seed, step, position of the layer, sample), never from
/// a running stream, so that they do not depend on tiles and threads.
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
    /// Learning or answering.
    pub mode: Mode,
    /// The seed of the run.
    pub seed: u64,
    /// The step, counted from 0 over all epochs.
    pub step: u64,
    /// The position within the batch of the first sample that the layer sees.
    pub first_sample: usize,
    /// Which layer sees the pass: a number for each position, through nested networks too.
    pub layer: u64,
}

impl Pass {
    /// The pass of a training step.
    #[must_use]
    pub const fn training(seed: u64, step: u64) -> Self {
        Self { mode: Mode::Training, seed, step, first_sample: 0, layer: 0 }
    }

    /// The pass of a prediction.
    #[must_use]
    pub const fn inference() -> Self {
        Self { mode: Mode::Inference, seed: 0, step: 0, first_sample: 0, layer: 0 }
    }

    /// The pass as the layer at `position` of the network that has this pass sees it.
    #[must_use]
    #[inline(always)]
    pub const fn at(&self, position: u64) -> Self {
        // An odd factor and an addend keep positions apart on every level of nesting: (2, 0) is not (0, 2).
        Self { layer: self.layer.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(position + 1), ..*self }
    }
}
