//! The loops, over one row of positions at a time.

use core::array;
use core::ops::Range;

use super::window::GROUP;
use super::{ConvolutionSizes, band};
use crate::kernel::Isa;
use crate::scalar::Scalar;

impl ConvolutionSizes {
    /// Checks that the lengths of the slices match the sizes, and that no size is 0.
    #[inline(always)]
    pub(super) fn check(self, weight: usize, bias: usize, input: usize, output: usize) {
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
    pub(super) fn group(self) -> [usize; 2] {
        [self.input[0] / self.groups, self.output[0] / self.groups]
    }

    /// Returns those of some rows of the output at which row `ky` of the kernel lies within the image.
    #[inline(always)]
    pub(super) fn rows_that_meet(self, rows: Range<usize>, ky: usize) -> Range<usize> {
        let (stride, padding, ky) = (self.stride[0], self.padding[0], ky * self.dilation[0]);
        let end = (self.input[1] + padding).saturating_sub(ky).div_ceil(stride).min(rows.end);
        padding.saturating_sub(ky).div_ceil(stride).clamp(rows.start, rows.end).min(end)..end
    }

    /// Returns the rows of the input between the first and the last that the kernel meets at some rows of the output, inclusive.
    #[inline(always)]
    pub(super) fn rows_met(self, rows: Range<usize>) -> Range<usize> {
        let first = (rows.start * self.stride[0]).saturating_sub(self.padding[0]);
        let end = (rows.end - 1) * self.stride[0] + (self.kernel[0] - 1) * self.dilation[0] + 1;
        let end = end.saturating_sub(self.padding[0]).min(self.input[1]);
        first.min(end)..end
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
                for (ky, kx) in (0..kh).flat_map(|ky| (0..kw).map(move |kx| (ky, kx))).rev() {
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
    let ConvolutionSizes { input: [_, ih, iw], output: [co, oh, ow], kernel: [kh, kw], stride, .. } = sizes;
    let [channels, filters] = sizes.group();
    let put = |place: &mut T, sum: T| *place = if accumulate { *place + sum } else { sum };
    for (place, gradient) in grad_weight.iter_mut().enumerate() {
        let (filter, rest) = (place % co, place / co);
        let (kx, ky, channel) = (rest % kw, rest / kw % kh, filter / filters * channels + rest / kw / kh);
        let (columns, first) = sizes.columns(kx);
        let of_weight = sum_over_samples(sizes, input, grad_output, |x, g, rows| {
            let mut sum = T::ZERO;
            for oy in sizes.rows_that_meet(rows, ky) {
                let Some(iy) = sizes.meets(0, oy, ky) else { continue };
                let g = &g[(filter * oh + oy) * ow..][..ow];
                let x = x[(channel * ih + iy) * iw..][..iw][first.min(iw)..].iter().step_by(stride[1]);
                let outside = |sum, g: &[T]| g.iter().fold(sum, |sum, &g| isa.mul_add(g, T::ZERO, sum));
                sum = outside(sum, &g[..columns.start]);
                sum = g[columns.clone()].iter().zip(x).fold(sum, |sum, (&g, &x)| isa.mul_add(g, x, sum));
                sum = outside(sum, &g[columns.end..]);
            }
            sum
        });
        put(gradient, of_weight);
    }
    for (filter, gradient) in grad_bias.iter_mut().enumerate() {
        let of_filter = sum_over_samples(sizes, input, grad_output, |_, g, rows| {
            g[(filter * oh + rows.start) * ow..][..rows.len() * ow].iter().fold(T::ZERO, |sum, &g| sum + g)
        });
        put(gradient, of_filter);
    }
}

/// Calls `of_sample` for each sample of a group and the rows of a band, and adds what it returns, in the order of the contract.
#[inline(always)]
fn sum_over_samples<T: Scalar>(
    sizes: ConvolutionSizes,
    input: &[T],
    grad_output: &[T],
    of_sample: impl Fn(&[T], &[T], Range<usize>) -> T,
) -> T {
    let [input_len, output_len] = [sizes.input, sizes.output].map(|sizes| sizes.into_iter().product::<usize>());
    let (rows, band) = (sizes.output[1], band(sizes.output));
    let mut total = T::ZERO;
    for (x, g) in input.chunks(GROUP * input_len).zip(grad_output.chunks(GROUP * output_len)) {
        for start in (0..rows).step_by(band) {
            let mut sums = [T::ZERO; GROUP];
            let samples = x.chunks_exact(input_len).zip(g.chunks_exact(output_len));
            for (sum, (x, g)) in sums.iter_mut().zip(samples) {
                *sum = of_sample(x, g, start..rows.min(start + band));
            }
            total += in_halves(sums);
        }
    }
    total
}

/// Adds the elements in halves, 8 apart, then 4, 2 and 1.
fn in_halves<T: Scalar>(elements: [T; GROUP]) -> T {
    let eight: [T; 8] = array::from_fn(|k| elements[k] + elements[k + 8]);
    let four: [T; 4] = array::from_fn(|k| eight[k] + eight[k + 4]);
    let two: [T; 2] = array::from_fn(|k| four[k] + four[k + 2]);
    two[0] + two[1]
}
