//! Transposed two-dimensional convolution.

use core::fmt::{self, Debug};
use core::marker::PhantomData;

use nalgebra::SVector;

use crate::flat_parameters::{FlatParameters, flat_parameters};
use crate::kernel::{CONVOLUTION_GROUP, ConvolutionSizes, Isa, Kernels};
use crate::layer::rescale::{RescaleOutputs, rescale_bias};
use crate::layer::{Backward, Forward, Layer, Padding, Plan, SiteOf, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Attribute, Graph, Result, Value, convolution};
use crate::scalar::Scalar;
use crate::shape::arithmetic::{covered, cropped, span};
use crate::shape::{Image, Shape};
use crate::tensor::{Tensor, TensorKind, TensorTable};

/// Transposed convolution, which enlarges an image: each element of the input adds a multiple of a kernel of `KH` rows and `KW`
/// columns to each of `CO` output channels.
///
/// `y[co, iy * stride + ky * dilation - padding, ix * stride + kx * dilation - padding] += w[ci, co, ky, kx] x[ci, iy, ix]`
///
/// The sum is over ci, iy, ix, ky and kx, and the bias of the channel is added. This is the map from the output gradient of a
/// [`Conv2d`](crate::Conv2d) from `CO` to `CI` channels with the same settings to its input gradient, plus the bias. It is also
/// called deconvolution, although it inverts no convolution.
///
/// Written `ConvTranspose2d<8, 4, 3>` or `ConvTranspose2d<_, 4, 2, 3>(stride = 2)`: the number of input channels, the number of
/// output channels, and the rows and columns of the kernel. Without the last number the kernel is square. The settings are
/// those of PyTorch:
///
/// - `stride`, the step in the output from the kernel of one input element to the next, 1 by default;
/// - `padding`, the number of rows and columns that are left out on each side of the output, 0 by default;
///   [`Valid`](Padding::Valid) leaves out none, and [`Same`](Padding::Same) gives an output of size · stride, as in Keras, whose
///   first ⌊(span - stride) / 2⌋ rows and columns are left out;
/// - `output_padding`, a number of rows and columns added below and to the right, 0 by default. A strided convolution maps
///   images of several sizes to one size; this chooses among them;
/// - `dilation`, the distance between neighboring elements of the kernel, 1 by default: it spans
///   `(kernel - 1) * dilation + 1` elements;
/// - `groups`, a number that input and output channels are divided by, 1 by default. Each group of input channels contributes to
///   one group of output channels. `groups = _` stands for the number of input channels;
/// - `bias`, `true` by default. With `bias = false` nothing is added, and the layer has no tensor `bias`: neither a parameter, nor a
///   name in files.
///
/// A pair such as `stride = (2, 1)` is for rows and columns. The network infers the shape `Out`, `GO`, the number of output
/// channels of a group, and `B`, the number of biases: `CO` or 0.
///
/// In a network with const parameters, channels may be parameters. Another number of groups than 1 requires numbers or named
/// constants, except for `groups = _` with equal numbers of input and output channels.
///
/// # Shapes
/// Input: `Image<CI, H, W>`. Output: `Image<CO, OH, OW>` with
/// OH = (H - 1) stride - 2 padding + dilation (KH - 1) + output_padding + 1, and OW analogously; H · stride with `Same`.
/// Weight: `[CI, CO / groups, KH, KW]`. Bias: `[CO]`, or none.
///
/// An initializer takes CO / groups · KH · KW inputs and CI · KH · KW outputs for each weight, as PyTorch and Keras do.
///
/// # Gradients
/// With g = dL/dy: dL/dw = Σ x g over samples and the positions where they meet, dL/db = Σ g, and dL/dx is the convolution of g
/// with w.
///
/// # Errors
/// Padding that leaves out the whole output, an output padding that is neither smaller than the stride nor than the dilation, a
/// stride, dilation or number of groups of 0, groups that do not divide the channels and a wrong number of channels do not
/// compile. With `Same`, neither does an output padding.
///
/// # Panics
/// Panics if the type is written by hand, with an `Out` other than the shape that follows from the input and the settings.
///
/// # Numerics
/// Sums are computed in the fixed orders of [`ConvolutionKernels`](crate::kernel::ConvolutionKernels), and the bias is added
/// last.
///
/// # Source
/// M. D. Zeiler, D. Krishnan, G. W. Taylor and R. Fergus, "Deconvolutional networks", 2010; V. Dumoulin and F. Visin, "A guide to
/// convolution arithmetic for deep learning", 2016, chapter 4.
///
/// # Example
/// With a stride that is equal to the kernel, each element becomes a multiple of the kernel.
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Enlarge (Image<1, 1, 2>) -> Image<1, 2, 4> = up: ConvTranspose2d<_, 1, 2>(stride = 2));
/// let mut enlarge = Enlarge::zeroed();
/// enlarge.up.weight[0] = [[[1.0].into(), [2.0].into()], [[3.0].into(), [4.0].into()]];
/// let image = [[[1.0, 10.0]]];
/// assert_eq!(enlarge.predict(&image), [[[1.0, 2.0, 10.0, 20.0], [3.0, 4.0, 30.0, 40.0]]]);
/// ```
pub struct ConvTranspose2d<
    const CI: usize,
    const CO: usize,
    const KH: usize,
    const KW: usize,
    Out,
    const GO: usize = CO,
    const B: usize = CO,
>(PhantomData<Out>);

/// The parameters of a [`ConvTranspose2d`] with `GO` output channels in each group.
#[repr(C)]
pub struct TransposedFilters<
    const CI: usize,
    const GO: usize,
    const KH: usize,
    const KW: usize,
    const CO: usize,
    T: Scalar = f32,
    const B: usize = CO,
> {
    /// The weight w, indexed by output channel (within the group of the input channel), kernel row, kernel column and input
    /// channel: `weight[co][ky][kx][ci]`.
    pub weight: [[[SVector<T, CI>; KW]; KH]; GO],
    /// The bias b, one per output channel, or empty if the layer has no bias.
    pub bias: SVector<T, B>,
}

flat_parameters!(
    [const CI: usize, const GO: usize, const KH: usize, const KW: usize, const CO: usize, const B: usize,]
    TransposedFilters<CI, GO, KH, KW, CO, T, B>,
    TensorTable::of_weight_and_bias(
        &[
            Tensor { name: "weight", shape: &[CI, GO, KH, KW], offset: 0, kind: TensorKind::Weight },
            Tensor { name: "bias", shape: &[B], offset: CI * GO * KH * KW, kind: TensorKind::Bias },
        ],
        CO,
    )
);

impl<const CI: usize, const GO: usize, const KH: usize, const KW: usize, const CO: usize, T: Scalar, const B: usize>
    TransposedFilters<CI, GO, KH, KW, CO, T, B>
{
    /// Returns weight and bias as slices.
    #[inline(always)]
    fn parts(&self) -> (&[T], &[T]) {
        self.parameters().split_at(CI * GO * KH * KW)
    }
}

impl<const CI: usize, const GO: usize, const KH: usize, const KW: usize, const CO: usize, T: Scalar>
    RescaleOutputs<CO, T> for TransposedFilters<CI, GO, KH, KW, CO, T>
{
    fn rescale_outputs(&mut self, scale: &SVector<T, CO>, shift: &SVector<T, CO>) {
        let group_inputs = CI * GO / CO;
        for (channel, window) in self.weight.iter_mut().enumerate() {
            for weights in window.as_flattened_mut() {
                for (input, weight) in weights.iter_mut().enumerate() {
                    *weight *= scale[input / group_inputs * GO + channel];
                }
            }
        }
        rescale_bias(&mut self.bias, scale, shift);
    }
}

/// The settings of a [`ConvTranspose2d`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConvTranspose2dSettings {
    stride: [usize; 2],
    padding: Padding,
    output_padding: [usize; 2],
    dilation: [usize; 2],
}

impl<const CI: usize, const CO: usize, const KH: usize, const KW: usize, Out, const GO: usize, const B: usize>
    ConvTranspose2d<CI, CO, KH, KW, Out, GO, B>
{
    /// Returns the settings that `ConvTranspose2d<..>(stride, padding, output_padding, dilation)` stands for, in rows and
    /// columns. `network!` rejects a stride or a dilation of 0.
    ///
    /// # Panics
    /// Panics if the output padding is neither smaller than the stride nor than the dilation, and if it is not 0 while the
    /// padding is `Same`.
    #[must_use]
    #[track_caller]
    pub const fn settings(
        stride: [usize; 2],
        padding: Padding,
        output_padding: [usize; 2],
        dilation: [usize; 2],
    ) -> ConvTranspose2dSettings {
        let mut axis = 0;
        while axis < 2 {
            // A stride or a dilation of 0 is reported separately.
            let (more, stride, dilation) = (output_padding[axis], stride[axis], dilation[axis]);
            assert!(
                more == 0 || more < stride || more < dilation,
                "the `output_padding` of `ConvTranspose2d` must be smaller than its `stride` or its `dilation`"
            );
            assert!(
                more == 0 || !matches!(padding, Padding::Same),
                "`ConvTranspose2d` has no `output_padding` with `padding = Same`, which determines the size of its output"
            );
            axis += 1;
        }
        ConvTranspose2dSettings { stride, padding, output_padding, dilation }
    }
}

impl ConvTranspose2dSettings {
    /// Returns the number of elements of the output along an axis with inputs of `size` elements and this kernel.
    const fn given(self, axis: usize, size: usize, kernel: usize) -> usize {
        let Self { stride, padding, output_padding, dilation } = self;
        let all = covered(size, span(kernel, dilation[axis]), stride[axis], output_padding[axis]);
        match padding {
            Padding::Of(padding) => cropped(all, padding[axis]),
            Padding::Valid => all,
            Padding::Same => size * stride[axis],
        }
    }
}

/// The plan of a [`ConvTranspose2d`].
#[derive(Debug)]
pub struct ConvTranspose2dPlan<const GO: usize, const KH: usize, const KW: usize, In>(PhantomData<In>);

impl<const GO: usize, const KH: usize, const KW: usize, In: Shape> Plan for ConvTranspose2dPlan<GO, KH, KW, In> {
    const MULTIPLY_ADDS: u64 = (In::LEN * GO * KH * KW) as u64;
    const READS_OUTPUT: bool = false;
    const SUMS_FROM_ZERO: bool = true;
    const SAMPLES_TOGETHER: usize = CONVOLUTION_GROUP;
}

impl<const CI: usize, const CO: usize, const KH: usize, const KW: usize, Out: Shape, const GO: usize, const B: usize>
    ConvTranspose2d<CI, CO, KH, KW, Out, GO, B>
{
    /// The number of groups.
    const GROUPS: usize = {
        assert!(GO > 0 && CO.is_multiple_of(GO), "the groups of a `ConvTranspose2d` must divide its output channels");
        assert!(CI.is_multiple_of(CO / GO), "the groups of a `ConvTranspose2d` must divide its input channels");
        CO / GO
    };

    /// Returns the sizes of the convolution from the output to the input.
    #[inline(always)]
    fn sizes<In: Shape>(settings: ConvTranspose2dSettings, samples: usize) -> ConvolutionSizes {
        let [small, large] = [In::DIMENSIONS, Out::DIMENSIONS].map(|sizes| match sizes {
            &[channels, rows, columns] => [channels, rows, columns],
            _ => unreachable!("the shapes of a `ConvTranspose2d` are images"),
        });
        let ConvTranspose2dSettings { stride, padding, dilation, .. } = settings;
        let kernel = [KH, KW];
        let given = [0, 1].map(|axis| settings.given(axis, small[axis + 1], kernel[axis]));
        assert!(large == [CO, given[0], given[1]], "the output of a `ConvTranspose2d` does not have the shape `Out`");
        ConvolutionSizes {
            samples,
            input: large,
            output: small,
            kernel,
            stride,
            padding: [0, 1]
                .map(|axis| padding.before(axis, large[axis + 1], span(kernel[axis], dilation[axis]), stride[axis])),
            dilation,
            groups: Self::GROUPS,
        }
    }

    /// Returns the number of elements of a channel of the output.
    #[inline(always)]
    const fn plane() -> usize {
        Out::LEN / CO
    }
}

impl<const CI: usize, const CO: usize, const KH: usize, const KW: usize, Out: Shape, const GO: usize, const B: usize>
    Layer for ConvTranspose2d<CI, CO, KH, KW, Out, GO, B>
{
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = TransposedFilters<CI, GO, KH, KW, CO, T, B>;
    type Settings = ConvTranspose2dSettings;
    type Plan<In: Shape> = ConvTranspose2dPlan<GO, KH, KW, In>;

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, .. } = memory;
        let sizes = Self::sizes::<In>(*site.settings, input.len() / In::LEN);
        let (weight, bias) = site.parameters.parts();
        T::convolve_input_gradient(isa, sizes, weight, input, output);
        for (plane, &bias) in output.chunks_exact_mut(Self::plane()).zip(bias.iter().cycle()) {
            for y in plane {
                *y += bias;
            }
        }
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut TransposedFilters<CI, GO, KH, KW, CO, T, B>,
    ) {
        let Backward { input, grad_output, grad_input, accumulate, .. } = memory;
        let sizes = Self::sizes::<In>(*site.settings, grad_output.len() / Out::LEN);
        let (grad_weight, grad_bias) = gradient.parameters_mut().split_at_mut(CI * GO * KH * KW);
        T::convolve_weight_gradient(isa, sizes, grad_output, input, accumulate, grad_weight, &mut []);
        for (channel, gradient) in grad_bias.iter_mut().enumerate() {
            let planes = grad_output.chunks_exact(Self::plane()).skip(channel).step_by(CO);
            let sum = planes.flatten().fold(T::ZERO, |sum, &g| sum + g);
            *gradient = if accumulate { *gradient + sum } else { sum };
        }
        if let Some(grad_input) = grad_input {
            T::convolve(isa, sizes, site.parameters.parts().0, &[], grad_output, grad_input);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let ConvolutionSizes { input: large, output: small, stride, padding, dilation, .. } =
            Self::sizes::<In>(*site.settings, 1);
        let more = site.settings.output_padding;
        let covered =
            [0, 1].map(|axis| covered(small[axis + 1], span([KH, KW][axis], dilation[axis]), stride[axis], more[axis]));
        let needed = [0, 1].map(|axis| padding[axis] + large[axis + 1]);
        // What is cut off behind the last elements, or added where strides are larger than windows.
        let behind = [0, 1].map(|axis| covered[axis].saturating_sub(needed[axis]));
        let more = [0, 1].map(|axis| more[axis] + needed[axis].saturating_sub(covered[axis]));
        let attributes = [
            ("kernel_shape", Attribute::sizes(&[KH, KW])),
            ("strides", Attribute::sizes(&stride)),
            ("pads", Attribute::sizes(&[padding, behind].concat())),
            ("dilations", Attribute::sizes(&dilation)),
            ("output_padding", Attribute::sizes(&more)),
        ];
        convolution(graph, "ConvTranspose", input, site.parameters, (attributes.into(), Self::GROUPS))
    }
}

impl<
    const CI: usize,
    const CO: usize,
    const KH: usize,
    const KW: usize,
    Out: Shape,
    const GO: usize,
    const B: usize,
    const H: usize,
    const W: usize,
> Takes<Image<CI, H, W>> for ConvTranspose2d<CI, CO, KH, KW, Out, GO, B>
{
}

impl<const CI: usize, const GO: usize, const KH: usize, const KW: usize, const CO: usize, T: Scalar, const B: usize>
    Debug for TransposedFilters<CI, GO, KH, KW, CO, T, B>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransposedFilters").field("weight", &self.weight).field("bias", &self.bias).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::ConvTranspose2d;
    use crate::layer::{Layer, Plan};
    use crate::shape::Image;

    #[test]
    fn multiply_adds_are_those_of_a_count_by_hand() {
        // Each of 4 · 5 · 3 inputs multiplies a kernel of 2 by 3 for 6 output channels, or for the 3 of its group.
        type PlanOf<const GO: usize> =
            <ConvTranspose2d<4, 6, 2, 3, Image<6, 10, 7>, GO> as Layer>::Plan<Image<4, 5, 3>>;
        assert_eq!(PlanOf::<6>::MULTIPLY_ADDS, 4 * 5 * 3 * 6 * 6);
        assert_eq!(PlanOf::<3>::MULTIPLY_ADDS, 4 * 5 * 3 * 6 * 3);
    }
}
