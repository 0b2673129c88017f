//! Maxima of the windows of a sequence.

use core::marker::PhantomData;

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::padding::SequencePadding;
#[cfg(feature = "onnx")]
use crate::layer::pooling::maxima;
use crate::layer::pooling::{Rounding, SequenceStride, SequenceWindows};
use crate::layer::{Backward, Forward, Layer, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{ProbabilitySequence, Sequence, Shape};

/// Replaces each window of `K` steps of a feature by its maximum.
///
/// `y[t, n] = max x[t * stride + k * dilation - padding, n]`
///
/// The maximum is over k.
///
/// Written `MaxPool1d<2>` or `MaxPool1d<3>(stride = 2, padding = 1)`. The default of `stride` is the size of a window, as in Keras
/// and PyTorch: windows neither overlap nor leave out steps. `padding` is a number of steps on each side,
/// [`Same`](SequencePadding::Same), [`Valid`](SequencePadding::Valid) or [`Causal`](SequencePadding::Causal), and 0 by default.
/// With `Causal` and a stride of 1, an output is the maximum of the last `K` steps. `dilation` is the distance between neighboring
/// elements of a window, and 1 by default. The network infers the shape `Out`.
///
/// Padding is omitted from the maxima, whatever the values of the sequence. Trailing steps that do not fill a window are ignored.
/// With `rounding = Up`, which is PyTorch's `ceil_mode=True`, they have a window too, which reaches over the end of the padded
/// sequence. It must begin within the sequence, or there is none. `Same` and `Causal` give as many windows in either rounding.
///
/// # Shapes
/// Input: `Sequence<L, N>`. Output: `Sequence<OL, N>` with OL = ⌊(L + 2 padding - dilation (K - 1) - 1) / stride⌋ + 1, or
/// ⌈L / stride⌉ with `Same` and `Causal`. With `rounding = Up` the quotient is rounded up, and OL is one less if the last window
/// would not begin within the sequence or the padding before it. Steps are outermost, as in Keras; PyTorch has the features
/// outermost.
///
/// # Gradients
/// For every window, dL/dy is added to the gradient of the first element that is equal to the maximum. The gradient of all other
/// elements is 0.
///
/// # Errors
/// A window that is larger than the padded sequence, by a stride or more with `rounding = Up`, a stride or dilation of 0 and a padding of more than half of what a window
/// spans do not compile.
///
/// # Panics
/// Panics if the type is written by hand, with an `Out` other than the shape that follows from the input and the settings.
///
/// # Numerics
/// The maximum of a window that contains NaN is NaN, and its gradient goes to the first NaN. A dilated window may reach over a
/// short sequence without meeting a step of it; its maximum is then -∞, as in PyTorch.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Halve (Sequence<4, 2>) -> Sequence<2, 2> = MaxPool1d<2>);
/// assert_eq!(Halve::zeroed().predict(&[[1.0, 8.0], [3.0, 7.0], [2.0, 5.0], [0.0, 6.0]]), [[3.0, 8.0], [2.0, 6.0]]);
///
/// // The largest value so far among the last three.
/// network!(struct Recent (Sequence<5, 1>) -> Sequence<5, 1> = MaxPool1d<3>(stride = 1, padding = Causal));
/// assert_eq!(Recent::zeroed().predict(&[[4.0], [1.0], [2.0], [0.0], [3.0]]), [[4.0], [4.0], [4.0], [2.0], [3.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MaxPool1d<const K: usize, Out>(PhantomData<Out>);

impl<const K: usize, Out> MaxPool1d<K, Out> {
    /// Returns the settings that `MaxPool1d<..>(stride, padding, dilation, rounding)` stands for. `network!` rejects a stride and a
    /// dilation of 0.
    ///
    /// # Panics
    /// Panics if the padding is more than half of what a window spans.
    #[must_use]
    #[track_caller]
    pub const fn settings(
        stride: SequenceStride,
        padding: SequencePadding,
        dilation: usize,
        rounding: Rounding,
    ) -> SequenceWindows {
        SequenceWindows::new(K, stride, padding, dilation, rounding)
    }
}

/// The plan of a [`MaxPool1d`], which finds the places of the maxima again in the backward pass.
#[derive(Debug)]
pub struct MaxPool1dPlan;

impl Plan for MaxPool1dPlan {}

impl<const K: usize, Out: Shape> Layer for MaxPool1d<K, Out> {
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = ();
    type Settings = SequenceWindows;
    type Plan<In: Shape> = MaxPool1dPlan;

    /// Returns `next`, since maxima are elements of the input.
    fn initialization(_: &SequenceWindows, next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, .. } = memory;
        T::pool_maximum(isa, site.settings.sizes::<In, Out>(input.len()), input, output);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        (): &mut (),
    ) {
        let Backward { input, output, grad_output, grad_input, .. } = memory;
        if let Some(grad_input) = grad_input {
            let sizes = site.settings.sizes::<In, Out>(input.len());
            T::pool_maximum_gradient(isa, sizes, input, output, grad_output, grad_input);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let moved = graph.transposed(input, &[0, 2, 1]);
        let output = maxima(graph, &moved, site.settings.for_onnx::<In, Out>());
        Ok(graph.transposed(&output, &[0, 2, 1]))
    }
}

impl<const K: usize, Out: Shape, const L: usize, const N: usize> Takes<Sequence<L, N>> for MaxPool1d<K, Out> {}
impl<const K: usize, Out: Shape, const L: usize, const N: usize> Takes<ProbabilitySequence<L, N>>
    for MaxPool1d<K, Out>
{
}
