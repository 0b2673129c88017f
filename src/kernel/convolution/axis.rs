//! Which elements of a kernel meet the image, along its rows or its columns?
#![allow(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "places to the left of an image are negative, and no size exceeds half the address space"
)]

use core::ops::Range;

use super::ConvolutionSizes;

/// One axis of a convolution or of its transpose. At position o of the output, element k of the kernel meets the input at i, with
/// `i * divisor = o * stride + k * dilation - padding`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub(super) input: usize,
    pub(super) output: usize,
    kernel: usize,
    stride: usize,
    divisor: usize,
    dilation: usize,
    padding: isize,
}

/// Every divisor-th position of the output. All of them meet the same elements of the kernel, except at the edges of the image.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phase {
    /// The first position, and the number of positions.
    pub(super) first: usize,
    pub(super) positions: usize,
    /// The elements of the kernel: the first one, their distance, and their number.
    pub(super) element: usize,
    pub(super) elements_apart: usize,
    pub(super) elements: usize,
    /// The place of the input that the first element meets at the first position.
    place: isize,
    /// The distance of the places that adjacent elements meet, and of those that an element meets at adjacent positions.
    pub(super) places_apart: usize,
    pub(super) stride: usize,
    input: usize,
}

/// The terms of a sum along one axis: where the first weight and the first input are, their distances, and how many there are.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    pub(super) weight: usize,
    pub(super) weights_apart: usize,
    pub(super) input: usize,
    pub(super) inputs_apart: usize,
    pub(super) count: usize,
}

impl Terms {
    /// Returns the terms at a position, for weights that are this far apart.
    #[inline(always)]
    pub(super) fn at(phase: Phase, position: usize, apart: usize) -> Self {
        let elements = phase.elements_at(position);
        Self {
            weight: (phase.element + elements.start * phase.elements_apart) * apart,
            weights_apart: phase.elements_apart * apart,
            input: if elements.is_empty() { 0 } else { phase.place(position, elements.start) },
            inputs_apart: phase.places_apart,
            count: elements.len(),
        }
    }
}

impl Axis {
    /// Returns the rows (0) or columns (1) of a convolution.
    #[inline(always)]
    pub(super) fn forward(sizes: ConvolutionSizes, axis: usize) -> Self {
        Self {
            input: sizes.input[axis + 1],
            output: sizes.output[axis + 1],
            kernel: sizes.kernel[axis],
            stride: sizes.stride[axis],
            divisor: 1,
            dilation: sizes.dilation[axis],
            padding: sizes.padding[axis] as isize,
        }
    }

    /// Returns the rows (0) or columns (1) of the transpose, from the output of a convolution to its input. The elements of the
    /// kernel are in reverse order.
    #[inline(always)]
    pub(super) fn transposed(sizes: ConvolutionSizes, axis: usize) -> Self {
        let forward = Self::forward(sizes, axis);
        Self {
            input: forward.output,
            output: forward.input,
            stride: 1,
            divisor: forward.stride,
            padding: (forward.dilation * (forward.kernel - 1)) as isize - forward.padding,
            ..forward
        }
    }

    /// Returns the number of phases.
    #[inline(always)]
    pub(super) fn phases(self) -> usize {
        self.divisor.min(self.output)
    }

    /// Returns the largest number of adjacent places between those that the elements of the kernel meet, inclusive.
    #[inline(always)]
    pub(super) fn span(self) -> usize {
        ((self.kernel - 1) * self.dilation / self.divisor + 1).min(self.input)
    }

    /// Returns the phase that starts at a position below the number of phases.
    #[inline(always)]
    pub(super) fn phase(self, first: usize) -> Phase {
        let Self { input, output, kernel, stride, divisor, dilation, padding } = self;
        let common = greatest_common_divisor(divisor, dilation);
        let meets = |element: usize| (first * stride + element * dilation) as isize - padding;
        let elements_apart = divisor / common;
        let element = (0..kernel.min(elements_apart)).find(|&k| meets(k).rem_euclid(divisor as isize) == 0);
        Phase {
            first,
            positions: (output - first).div_ceil(divisor),
            element: element.unwrap_or(0),
            elements_apart,
            elements: element.map_or(0, |element| (kernel - element).div_ceil(elements_apart)),
            place: element.map_or(0, meets) / divisor as isize,
            places_apart: dilation / common,
            stride,
            input,
        }
    }
}

impl Phase {
    /// Returns the elements that meet the image at a position of the phase.
    #[inline(always)]
    pub(super) fn elements_at(self, position: usize) -> Range<usize> {
        let place = self.place + (position * self.stride) as isize;
        let below = |limit: isize| (limit.max(0) as usize).div_ceil(self.places_apart).min(self.elements);
        let end = below(self.input as isize - place);
        below(-place).min(end)..end
    }

    /// Returns the positions at which all elements meet the image.
    #[inline(always)]
    pub(super) fn inside(self) -> Range<usize> {
        if self.elements == 0 {
            return 0..self.positions;
        }
        let last = self.place + ((self.elements - 1) * self.places_apart) as isize;
        let below = |limit: isize| (limit.max(0) as usize).div_ceil(self.stride).min(self.positions);
        let end = below(self.input as isize - last);
        below(-self.place).min(end)..end
    }

    /// Returns the place of the input that the first element meets at a position, which may be outside the image.
    #[inline(always)]
    pub(super) fn origin(self, position: usize) -> isize {
        self.place + (position * self.stride) as isize
    }

    /// Returns the place of the input that an element meets at a position, which must be within the image.
    #[inline(always)]
    pub(super) fn place(self, position: usize, element: usize) -> usize {
        (self.origin(position) + (element * self.places_apart) as isize) as usize
    }
}

#[inline(always)]
fn greatest_common_divisor(mut a: usize, mut b: usize) -> usize {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::{Axis, ConvolutionSizes};

    #[test]
    fn phases_meet_the_places_of_the_formula() {
        for index in 0..4_usize.pow(6) {
            let digit = |place: u32| index / 4_usize.pow(place) % 4;
            let (kernel, stride, dilation, padding) = (digit(0) + 1, digit(1) + 1, digit(2) + 1, digit(3));
            let output = 1 + 2 * digit(4);
            let span = (kernel - 1) * dilation + 1;
            let Some(input @ 1..) = ((output - 1) * stride + span + digit(5)).checked_sub(2 * padding) else {
                continue;
            };
            let sizes = ConvolutionSizes {
                samples: 1,
                input: [1, input, 1],
                output: [1, output, 1],
                kernel: [kernel, 1],
                stride: [stride, 1],
                padding: [padding, 0],
                dilation: [dilation, 1],
                groups: 1,
            };
            let place = |o: usize, k: usize| (o * stride + k * dilation).checked_sub(padding).filter(|&i| i < input);
            for transposed in [false, true] {
                let axis = if transposed { Axis::transposed(sizes, 0) } else { Axis::forward(sizes, 0) };
                let mut found = alloc::vec::Vec::new();
                for phase in (0..axis.phases()).map(|first| axis.phase(first)) {
                    for j in 0..phase.positions {
                        let o = phase.first + j * axis.phases();
                        let elements = phase.elements_at(j);
                        assert_eq!(phase.inside().contains(&j), elements == (0..phase.elements), "{sizes:?}");
                        for t in elements {
                            let (i, k) = (phase.place(j, t), phase.element + t * phase.elements_apart);
                            found.push(if transposed { (i, kernel - 1 - k, o) } else { (o, k, i) });
                        }
                    }
                }
                found.sort_unstable();
                let all = (0..output).flat_map(|o| (0..kernel).filter_map(move |k| Some((o, k, place(o, k)?))));
                assert!(found.iter().copied().eq(all), "{sizes:?} {transposed}");
            }
        }
    }
}
