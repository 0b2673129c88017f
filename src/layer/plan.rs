//! How much memory does a layer need, and what does it read?

use crate::layer::{Mixing, Origins, StreamPlan};

/// The constants from which a network lays out its workspace for a layer, given the shape of the input.
///
/// The defaults suit a layer that writes its output to separate memory and whose derivative reads both its input and its
/// output.
pub trait Plan {
    /// The number of elements per sample that `forward` keeps for `backward`, apart from the input and the output.
    const CACHE_LEN: usize = 0;
    /// What `CACHE_LEN` would be if every layer inside kept what its backward pass needs, and none computed it again
    /// (`#[recompute]` in `network!`). The size of a tile follows from it, so that recomputing changes no bit of a gradient.
    const FULL_CACHE_LEN: usize = Self::CACHE_LEN;
    /// The number of elements of scratch memory per sample that inference needs.
    const INFERENCE_LEN: usize = Self::CACHE_LEN;
    /// The number of multiply-adds per sample in `forward`.
    const MULTIPLY_ADDS: u64 = 0;
    /// Whether `backward` reads the input. If not, it receives an empty slice.
    const READS_INPUT: bool = true;
    /// Whether `backward` reads the output. If not, it receives an empty slice.
    const READS_OUTPUT: bool = true;
    /// Whether `backward` starts its sums over the samples from zero, and then either overwrites the gradient of the parameters
    /// or adds to it, as [`Backward::accumulate`](crate::Backward::accumulate) requires. This saves a pass over all parameters
    /// that sets the gradient to zero, and most partial sums of tiles need no separate gradient. The constant has no meaning
    /// for a layer without parameters.
    const SUMS_FROM_ZERO: bool = false;
    /// The number of samples that the layer processes together. It takes about as long for fewer. Without `#[tile(..)]`, a tile
    /// is a multiple of the largest such number in the network, at least two of them, if the number is not 1.
    const SAMPLES_TOGETHER: usize = 1;
    /// The number of rows per sample that the layer multiplies by its weights at once, such as the steps of a sequence in `Dense`;
    /// `usize::MAX` for parameters that are no factors of such a product. With more rows, weights that do not fit the cache are
    /// worth loading for fewer samples, so tiles are smaller.
    const ROWS: usize = 1;
    /// Whether the layer can replace its input with its output (`forward_in_place`) and the gradient of its output with the
    /// gradient of its input (`backward_in_place`). Such a layer does not read its input in `backward`, has an output of as
    /// many elements as its input, and has no parameters. Anything else does not compile.
    const IN_PLACE: bool = false;
    /// How the output for a sample depends on the other samples of the batch in training, as in batch normalization.
    const MIXING: Mixing = Mixing::NONE;
    /// What the layer needs to read a stream, one step of the input at a time, or `None` if its output at a step depends on later
    /// steps.
    const STREAM: Option<StreamPlan> = None;
    /// Whether the sequences that the layer takes may be shorter than their shape: see [`Padded`](crate::Padded). Then the output at a
    /// step depends on the steps of the sequence alone. This holds for a layer that reads streams and treats every sample by itself, which
    /// is the default, since it reads no later step, and padding is at the end. Any other layer, and one whose output has no steps, asks
    /// [`Phase::step_counts`](crate::Phase::step_counts). Where the gradient of the output is zero at the padding, that of the input is.
    ///
    /// It does not matter for an input without steps.
    const ALLOWS_PADDING: bool = Self::STREAM.is_some() && Self::MIXING.barriers == 0;
    /// Which parts of the input have the steps of the parts of the output; [`Origins::NONE`] if the output has no steps, or others.
    const ORIGINS: Origins = Origins::SAME;
}
