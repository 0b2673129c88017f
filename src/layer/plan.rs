//! How much memory does a layer need, and what does it read?

/// The constants by which a network lays out its workspace around a layer, for one shape of input.
///
/// The defaults are right for a layer that computes its output into a slice of its own and whose derivative reads both
/// its input and its output.
pub trait Plan {
    /// How many numbers per sample the layer keeps from `forward` for `backward`, beside its input and output.
    const CACHE_LEN: usize = 0;
    /// How many numbers per sample the layer needs while it infers.
    const INFERENCE_LEN: usize = Self::CACHE_LEN;
    /// Multiplications with addition per sample in `forward`.
    const MULTIPLY_ADDS: u64 = 0;
    /// `backward` reads the input; else it is handed an empty slice.
    const READS_INPUT: bool = true;
    /// `backward` reads the output; else it is handed an empty slice.
    const READS_OUTPUT: bool = true;
    /// `backward` forms its sums over its samples from zero, and then writes them to the gradient of the parameters, or adds
    /// them to it where [`Backward::accumulate`](crate::Backward::accumulate) says so. That spares a pass over all parameters that sets them to zero, and
    /// most sums of tiles a gradient of their own. A layer without parameters has nothing to say here.
    const SUMS_FROM_ZERO: bool = false;
    /// The layer can replace its input by its output (`forward_in_place`) and the gradient of its output by the one of
    /// its input (`backward_in_place`). Such a layer does not read its input in `backward`, gives as many numbers as it
    /// takes and has no parameters; anything else does not compile.
    const IN_PLACE: bool = false;
    /// How the samples that the layer reads are laid out.
    const TAKES: Layout = Layout::Rows;
    /// How the samples that the layer writes are laid out.
    const GIVES: Layout = Self::TAKES;
    /// The output for a sample depends on the other samples of a batch in training, as in batch normalization.
    const MIXES_SAMPLES: bool = false;
}

/// How the samples of a pass lie in memory.
///
/// This version of the library lays out samples in rows, and a layer that asks for anything else does not compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layout {
    /// One sample after the other.
    Rows,
    /// Groups of 16 samples, which are innermost: `[group][element][16]`.
    Lanes,
    /// Whatever comes in: the layer treats every element alike, wherever it stands.
    Any,
}
