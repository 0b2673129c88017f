//! Maxima of the windows of an image.

use core::marker::PhantomData;

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::padding::Padding;
#[cfg(feature = "onnx")]
use crate::layer::pooling::maxima;
use crate::layer::pooling::{PoolingWindows, Rounding, Stride};
use crate::layer::{Backward, Forward, Layer, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{Image, Shape};

/// Replaces each window of `KH` rows and `KW` columns of a channel by its maximum.
///
/// `y[c, oy, ox] = max x[c, oy * stride + ky * dilation - padding, ox * stride + kx * dilation - padding]`
///
/// The maximum is over ky and kx.
///
/// Written `MaxPool2d<2>` for square windows, `MaxPool2d<2, 3>` for rows and columns, or `MaxPool2d<3>(stride = 2, padding = 1)`.
/// The default of `stride` is the size of a window, as in Keras and PyTorch: windows neither overlap nor leave out elements.
/// `padding` is a number of rows and columns on each side, [`Same`](Padding::Same) or [`Valid`](Padding::Valid), and 0 by default.
/// `dilation` is the distance between neighboring elements of a window, and 1 by default. All three may be a pair for rows and
/// columns, such as `stride = (2, 1)`. The network infers the shape `Out`.
///
/// Padding is omitted from the maxima, whatever the values of the image. Trailing rows and columns that do not fill a window are
/// ignored. With `rounding = Up`, which is PyTorch's `ceil_mode=True`, they have a window too, which reaches over the end of the
/// padded image. It must begin within the image, or there is none. `Same` gives as many windows in either rounding.
///
/// # Shapes
/// Input: `Image<C, H, W>`. Output: `Image<C, OH, OW>` with OH = ⌊(H + 2 padding - dilation (KH - 1) - 1) / stride⌋ + 1, and OW
/// analogously. With `rounding = Up` the quotient is rounded up, and OH is one less if the last window would not begin within the
/// image or the padding before it. With `Same`, OH = ⌈H / stride⌉.
///
/// # Gradients
/// For every window, dL/dy is added to the gradient of the first element, in the order of rows, that is equal to the maximum. The
/// gradient of all other elements is 0.
///
/// # Errors
/// A window that is larger than the padded image, by a stride or more with `rounding = Up`, a stride or dilation of 0 and a padding of more than half of what a window spans
/// do not compile.
///
/// # Panics
/// Panics if the type is written by hand, with an `Out` other than the shape that follows from the input and the settings.
///
/// # Numerics
/// The maximum of a window that contains NaN is NaN, and its gradient goes to the first NaN. A dilated window may reach over a small
/// image without meeting an element of it; its maximum is then -∞, as in PyTorch.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Halve (Image<1, 2, 4>) -> Image<1, 1, 2> = MaxPool2d<2>);
/// assert_eq!(Halve::zeroed().predict(&[[[1.0, 2.0, 5.0, 6.0], [3.0, 4.0, 8.0, 7.0]]]), [[[4.0, 8.0]]]);
///
/// // The last window has a single column.
/// network!(struct All (Image<1, 2, 3>) -> Image<1, 1, 2> = MaxPool2d<2>(rounding = Up));
/// assert_eq!(All::zeroed().predict(&[[[1.0, 2.0, 5.0], [3.0, 4.0, 8.0]]]), [[[4.0, 8.0]]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MaxPool2d<const KH: usize, const KW: usize, Out>(PhantomData<Out>);

impl<const KH: usize, const KW: usize, Out> MaxPool2d<KH, KW, Out> {
    /// Returns the settings that `MaxPool2d<..>(stride, padding, dilation, rounding)` stands for. `network!` rejects a stride and a
    /// dilation of 0.
    ///
    /// # Panics
    /// Panics if the padding is more than half of what a window spans.
    #[must_use]
    #[track_caller]
    pub const fn settings(
        stride: Stride,
        padding: Padding,
        dilation: [usize; 2],
        rounding: Rounding,
    ) -> PoolingWindows {
        PoolingWindows::new([KH, KW], stride, padding, dilation, rounding)
    }
}

/// The plan of a [`MaxPool2d`], which finds the places of the maxima again in the backward pass.
#[derive(Debug)]
pub struct MaxPool2dPlan;

impl Plan for MaxPool2dPlan {}

impl<const KH: usize, const KW: usize, Out: Shape> Layer for MaxPool2d<KH, KW, Out> {
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = ();
    type Settings = PoolingWindows;
    type Plan<In: Shape> = MaxPool2dPlan;

    /// Returns `next`, since maxima are elements of the input.
    fn initialization(_: &PoolingWindows, next: Initializer) -> Initializer {
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
        Ok(maxima(graph, input, site.settings.for_onnx::<In, Out>()))
    }
}

impl<const KH: usize, const KW: usize, Out: Shape, const C: usize, const H: usize, const W: usize> Takes<Image<C, H, W>>
    for MaxPool2d<KH, KW, Out>
{
}
