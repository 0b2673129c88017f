//! Two-dimensional convolution.

use core::fmt::{self, Debug};
use core::marker::PhantomData;

use nalgebra::SVector;

use crate::flat_parameters::{FlatParameters, flat_parameters};
use crate::kernel::{CONVOLUTION_GROUP, ConvolutionSizes, Isa, Kernels};
use crate::layer::rescale::{RescaleOutputs, rescale_bias, rescale_weight};
use crate::layer::{Backward, Forward, Layer, Padding, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value, Windows, convolution};
use crate::scalar::Scalar;
use crate::shape::arithmetic::span;
use crate::shape::{Image, Shape};
use crate::tensor::{Tensor, TensorKind, TensorTable};

/// Convolves an image with `CO` filters of `KH` rows and `KW` columns. Each filter reads all `CI` channels, or those of its
/// group.
///
/// `y[co, oy, ox] = b[co] + Σ w[co, ci, ky, kx] x[ci, oy * stride + ky * dilation - padding, ox * stride + kx * dilation - padding]`
///
/// The sum is over ci, ky and kx.
///
/// Written `Conv2d<3, 8, 5>` or `Conv2d<_, 8, 3, 5>(stride = 2, padding = Same)`: the number of input channels, the number of
/// output channels, and the rows and columns of the kernel. Without the last number the kernel is square. The settings are:
///
/// - `stride`, the step from one position of the kernel to the next, 1 by default;
/// - `padding`, a number of rows and columns on each side, [`Same`](Padding::Same) or [`Valid`](Padding::Valid), and 0 by
///   default;
/// - `dilation`, the distance between neighboring elements of the kernel, 1 by default: it spans
///   `(kernel - 1) * dilation + 1` elements of the image;
/// - `groups`, a number that input and output channels are divided by, 1 by default. Each group of filters reads one group of
///   channels: with 2 groups, the first half of the filters reads the first half of the channels. `groups = _` stands for the
///   number of input channels, so that each filter reads a single channel (a depthwise convolution);
/// - `bias`, `true` by default. With `bias = false` nothing is added, and the layer has no tensor `bias`: neither a parameter, nor a
///   name in files.
///
/// A pair such as `stride = (2, 1)` is for rows and columns. As in Keras and PyTorch, the kernel is not flipped, and trailing
/// rows and columns that do not fill a window are ignored. The network infers the shape `Out`, `GI`, the number of channels
/// that each filter reads, and `B`, the number of biases: `CO` or 0.
///
/// In a network with const parameters, channels may be parameters, as in `Conv2d<_, C, 3>`, also with `groups = _`. The compiler
/// then checks where an instance is built that the groups divide the channels. Another number of groups requires a number or a
/// named constant for the input channels.
///
/// # Shapes
/// Input: `Image<CI, H, W>`. Output: `Image<CO, OH, OW>` with OH = ⌊(H + 2 padding - dilation (KH - 1) - 1) / stride⌋ + 1, and
/// OW analogously. Weight: `[CO, CI / groups, KH, KW]`. Bias: `[CO]`, or none.
///
/// An initializer takes CI / groups · KH · KW inputs and CO · KH · KW outputs for each weight, as PyTorch and Keras do.
///
/// # Gradients
/// With g = dL/dy: dL/dw = Σ g x over samples and positions, dL/db = Σ g, and dL/dx = Σ g w over the filters and positions that
/// read x.
///
/// # Errors
/// A kernel that spans more than the padded image, a stride, dilation or number of groups of 0, groups that do not divide the
/// channels and a wrong number of channels do not compile.
///
/// # Panics
/// Panics if the type is written by hand, with an `Out` other than the shape that follows from the input and the settings.
///
/// # Numerics
/// Elements outside the image are omitted from the sums rather than multiplied by zero, except columns in the gradient of the
/// weight. Sums are computed in the fixed orders of [`ConvolutionKernels`](crate::kernel::ConvolutionKernels).
///
/// # Example
/// A filter of ones sums each window.
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Windows (Image<1, 3, 3>) -> Image<1, 2, 2> = conv: Conv2d<_, 1, 2>);
/// let mut windows = Windows::zeroed();
/// windows.conv.weight[0].iter_mut().flatten().for_each(|w| w[0] = 1.0);
/// let image = [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]];
/// assert_eq!(windows.predict(&image), [[[12.0, 16.0], [24.0, 28.0]]]);
/// ```
///
/// A depthwise convolution and one of 1 by 1, with 4 · 9 + 4 and 4 · 8 + 8 parameters instead of 4 · 8 · 9 + 8.
/// ```
/// use typenet::prelude::*;
///
/// network! {
///     struct Separable (Image<4, 9, 9>) -> Image<8, 5, 5> {
///         depthwise: Conv2d<_, 4, 3>(stride = 2, padding = Same, groups = _),
///         pointwise: Conv2d<_, 8, 1>,
///     }
/// }
/// assert_eq!(Separable::PARAMETERS, 80);
/// ```
pub struct Conv2d<
    const CI: usize,
    const CO: usize,
    const KH: usize,
    const KW: usize,
    Out,
    const GI: usize = CI,
    const B: usize = CO,
>(PhantomData<Out>);

/// The parameters of a [`Conv2d`] whose filters read `CI` channels each.
#[repr(C)]
pub struct Filters<
    const CI: usize,
    const CO: usize,
    const KH: usize,
    const KW: usize,
    T: Scalar = f32,
    const B: usize = CO,
> {
    /// The weight w, indexed by input channel (within the group of the filter), kernel row, kernel column and filter:
    /// `weight[ci][ky][kx][co]`.
    pub weight: [[[SVector<T, CO>; KW]; KH]; CI],
    /// The bias b, one per filter, or empty if the layer has no bias.
    pub bias: SVector<T, B>,
}

flat_parameters!(
    [const CI: usize, const CO: usize, const KH: usize, const KW: usize, const B: usize,] Filters<CI, CO, KH, KW, T, B>,
    TensorTable::of_weight_and_bias(
        &[
            Tensor { name: "weight", shape: &[CO, CI, KH, KW], offset: 0, kind: TensorKind::Weight },
            Tensor { name: "bias", shape: &[B], offset: CO * CI * KH * KW, kind: TensorKind::Bias },
        ],
        CO,
    )
);

impl<const CI: usize, const CO: usize, const KH: usize, const KW: usize, T: Scalar, const B: usize>
    Filters<CI, CO, KH, KW, T, B>
{
    /// Returns weight and bias as slices.
    #[inline(always)]
    fn parts(&self) -> (&[T], &[T]) {
        self.parameters().split_at(CO * CI * KH * KW)
    }
}

impl<const CI: usize, const CO: usize, const KH: usize, const KW: usize, T: Scalar> RescaleOutputs<CO, T>
    for Filters<CI, CO, KH, KW, T>
{
    fn rescale_outputs(&mut self, scale: &SVector<T, CO>, shift: &SVector<T, CO>) {
        rescale_weight(&mut self.parameters_mut()[..CO * CI * KH * KW], scale);
        rescale_bias(&mut self.bias, scale, shift);
    }
}

/// The settings of a [`Conv2d`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Conv2dSettings {
    stride: [usize; 2],
    padding: Padding,
    dilation: [usize; 2],
}

impl<const CI: usize, const CO: usize, const KH: usize, const KW: usize, Out, const GI: usize, const B: usize>
    Conv2d<CI, CO, KH, KW, Out, GI, B>
{
    /// Returns the settings that `Conv2d<..>(stride, padding, dilation)` stands for, in rows and columns. `network!` rejects a
    /// stride or a dilation of 0.
    #[must_use]
    pub const fn settings(stride: [usize; 2], padding: Padding, dilation: [usize; 2]) -> Conv2dSettings {
        Conv2dSettings { stride, padding, dilation }
    }
}

/// The plan of a [`Conv2d`].
#[derive(Debug)]
pub struct Conv2dPlan<const GI: usize, const KH: usize, const KW: usize, Out>(PhantomData<Out>);

impl<const GI: usize, const KH: usize, const KW: usize, Out: Shape> Plan for Conv2dPlan<GI, KH, KW, Out> {
    const MULTIPLY_ADDS: u64 = (Out::LEN * GI * KH * KW) as u64;
    const READS_OUTPUT: bool = false;
    const SUMS_FROM_ZERO: bool = true;
    const SAMPLES_TOGETHER: usize = CONVOLUTION_GROUP;
}

impl<const CI: usize, const CO: usize, const KH: usize, const KW: usize, Out: Shape, const GI: usize, const B: usize>
    Conv2d<CI, CO, KH, KW, Out, GI, B>
{
    /// The number of groups.
    const GROUPS: usize = {
        assert!(GI > 0 && CI.is_multiple_of(GI), "the groups of a `Conv2d` must divide its input channels");
        assert!(CO.is_multiple_of(CI / GI), "the groups of a `Conv2d` must divide its output channels");
        CI / GI
    };

    /// Returns the sizes of a pass.
    #[inline(always)]
    fn sizes<In: Shape>(settings: Conv2dSettings, samples: usize) -> ConvolutionSizes {
        let [input, output] = [In::DIMENSIONS, Out::DIMENSIONS].map(|sizes| match sizes {
            &[channels, rows, columns] => [channels, rows, columns],
            _ => unreachable!("the shapes of a `Conv2d` are images"),
        });
        let Conv2dSettings { stride, padding, dilation } = settings;
        let axes = [0, 1].map(|axis| (axis, input[axis + 1], span([KH, KW][axis], dilation[axis]), stride[axis]));
        let positions = axes.map(|(axis, size, span, stride)| padding.positions(axis, size, span, stride));
        assert!(output == [CO, positions[0], positions[1]], "the output of a `Conv2d` does not have the shape `Out`");
        ConvolutionSizes {
            samples,
            input,
            output,
            kernel: [KH, KW],
            stride,
            padding: axes.map(|(axis, size, span, stride)| padding.before(axis, size, span, stride)),
            dilation,
            groups: Self::GROUPS,
        }
    }
}

impl<const CI: usize, const CO: usize, const KH: usize, const KW: usize, Out: Shape, const GI: usize, const B: usize>
    Layer for Conv2d<CI, CO, KH, KW, Out, GI, B>
{
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = Filters<GI, CO, KH, KW, T, B>;
    type Settings = Conv2dSettings;
    type Plan<In: Shape> = Conv2dPlan<GI, KH, KW, Out>;

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, .. } = memory;
        let sizes = Self::sizes::<In>(*site.settings, input.len() / In::LEN);
        let (weight, bias) = site.parameters.parts();
        T::convolve(isa, sizes, weight, bias, input, output);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut Filters<GI, CO, KH, KW, T, B>,
    ) {
        let Backward { input, grad_output, grad_input, accumulate, .. } = memory;
        let sizes = Self::sizes::<In>(*site.settings, grad_output.len() / Out::LEN);
        let (grad_weight, grad_bias) = gradient.parameters_mut().split_at_mut(CO * GI * KH * KW);
        T::convolve_weight_gradient(isa, sizes, input, grad_output, accumulate, grad_weight, grad_bias);
        if let Some(grad_input) = grad_input {
            T::convolve_input_gradient(isa, sizes, site.parameters.parts().0, grad_output, grad_input);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let ConvolutionSizes {
            input: [_, height, width], output: [_, rows, columns], stride, padding, dilation, ..
        } = Self::sizes::<In>(*site.settings, 1);
        let (sizes, output) = ([height, width], [rows, columns]);
        let windows = Windows { input: sizes, output, kernel: [KH, KW], stride, padding, dilation };
        convolution(graph, "Conv", input, site.parameters, (windows.attributes(), Self::GROUPS))
    }
}

impl<
    const CI: usize,
    const CO: usize,
    const KH: usize,
    const KW: usize,
    Out: Shape,
    const GI: usize,
    const B: usize,
    const H: usize,
    const W: usize,
> Takes<Image<CI, H, W>> for Conv2d<CI, CO, KH, KW, Out, GI, B>
{
}

impl<const CI: usize, const CO: usize, const KH: usize, const KW: usize, T: Scalar, const B: usize> Debug
    for Filters<CI, CO, KH, KW, T, B>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filters").field("weight", &self.weight).field("bias", &self.bias).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Conv2d;
    use crate::layer::{Layer, Plan};
    use crate::shape::Image;

    #[test]
    fn multiply_adds_are_those_of_a_count_by_hand() {
        type In = Image<4, 9, 7>;
        // For each of 8 · 7 · 3 outputs, a kernel of 3 by 5 on 4, 2 and 1 channels.
        type Out = Image<8, 7, 3>;
        type PlanOf<const GI: usize> = <Conv2d<4, 8, 3, 5, Out, GI> as Layer>::Plan<In>;
        assert_eq!(PlanOf::<4>::MULTIPLY_ADDS, 8 * 7 * 3 * 15 * 4);
        assert_eq!(PlanOf::<2>::MULTIPLY_ADDS, 8 * 7 * 3 * 15 * 2);
        assert_eq!(PlanOf::<1>::MULTIPLY_ADDS, 8 * 7 * 3 * 15);
    }
}
