//! Averages of the windows of a sequence.

use core::marker::PhantomData;

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels, WindowDivisor};
use crate::layer::padding::SequencePadding;
#[cfg(feature = "onnx")]
use crate::layer::pooling::averages;
use crate::layer::pooling::{Divisor, Rounding, SequenceStride, SequenceWindows};
use crate::layer::{Backward, Forward, Layer, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{ProbabilitySequence, Sequence, Shape};

/// Replaces each window of `K` steps of a feature by its average.
///
/// `y[t, n] = Σ x[t * stride + k - padding, n] / m`
///
/// The sum is over k.
///
/// Written `AvgPool1d<2>` or `AvgPool1d<3>(stride = 2, padding = 1, divisor = Inside)`. `stride`, `padding` and
/// `rounding` are those of [`MaxPool1d`](crate::MaxPool1d). With `padding = Causal` and a stride of 1, it is a moving average of the last `K` steps. The
/// network infers the shape `Out`.
///
/// `divisor` is m, which matters where a window reaches over the edge of the sequence: [`Window`](Divisor::Window) counts padding,
/// [`Inside`](Divisor::Inside) only steps of the sequence, and a number is used for every window. Without it, the layer does as
/// the library from which such padding is known: padding in numbers counts, as in PyTorch, and the padding of `Same` does not, as
/// in Keras, nor does that of `Causal`. PyTorch's `count_include_pad=False` is `divisor = Inside`. What a
/// window of `rounding = Up` covers behind the padding counts only where a number is written, as in PyTorch.
///
/// # Shapes
/// Input: `Sequence<L, N>`. Output: `Sequence<OL, N>` with OL = ⌊(L + 2 padding - K) / stride⌋ + 1, or ⌈L / stride⌉ with `Same`
/// and `Causal`. With `rounding = Up` the quotient is rounded up, as for [`MaxPool1d`](crate::MaxPool1d). Steps are outermost, as in Keras; PyTorch has the features outermost.
///
/// # Gradients
/// dL/dx = Σ g / m with g = dL/dy, over the windows that contain x.
///
/// # Errors
/// A window that is larger than the padded sequence, by a stride or more with `rounding = Up`, a stride or divisor of 0 and a
/// padding of more than half of the window do not compile.
///
/// # Panics
/// Panics if the type is written by hand, with an `Out` other than the shape that follows from the input and the settings.
///
/// # Numerics
/// Sums are computed in the fixed orders of [`PoolingKernels`](crate::kernel::PoolingKernels), and then divided.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Halve (Sequence<4, 2>) -> Sequence<2, 2> = AvgPool1d<2>);
/// assert_eq!(Halve::zeroed().predict(&[[1.0, 8.0], [3.0, 7.0], [2.0, 5.0], [0.0, 6.0]]), [[2.0, 7.5], [1.0, 5.5]]);
///
/// // The first average is of one step, the second of two, and all others of three.
/// network!(struct Moving (Sequence<4, 1>) -> Sequence<4, 1> = AvgPool1d<3>(stride = 1, padding = Causal));
/// assert_eq!(Moving::zeroed().predict(&[[3.0], [6.0], [9.0], [0.0]]), [[3.0], [4.5], [6.0], [5.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AvgPool1d<const K: usize, Out>(PhantomData<Out>);

/// The settings of an [`AvgPool1d`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AvgPool1dSettings {
    windows: SequenceWindows,
    divisor: WindowDivisor,
}

impl<const K: usize, Out> AvgPool1d<K, Out> {
    /// Returns the settings that `AvgPool1d<..>(stride, padding, divisor, rounding)` stands for. `network!` rejects a stride and a
    /// divisor of 0.
    ///
    /// # Panics
    /// Panics if the padding is more than half of a window.
    #[must_use]
    #[track_caller]
    pub const fn settings(
        stride: SequenceStride,
        padding: SequencePadding,
        divisor: Divisor,
        rounding: Rounding,
    ) -> AvgPool1dSettings {
        let windows = SequenceWindows::new(K, stride, padding, 1, rounding);
        let by_word = matches!(padding, SequencePadding::Same | SequencePadding::Causal);
        let divisor = divisor.of_windows(K, by_word, rounding);
        AvgPool1dSettings { windows, divisor }
    }
}

/// The plan of an [`AvgPool1d`].
#[derive(Debug)]
pub struct AvgPool1dPlan;

impl Plan for AvgPool1dPlan {
    const READS_INPUT: bool = false;
    const READS_OUTPUT: bool = false;
}

impl<const K: usize, Out: Shape> Layer for AvgPool1d<K, Out> {
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = ();
    type Settings = AvgPool1dSettings;
    type Plan<In: Shape> = AvgPool1dPlan;

    /// Returns `next`, since averages are of the magnitude of the elements.
    fn initialization(_: &AvgPool1dSettings, next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, .. } = memory;
        let AvgPool1dSettings { windows, divisor } = *site.settings;
        T::pool_average(isa, windows.sizes::<In, Out>(input.len()), divisor, input, output);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        (): &mut (),
    ) {
        let Backward { grad_output, grad_input, .. } = memory;
        if let Some(grad_input) = grad_input {
            let AvgPool1dSettings { windows, divisor } = *site.settings;
            T::pool_average_gradient(isa, windows.sizes::<In, Out>(grad_input.len()), divisor, grad_output, grad_input);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let AvgPool1dSettings { windows, divisor } = *site.settings;
        let moved = graph.transposed(input, &[0, 2, 1]);
        let output = averages(graph, &moved, windows.for_onnx::<In, Out>(), divisor);
        Ok(graph.transposed(&output, &[0, 2, 1]))
    }
}

impl<const K: usize, Out: Shape, const L: usize, const N: usize> Takes<Sequence<L, N>> for AvgPool1d<K, Out> {}
impl<const K: usize, Out: Shape, const L: usize, const N: usize> Takes<ProbabilitySequence<L, N>>
    for AvgPool1d<K, Out>
{
}
