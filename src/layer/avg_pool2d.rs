//! Averages of the windows of an image.

use core::marker::PhantomData;

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels, WindowDivisor};
use crate::layer::padding::Padding;
#[cfg(feature = "onnx")]
use crate::layer::pooling::averages;
use crate::layer::pooling::{Divisor, PoolingWindows, Rounding, Stride};
use crate::layer::{Backward, Forward, Layer, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{Image, Shape};

/// Replaces each window of `KH` rows and `KW` columns of a channel by its average.
///
/// `y[c, oy, ox] = Σ x[c, oy * stride + ky - padding, ox * stride + kx - padding] / n`
///
/// The sum is over ky and kx.
///
/// Written `AvgPool2d<2>` for square windows, `AvgPool2d<2, 3>` for rows and columns, or
/// `AvgPool2d<3>(stride = 2, padding = 1, divisor = Inside)`. `stride`, `padding` and `rounding` are those of
/// [`MaxPool2d`](crate::MaxPool2d). The network infers the shape `Out`.
///
/// `divisor` is n, which matters where a window reaches over the edge of the image: [`Window`](Divisor::Window) counts padding,
/// [`Inside`](Divisor::Inside) only elements of the image, and a number is used for every window. Without it, the layer does as
/// the library from which such padding is known: padding in numbers counts, as in PyTorch, and the padding of `Same` does not, as
/// in Keras. PyTorch's `count_include_pad=False` is `divisor = Inside`, and its `divisor_override=5` is `divisor = 5`. What a
/// window of `rounding = Up` covers behind the padding counts only where a number is written, as in PyTorch.
///
/// # Shapes
/// Input: `Image<C, H, W>`. Output: `Image<C, OH, OW>` with OH = ⌊(H + 2 padding - KH) / stride⌋ + 1, and OW analogously. With
/// `rounding = Up` the quotient is rounded up, as for [`MaxPool2d`](crate::MaxPool2d). With `Same`, OH = ⌈H / stride⌉.
///
/// # Gradients
/// dL/dx = Σ g / n with g = dL/dy, over the windows that contain x.
///
/// # Errors
/// A window that is larger than the padded image, by a stride or more with `rounding = Up`, a stride or divisor of 0 and a padding
/// of more than half of the window do not compile.
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
/// network!(struct Halve (Image<1, 2, 4>) -> Image<1, 1, 2> = AvgPool2d<2>);
/// assert_eq!(Halve::zeroed().predict(&[[[1.0, 2.0, 5.0, 6.0], [3.0, 4.0, 8.0, 7.0]]]), [[[2.5, 6.5]]]);
///
/// // The first window has one element of padding, the second one has none.
/// network!(struct Padded (Image<1, 1, 3>) = AvgPool2d<1, 3>(padding = (0, 1), stride = 1));
/// assert_eq!(Padded::zeroed().predict(&[[[3.0, 6.0, 9.0]]]), [[[3.0, 6.0, 5.0]]]);
/// network!(struct Inside (Image<1, 1, 3>) = AvgPool2d<1, 3>(padding = (0, 1), stride = 1, divisor = Inside));
/// assert_eq!(Inside::zeroed().predict(&[[[3.0, 6.0, 9.0]]]), [[[4.5, 6.0, 7.5]]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AvgPool2d<const KH: usize, const KW: usize, Out>(PhantomData<Out>);

/// The settings of an [`AvgPool2d`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AvgPool2dSettings {
    windows: PoolingWindows,
    divisor: WindowDivisor,
}

impl<const KH: usize, const KW: usize, Out> AvgPool2d<KH, KW, Out> {
    /// Returns the settings that `AvgPool2d<..>(stride, padding, divisor, rounding)` stands for. `network!` rejects a stride and a
    /// divisor of 0.
    ///
    /// # Panics
    /// Panics if the padding is more than half of a window.
    #[must_use]
    #[track_caller]
    pub const fn settings(stride: Stride, padding: Padding, divisor: Divisor, rounding: Rounding) -> AvgPool2dSettings {
        let windows = PoolingWindows::new([KH, KW], stride, padding, [1; 2], rounding);
        let by_word = matches!(padding, Padding::Same);
        let divisor = divisor.of_windows(KH * KW, by_word, rounding);
        AvgPool2dSettings { windows, divisor }
    }
}

/// The plan of an [`AvgPool2d`].
#[derive(Debug)]
pub struct AvgPool2dPlan;

impl Plan for AvgPool2dPlan {
    const READS_INPUT: bool = false;
    const READS_OUTPUT: bool = false;
}

impl<const KH: usize, const KW: usize, Out: Shape> Layer for AvgPool2d<KH, KW, Out> {
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = ();
    type Settings = AvgPool2dSettings;
    type Plan<In: Shape> = AvgPool2dPlan;

    /// Returns `next`, since averages are of the magnitude of the elements.
    fn initialization(_: &AvgPool2dSettings, next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, .. } = memory;
        let AvgPool2dSettings { windows, divisor } = *site.settings;
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
            let AvgPool2dSettings { windows, divisor } = *site.settings;
            T::pool_average_gradient(isa, windows.sizes::<In, Out>(grad_input.len()), divisor, grad_output, grad_input);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let AvgPool2dSettings { windows, divisor } = *site.settings;
        Ok(averages(graph, input, windows.for_onnx::<In, Out>(), divisor))
    }
}

impl<const KH: usize, const KW: usize, Out: Shape, const C: usize, const H: usize, const W: usize> Takes<Image<C, H, W>>
    for AvgPool2d<KH, KW, Out>
{
}
