//! The gradient of weight and bias, for groups of samples in the lanes of registers.
//!
//! The lanes are partial sums. A block consists of some filters and some elements of a kernel row, for one or several channels. Its
//! partial sums stay in registers while it runs over a band of rows, and are then added to one another and to the total.

use super::window::{GROUP, Images, Window, to_lanes};
use super::{ConvolutionSizes, band};
use crate::kernel::lanes::{Lanes, Vectors};
use crate::kernel::{Isa, Program};
use crate::scalar::Scalar;

/// The tiled twin of [`convolve_weight_gradient`](super::loops::convolve_weight_gradient).
#[derive(Debug)]
pub(super) struct WeightGradient<'a, T> {
    pub(super) sizes: ConvolutionSizes,
    pub(super) input: &'a [T],
    pub(super) grad_output: &'a [T],
    pub(super) accumulate: bool,
    pub(super) grad_weight: &'a mut [T],
    pub(super) grad_bias: &'a mut [T],
    /// Zeros, [`memory_len`](Self::memory_len) of them.
    pub(super) memory: &'a mut [T],
}

/// The most registers that a group of samples takes.
const PARTS: usize = 4;
/// The number of filters whose gradients of the bias are summed at once.
const FILTERS: usize = 4;

/// The rows of a band that a row of the kernel meets, for one group of channels.
#[derive(Clone, Copy)]
struct Band<T> {
    rows: usize,
    columns: usize,
    /// The gradient of the output at the first of the rows, and the distances between rows and between filters.
    grad_output: *const T,
    grad_rows_apart: usize,
    filters_apart: usize,
    /// The window, the index of the row that the first row meets, the distance of those that adjacent rows meet, and the number of
    /// rows in the window.
    window: *const T,
    index: usize,
    indices_apart: usize,
    rows_apart: usize,
    capacity: usize,
    /// The distance between the inputs of adjacent columns.
    inputs_apart: usize,
}

impl<T: Vectors> Program for WeightGradient<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        self.in_groups::<T::In<I>>(isa);
    }
}

/// Returns the number of columns of the padded image that the kernel meets, and the number of rows that it meets in a band.
#[inline(always)]
fn met(sizes: ConvolutionSizes) -> [usize; 2] {
    let ConvolutionSizes { input: [_, rows, _], output, kernel, stride, dilation, .. } = sizes;
    let along =
        |positions: usize, axis: usize| (positions - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1;
    [along(output[2], 1), along(band(output), 0).min(rows)]
}

impl<T: Vectors> WeightGradient<'_, T> {
    /// Returns the number of elements of memory: a band of the input and of the gradient in lanes, and the total.
    #[inline(always)]
    pub(super) fn memory_len(sizes: ConvolutionSizes, weights: usize) -> usize {
        let ([columns, rows], [co, _, ow]) = (met(sizes), sizes.output);
        Window::<T>::len(sizes.input[0], rows, columns) + band(sizes.output) * co * ow * GROUP + weights + co
    }

    #[inline(always)]
    fn in_groups<V: Lanes<Element = T>>(self, isa: V::Isa) {
        let sizes = self.sizes;
        sizes.check(self.grad_weight.len(), self.grad_bias.len(), self.input.len(), self.grad_output.len());
        let ConvolutionSizes { input: [ci, ih, iw], output: [co, oh, ow], kernel: [kh, _], .. } = sizes;
        let band = band(sizes.output);
        let filters_apart = band * ow * GROUP;
        let [columns, rows] = met(sizes);
        let (window, rest) = self.memory.split_at_mut(Window::<T>::len(ci, rows, columns));
        let mut window = Window::new(window, ci, rows, columns, sizes.padding[1]);
        let (gradients, rest) = rest.split_at_mut(co * filters_apart);
        let (total, total_bias) = rest.split_at_mut(self.grad_weight.len());

        let inputs = self.input.chunks(GROUP * ci * ih * iw);
        for (input, grad_output) in inputs.zip(self.grad_output.chunks(GROUP * co * oh * ow)) {
            window.clear();
            let images = Images { values: input, channels: ci, rows: ih, columns: iw };
            for start in (0..oh).step_by(band) {
                let rows = start..oh.min(start + band);
                let samples = (grad_output.len() / (co * oh * ow), co * oh * ow);
                for (filter, gradients) in gradients.chunks_exact_mut(filters_apart).enumerate() {
                    let from = &grad_output[(filter * oh + start) * ow..];
                    to_lanes::<V>(isa, from, samples, &mut gradients[..rows.len() * ow * GROUP]);
                }
                let met = sizes.rows_met(rows.clone());
                window.show::<V>(isa, images, met.start, met.end);
                for ky in 0..kh {
                    let rows_met = sizes.rows_that_meet(rows.clone(), ky);
                    if !rows_met.is_empty() {
                        let gradients = &gradients[(rows_met.start - start) * ow * GROUP..];
                        of_kernel_row::<V>(isa, sizes, ky, rows_met, &window, gradients, total);
                    }
                }
                if !self.grad_bias.is_empty() {
                    of_bias::<V>(isa, gradients, (rows.len() * ow, filters_apart), total_bias);
                }
            }
        }
        let put = |place: &mut T, sum: T| *place = if self.accumulate { *place + sum } else { sum };
        self.grad_weight.iter_mut().zip(&*total).for_each(|(place, &sum)| put(place, sum));
        self.grad_bias.iter_mut().zip(&*total_bias).for_each(|(place, &sum)| put(place, sum));
    }
}

/// Adds the sums over the rows of a band to the total, for the weights of row `ky` of all kernels.
#[inline(always)]
fn of_kernel_row<V: Lanes>(
    isa: V::Isa,
    sizes: ConvolutionSizes,
    ky: usize,
    rows: core::ops::Range<usize>,
    window: &Window<'_, V::Element>,
    gradients: &[V::Element],
    total: &mut [V::Element],
) {
    let ConvolutionSizes { output, kernel: [_, kw], stride, dilation, groups, .. } = sizes;
    let [channels, filters] = sizes.group();
    let ow = output[2];
    let filters_apart = band(output) * ow * GROUP;
    let [rows_apart, channels_apart] = window.apart();
    let place = rows.start * stride[0] + ky * dilation[0] - sizes.padding[0];
    for group in 0..groups {
        let band = Band {
            rows: rows.len(),
            columns: ow,
            grad_output: gradients.as_ptr().wrapping_add(group * filters * filters_apart),
            grad_rows_apart: ow * GROUP,
            filters_apart,
            window: window.start().wrapping_add(group * channels * channels_apart),
            index: place % window.capacity,
            indices_apart: stride[0] % window.capacity,
            rows_apart,
            capacity: window.capacity,
            inputs_apart: stride[1] * GROUP,
        };
        let mut filter = 0;
        while filter < filters {
            let rest = filters - filter;
            let of_filter = Target { sizes, ky, first: group * filters + filter, filter, channels_apart };
            macro_rules! block {
                ($r:literal) => {{
                    let mut element = 0;
                    // SAFETY: the gradients and the window have the rows of the band, and the elements are those of the kernels.
                    unsafe {
                        while element + 5 <= channels * kw && V::ROWS >= 8 {
                            add_block::<V, $r, 5>(isa, band, of_filter, element, total);
                            element += 5;
                        }
                        while element + 4 <= channels * kw {
                            add_block::<V, $r, 4>(isa, band, of_filter, element, total);
                            element += 4;
                        }
                        match channels * kw - element {
                            1 => add_block::<V, $r, 1>(isa, band, of_filter, element, total),
                            2 => add_block::<V, $r, 2>(isa, band, of_filter, element, total),
                            3 => add_block::<V, $r, 3>(isa, band, of_filter, element, total),
                            _ => {}
                        }
                    }
                }};
            }
            if V::ROWS >= 8 && rest >= 4 {
                block!(4);
                filter += 4;
            } else if rest >= 2 {
                block!(2);
                filter += 2;
            } else {
                block!(1);
                filter += 1;
            }
        }
    }
}

/// The filters of a block.
#[derive(Clone, Copy)]
struct Target {
    sizes: ConvolutionSizes,
    /// The row of the kernel.
    ky: usize,
    /// The first filter, and its index within its group.
    first: usize,
    filter: usize,
    channels_apart: usize,
}

/// Adds the sums of `R` filters and `E` adjacent elements, counted over the channels of the group and the columns of the kernel.
///
/// # Safety
/// The band is valid for these filters and elements.
#[inline(always)]
unsafe fn add_block<V: Lanes, const R: usize, const E: usize>(
    isa: V::Isa,
    band: Band<V::Element>,
    target: Target,
    element: usize,
    total: &mut [V::Element],
) {
    let ConvolutionSizes { output: [co, ..], kernel: [kh, kw], dilation, .. } = target.sizes;
    let mut offsets = [0; E];
    let mut places = [0; E];
    let (mut channel, mut kx) = (element / kw, element % kw);
    for e in 0..E {
        offsets[e] = channel * target.channels_apart + kx * dilation[1] * GROUP;
        places[e] = ((channel * kh + target.ky) * kw + kx) * co + target.first;
        kx += 1;
        if kx == kw {
            (channel, kx) = (channel + 1, 0);
        }
    }
    let zeros = [[V::splat(isa, V::Element::ZERO); E]; R];
    let mut parts = [zeros; PARTS];
    for part in 0..GROUP / V::COUNT {
        let mut sums = zeros;
        let mut index = band.index;
        let mut gradients = band.grad_output.wrapping_add(target.filter * band.filters_apart + part * V::COUNT);
        for _ in 0..band.rows {
            let row = band.window.wrapping_add(index * band.rows_apart + part * V::COUNT);
            let mut inputs = [row; E];
            for e in 0..E {
                inputs[e] = row.wrapping_add(offsets[e]);
            }
            let (mut gradient, mut input) = (gradients, 0);
            for _ in 0..band.columns {
                let mut values = [V::splat(isa, V::Element::ZERO); E];
                for e in 0..E {
                    // SAFETY: the caller's contract.
                    values[e] = unsafe { V::load(isa, inputs[e].add(input)) };
                }
                for r in 0..R {
                    // SAFETY: the caller's contract.
                    let gradient = unsafe { V::load(isa, gradient.add(r * band.filters_apart)) };
                    for e in 0..E {
                        sums[r][e] = gradient.mul_add(values[e], sums[r][e]);
                    }
                }
                gradient = gradient.wrapping_add(GROUP);
                input += band.inputs_apart;
            }
            gradients = gradients.wrapping_add(band.grad_rows_apart);
            index += band.indices_apart;
            if index >= band.capacity {
                index -= band.capacity;
            }
        }
        parts[part] = sums;
    }
    for e in 0..E {
        let total = &mut total[places[e]..][..R];
        for r in 0..R {
            total[r] += sum_of_lanes([parts[0][r][e], parts[1][r][e], parts[2][r][e], parts[3][r][e]]);
        }
    }
}

/// Adds the 16 lanes of a group in halves. The registers beyond those of the group are ignored.
#[inline(always)]
fn sum_of_lanes<V: Lanes>([a, b, c, d]: [V; PARTS]) -> V::Element {
    match GROUP / V::COUNT {
        1 => a.sum(),
        2 => a.add(b).sum(),
        _ => a.add(c).add(b.add(d)).sum(),
    }
}

/// Adds the sums of the gradients in a band to the total. Each filter has `count` of them.
#[inline(always)]
fn of_bias<V: Lanes>(
    isa: V::Isa,
    gradients: &[V::Element],
    (count, filters_apart): (usize, usize),
    total: &mut [V::Element],
) {
    assert!(
        gradients.len() >= total.len() * filters_apart && count * GROUP <= filters_apart,
        "the filters of the band"
    );
    // Several filters at once, none of which waits for another.
    for (filters, total) in gradients.chunks(FILTERS * filters_apart).zip(total.chunks_mut(FILTERS)) {
        let zeros = [V::splat(isa, V::Element::ZERO); FILTERS];
        let mut parts = [zeros; PARTS];
        for part in 0..GROUP / V::COUNT {
            let mut sums = zeros;
            for place in 0..count {
                for f in 0..FILTERS {
                    let filter = f.min(total.len() - 1);
                    let from = filters.as_ptr().wrapping_add(filter * filters_apart + place * GROUP + part * V::COUNT);
                    // SAFETY: the place is within the gradients of the filter, as asserted.
                    sums[f] = sums[f].add(unsafe { V::load(isa, from) });
                }
            }
            parts[part] = sums;
        }
        for (f, total) in total.iter_mut().enumerate() {
            *total += sum_of_lanes([parts[0][f], parts[1][f], parts[2][f], parts[3][f]]);
        }
    }
}
