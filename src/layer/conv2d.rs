//! Two-dimensional convolution.

use core::fmt::{self, Debug};
use core::marker::PhantomData;

use nalgebra::SVector;

use crate::flat_parameters::{FlatParameters, flat_parameters};
use crate::kernel::{ConvolutionSizes, Isa, Kernels};
use crate::layer::{Backward, Forward, Layer, Padding, Plan, SiteOf, Takes};
use crate::scalar::Scalar;
use crate::shape::{Image, Shape};
use crate::tensor::{Tensor, TensorKind, TensorTable};

/// Convolves an image with `CO` filters of `KH` rows and `KW` columns. Each filter reads all `CI` channels.
///
/// `y[co, oy, ox] = b[co] + Σ w[co, ci, ky, kx] x[ci, oy * stride + ky - padding, ox * stride + kx - padding]`
///
/// The sum is over ci, ky and kx.
///
/// Written `Conv2d<3, 8, 5>` or `Conv2d<_, 8, 5>(stride = 2, padding = Same)`: the number of input channels, the number of
/// output channels, and the size of the square kernel. The default of `stride` is 1. `padding` is a number of
/// rows and columns on each side, [`Same`](Padding::Same) or [`Valid`](Padding::Valid), and 0 by default. A pair such as
/// `stride = (2, 1)` is for rows and columns. As in Keras and PyTorch, the kernel is not flipped, and trailing rows and columns
/// that do not fill a window are ignored. The network infers the shape `Out`.
///
/// # Shapes
/// Input: `Image<CI, H, W>`. Output: `Image<CO, OH, OW>` with OH = ⌊(H + 2 padding - KH) / stride⌋ + 1, and OW analogously.
/// Weight: `[CO, CI, KH, KW]`. Bias: `[CO]`.
///
/// # Gradients
/// With g = dL/dy: dL/dw = Σ g x over samples and positions, dL/db = Σ g, and dL/dx = Σ g w over the filters and positions that
/// read x.
///
/// # Errors
/// A kernel larger than the padded image, a stride of 0 and a wrong number of channels do not compile.
///
/// # Panics
/// Panics if the type is written by hand, with an `Out` other than the shape that follows from the input and the settings.
///
/// # Numerics
/// Elements outside the image are omitted from the sums rather than multiplied by zero. Sums are computed in the fixed orders
/// of [`ConvolutionKernels`](crate::kernel::ConvolutionKernels).
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
pub struct Conv2d<const CI: usize, const CO: usize, const KH: usize, const KW: usize, Out>(PhantomData<Out>);

/// The parameters of a [`Conv2d`].
#[repr(C)]
pub struct Filters<const CI: usize, const CO: usize, const KH: usize, const KW: usize, T: Scalar = f32> {
    /// The weight w, indexed by input channel, kernel row, kernel column and filter: `weight[ci][ky][kx][co]`.
    pub weight: [[[SVector<T, CO>; KW]; KH]; CI],
    /// The bias b, one per filter.
    pub bias: SVector<T, CO>,
}

flat_parameters!(
    [const CI: usize, const CO: usize, const KH: usize, const KW: usize,] Filters<CI, CO, KH, KW, T>,
    TensorTable::Tensors(&[
        Tensor { name: "weight", shape: &[CO, CI, KH, KW], offset: 0, kind: TensorKind::Weight },
        Tensor { name: "bias", shape: &[CO], offset: CO * CI * KH * KW, kind: TensorKind::Bias },
    ])
);

impl<const CI: usize, const CO: usize, const KH: usize, const KW: usize, T: Scalar> Filters<CI, CO, KH, KW, T> {
    /// Returns weight and bias as slices.
    #[inline(always)]
    fn parts(&self) -> (&[T], &[T]) {
        self.parameters().split_at(CO * CI * KH * KW)
    }
}

/// The settings of a [`Conv2d`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Conv2dSettings {
    stride: [usize; 2],
    padding: Padding,
}

impl<const CI: usize, const CO: usize, const KH: usize, const KW: usize, Out> Conv2d<CI, CO, KH, KW, Out> {
    /// Returns the settings that `Conv2d<..>(stride, padding)` stands for, in rows and columns. `network!` rejects a stride of
    /// 0.
    #[must_use]
    pub const fn settings(stride: [usize; 2], padding: Padding) -> Conv2dSettings {
        Conv2dSettings { stride, padding }
    }
}

/// The plan of a [`Conv2d`].
#[derive(Debug)]
pub struct Conv2dPlan<const CI: usize, const KH: usize, const KW: usize, Out>(PhantomData<Out>);

impl<const CI: usize, const KH: usize, const KW: usize, Out: Shape> Plan for Conv2dPlan<CI, KH, KW, Out> {
    const MULTIPLY_ADDS: u64 = (Out::LEN * CI * KH * KW) as u64;
    const READS_OUTPUT: bool = false;
    const SUMS_FROM_ZERO: bool = true;
}

impl<const CI: usize, const CO: usize, const KH: usize, const KW: usize, Out: Shape> Conv2d<CI, CO, KH, KW, Out> {
    /// Returns the sizes of a pass.
    #[inline(always)]
    fn sizes<In: Shape>(settings: Conv2dSettings, samples: usize) -> ConvolutionSizes {
        let [input, output] = [In::DIMENSIONS, Out::DIMENSIONS].map(|sizes| match sizes {
            &[channels, rows, columns] => [channels, rows, columns],
            _ => unreachable!("the shapes of a `Conv2d` are images"),
        });
        let Conv2dSettings { stride, padding } = settings;
        let axes = [0, 1].map(|axis| (axis, input[axis + 1], [KH, KW][axis], stride[axis]));
        let positions = axes.map(|(axis, size, span, stride)| padding.positions(axis, size, span, stride));
        assert!(output == [CO, positions[0], positions[1]], "the output of a `Conv2d` does not have the shape `Out`");
        ConvolutionSizes {
            samples,
            input,
            output,
            kernel: [KH, KW],
            stride,
            padding: axes.map(|(axis, size, span, stride)| padding.before(axis, size, span, stride)),
            dilation: [1; 2],
            groups: 1,
        }
    }
}

impl<const CI: usize, const CO: usize, const KH: usize, const KW: usize, Out: Shape> Layer
    for Conv2d<CI, CO, KH, KW, Out>
{
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = Filters<CI, CO, KH, KW, T>;
    type Settings = Conv2dSettings;
    type Plan<In: Shape> = Conv2dPlan<CI, KH, KW, Out>;

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
        gradient: &mut Filters<CI, CO, KH, KW, T>,
    ) {
        let Backward { input, grad_output, grad_input, accumulate, .. } = memory;
        let sizes = Self::sizes::<In>(*site.settings, grad_output.len() / Out::LEN);
        let (grad_weight, grad_bias) = gradient.parameters_mut().split_at_mut(CO * CI * KH * KW);
        T::convolve_weight_gradient(isa, sizes, input, grad_output, accumulate, grad_weight, grad_bias);
        if let Some(grad_input) = grad_input {
            T::convolve_input_gradient(isa, sizes, site.parameters.parts().0, grad_output, grad_input);
        }
    }
}

impl<const CI: usize, const CO: usize, const KH: usize, const KW: usize, Out: Shape, const H: usize, const W: usize>
    Takes<Image<CI, H, W>> for Conv2d<CI, CO, KH, KW, Out>
{
}

impl<const CI: usize, const CO: usize, const KH: usize, const KW: usize, T: Scalar> Debug
    for Filters<CI, CO, KH, KW, T>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filters").field("weight", &self.weight).field("bias", &self.bias).finish()
    }
}
