//! The loops, over one row of positions at a time.

use core::ops::Range;

use super::ConvolutionSizes;
use crate::kernel::Isa;
use crate::scalar::Scalar;

impl ConvolutionSizes {
    /// Checks that the lengths of the slices match the sizes, and that no size is 0.
    #[inline(always)]
    fn check(self, weight: usize, bias: usize, input: usize, output: usize) {
        let Self { samples, input: [ci, ih, iw], output: [co, oh, ow], kernel: [kh, kw], stride, groups, .. } = self;
        assert!(
            [ci, ih, iw, co, oh, ow, kh, kw, stride[0], stride[1], groups].iter().all(|&size| size > 0),
            "no size is 0"
        );
        assert!(
            ci.is_multiple_of(groups) && co.is_multiple_of(groups),
            "the groups divide the channels of the input and of the output"
        );
        assert!(
            weight == ci / groups * co * kh * kw && (bias == co || bias == 0),
            "a weight is filters × channels of a group × kernel, with a bias per filter or without"
        );
        assert!(
            input == samples * ci * ih * iw && output == samples * co * oh * ow,
            "inputs and outputs of every sample"
        );
    }

    /// Returns the row or column of the input at which an element of the kernel lies for an output position, if there is one.
    #[inline(always)]
    fn meets(self, axis: usize, position: usize, element: usize) -> Option<usize> {
        let place = (position * self.stride[axis] + element * self.dilation[axis]).checked_sub(self.padding[axis])?;
        (place < self.input[axis + 1]).then_some(place)
    }

    /// Returns the columns of the output for which an element of the kernel lies within the image, and the column of the input
    /// that corresponds to the first of them.
    #[inline(always)]
    fn columns(self, element: usize) -> (Range<usize>, usize) {
        let (stride, padding, element) = (self.stride[1], self.padding[1], element * self.dilation[1]);
        // ox * stride + element * dilation - padding ranges from 0 to the last column.
        let first = padding.saturating_sub(element).div_ceil(stride);
        let end = (self.input[2] + padding).saturating_sub(element).div_ceil(stride).min(self.output[2]);
        (first.min(end)..end, (first * stride + element).saturating_sub(padding))
    }

    /// Returns the numbers of input and output channels in a group.
    #[inline(always)]
    fn group(self) -> [usize; 2] {
        [self.input[0] / self.groups, self.output[0] / self.groups]
    }

    /// Returns the position of the weight of a filter, an input channel of its group and an element of the kernel.
    #[inline(always)]
    fn place_of_weight(self, filter: usize, channel: usize, [row, column]: [usize; 2]) -> usize {
        ((channel * self.kernel[0] + row) * self.kernel[1] + column) * self.output[0] + filter
    }
}

#[inline(always)]
pub(super) fn convolve<T: Scalar, I: Isa>(
    isa: I,
    sizes: ConvolutionSizes,
    weight: &[T],
    bias: &[T],
    input: &[T],
    output: &mut [T],
) {
    sizes.check(weight.len(), bias.len(), input.len(), output.len());
    let ConvolutionSizes { input: [ci, ih, iw], output: [co, oh, ow], kernel: [kh, kw], stride, .. } = sizes;
    let [channels, filters] = sizes.group();
    for (x, y) in input.chunks_exact(ci * ih * iw).zip(output.chunks_exact_mut(co * oh * ow)) {
        for (line, row) in y.chunks_exact_mut(ow).enumerate() {
            let (filter, oy) = (line / oh, line % oh);
            row.fill(bias.get(filter).copied().unwrap_or(T::ZERO));
            let x = &x[filter / filters * channels * ih * iw..];
            for channel in 0..channels {
                for ky in 0..kh {
                    let Some(iy) = sizes.meets(0, oy, ky) else { continue };
                    let x = &x[(channel * ih + iy) * iw..][..iw];
                    for kx in 0..kw {
                        let w = weight[sizes.place_of_weight(filter, channel, [ky, kx])];
                        let (columns, first) = sizes.columns(kx);
                        for (y, &x) in row[columns].iter_mut().zip(x[first.min(iw)..].iter().step_by(stride[1])) {
                            *y = isa.mul_add(x, w, *y);
                        }
                    }
                }
            }
        }
    }
}

#[inline(always)]
pub(super) fn convolve_input_gradient<T: Scalar, I: Isa>(
    isa: I,
    sizes: ConvolutionSizes,
    weight: &[T],
    grad_output: &[T],
    grad_input: &mut [T],
) {
    sizes.check(weight.len(), sizes.output[0], grad_input.len(), grad_output.len());
    let ConvolutionSizes { input: [ci, ih, iw], output: [co, oh, ow], kernel: [kh, kw], stride, .. } = sizes;
    let [channels, filters] = sizes.group();
    grad_input.fill(T::ZERO);
    for (g, dx) in grad_output.chunks_exact(co * oh * ow).zip(grad_input.chunks_exact_mut(ci * ih * iw)) {
        for (channel, dx) in dx.chunks_exact_mut(ih * iw).enumerate() {
            let (group, channel) = (channel / channels, channel % channels);
            let of_group = g.chunks_exact(oh * ow).enumerate().skip(group * filters).take(filters);
            for (filter, g) in of_group {
                for (ky, kx) in (0..kh).flat_map(|ky| (0..kw).map(move |kx| (ky, kx))) {
                    let w = weight[sizes.place_of_weight(filter, channel, [ky, kx])];
                    let (columns, first) = sizes.columns(kx);
                    for (oy, g) in g.chunks_exact(ow).enumerate() {
                        let Some(iy) = sizes.meets(0, oy, ky) else { continue };
                        let dx = dx[iy * iw..][..iw][first.min(iw)..].iter_mut().step_by(stride[1]);
                        for (dx, &g) in dx.zip(&g[columns.clone()]) {
                            *dx = isa.mul_add(g, w, *dx);
                        }
                    }
                }
            }
        }
    }
}

#[inline(always)]
pub(super) fn convolve_weight_gradient<T: Scalar, I: Isa>(
    isa: I,
    sizes: ConvolutionSizes,
    input: &[T],
    grad_output: &[T],
    accumulate: bool,
    grad_weight: &mut [T],
    grad_bias: &mut [T],
) {
    sizes.check(grad_weight.len(), grad_bias.len(), input.len(), grad_output.len());
    let ConvolutionSizes { input: [ci, ih, iw], output: [co, oh, ow], kernel: [kh, kw], stride, .. } = sizes;
    let [channels, filters] = sizes.group();
    let put = |place: &mut T, sum: T| *place = if accumulate { *place + sum } else { sum };
    let samples = || input.chunks_exact(ci * ih * iw).zip(grad_output.chunks_exact(co * oh * ow));
    for (place, gradient) in grad_weight.iter_mut().enumerate() {
        let (filter, rest) = (place % co, place / co);
        let (kx, ky, channel) = (rest % kw, rest / kw % kh, filter / filters * channels + rest / kw / kh);
        let (columns, first) = sizes.columns(kx);
        let mut sum = T::ZERO;
        for (x, g) in samples() {
            for (oy, g) in g[filter * oh * ow..][..oh * ow].chunks_exact(ow).enumerate() {
                let Some(iy) = sizes.meets(0, oy, ky) else { continue };
                let x = x[(channel * ih + iy) * iw..][..iw][first.min(iw)..].iter().step_by(stride[1]);
                sum = g[columns.clone()].iter().zip(x).fold(sum, |sum, (&g, &x)| isa.mul_add(g, x, sum));
            }
        }
        put(gradient, sum);
    }
    for (filter, gradient) in grad_bias.iter_mut().enumerate() {
        let of_filter = samples().flat_map(|(_, g)| &g[filter * oh * ow..][..oh * ow]);
        put(gradient, of_filter.fold(T::ZERO, |sum, &g| sum + g));
    }
}
