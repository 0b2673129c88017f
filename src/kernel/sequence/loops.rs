//! The loops, over the channels of one step at a time.

use core::array;

use super::SequenceSizes;
use crate::kernel::Isa;
use crate::scalar::Scalar;

/// The number of partial sums, and of filters whose weights are summed together.
const LANES: usize = 16;

impl SequenceSizes {
    /// Checks that the lengths of the slices match the sizes, and that no size is 0.
    #[inline(always)]
    fn check(self, weight: usize, bias: usize, input: usize, output: usize) {
        let Self { samples, input: [l, n], output: [ol, co], kernel, stride, groups, .. } = self;
        assert!([l, n, ol, co, kernel, stride, groups].iter().all(|&size| size > 0), "no size is 0");
        assert!(
            n.is_multiple_of(groups) && co.is_multiple_of(groups),
            "the groups divide the channels of the input and of the output"
        );
        assert!(
            weight == n / groups * kernel * co && (bias == co || bias == 0),
            "a weight is filters × channels of a group × kernel, with a bias per filter or without"
        );
        assert!(input == samples * l * n && output == samples * ol * co, "inputs and outputs of every sample");
    }

    /// Returns the numbers of input and output channels in a group.
    #[inline(always)]
    fn group(self) -> [usize; 2] {
        [self.input[1] / self.groups, self.output[1] / self.groups]
    }

    /// Returns the step of the input at which an element of the kernel lies for a step of the output, if there is one.
    #[inline(always)]
    fn meets(self, step: usize, element: usize) -> Option<usize> {
        let place = (step * self.stride + element * self.dilation).checked_sub(self.padding)?;
        (place < self.input[0]).then_some(place)
    }

    /// Returns the step of the output for which an element of the kernel lies at a step of the input, if there is one.
    #[inline(always)]
    fn meets_back(self, place: usize, element: usize) -> Option<usize> {
        let distance = (place + self.padding).checked_sub(element * self.dilation)?;
        (distance.is_multiple_of(self.stride) && distance / self.stride < self.output[0])
            .then_some(distance / self.stride)
    }

    /// Returns the position of the weights of a channel of a group and an element of the kernel.
    #[inline(always)]
    fn row_of_weight(self, channel: usize, element: usize) -> usize {
        (channel * self.kernel + element) * self.output[1]
    }
}

#[inline(always)]
pub(super) fn convolve<T: Scalar, I: Isa>(
    isa: I,
    sizes: SequenceSizes,
    weight: &[T],
    bias: &[T],
    input: &[T],
    output: &mut [T],
) {
    sizes.check(weight.len(), bias.len(), input.len(), output.len());
    let SequenceSizes { input: [l, n], output: [ol, co], kernel, groups, .. } = sizes;
    let [channels, filters] = sizes.group();
    for (x, y) in input.chunks_exact(l * n).zip(output.chunks_exact_mut(ol * co)) {
        for (step, y) in y.chunks_exact_mut(co).enumerate() {
            if bias.is_empty() {
                y.fill(T::ZERO);
            } else {
                y.copy_from_slice(bias);
            }
            for (group, channel) in (0..groups).flat_map(|group| (0..channels).map(move |channel| (group, channel))) {
                let y = &mut y[group * filters..][..filters];
                for element in 0..kernel {
                    let Some(place) = sizes.meets(step, element) else { continue };
                    let x = x[place * n + group * channels + channel];
                    let w = &weight[sizes.row_of_weight(channel, element) + group * filters..][..filters];
                    for (y, &w) in y.iter_mut().zip(w) {
                        *y = isa.mul_add(x, w, *y);
                    }
                }
            }
        }
    }
}

#[inline(always)]
pub(super) fn convolve_input_gradient<T: Scalar, I: Isa>(
    isa: I,
    sizes: SequenceSizes,
    weight: &[T],
    grad_output: &[T],
    grad_input: &mut [T],
) {
    sizes.check(weight.len(), sizes.output[1], grad_input.len(), grad_output.len());
    let SequenceSizes { input: [l, n], output: [ol, co], kernel, .. } = sizes;
    let [channels, filters] = sizes.group();
    for (g, dx) in grad_output.chunks_exact(ol * co).zip(grad_input.chunks_exact_mut(l * n)) {
        for (index, dx) in dx.iter_mut().enumerate() {
            let (place, group, channel) = (index / n, index % n / channels, index % n % channels);
            let mut sums = [T::ZERO; LANES];
            for element in 0..kernel {
                let Some(step) = sizes.meets_back(place, element) else { continue };
                let g = &g[step * co + group * filters..][..filters];
                let w = &weight[sizes.row_of_weight(channel, element) + group * filters..][..filters];
                for (g, w) in g.chunks(LANES).zip(w.chunks(LANES)) {
                    for ((sum, &g), &w) in sums.iter_mut().zip(g).zip(w) {
                        *sum = isa.mul_add(g, w, *sum);
                    }
                }
            }
            *dx = in_halves(sums);
        }
    }
}

/// Returns the sum of partial sums, added in halves.
#[inline(always)]
fn in_halves<T: Scalar>(sums: [T; LANES]) -> T {
    let eight: [T; 8] = array::from_fn(|lane| sums[lane] + sums[lane + 8]);
    let four: [T; 4] = array::from_fn(|lane| eight[lane] + eight[lane + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}

#[inline(always)]
pub(super) fn convolve_weight_gradient<T: Scalar, I: Isa>(
    isa: I,
    sizes: SequenceSizes,
    input: &[T],
    grad_output: &[T],
    accumulate: bool,
    grad_weight: &mut [T],
    grad_bias: &mut [T],
) {
    sizes.check(grad_weight.len(), grad_bias.len(), input.len(), grad_output.len());
    let SequenceSizes { input: [l, n], output: [ol, co], kernel, .. } = sizes;
    let [channels, filters] = sizes.group();
    let put = |place: &mut T, sum: T| *place = if accumulate { *place + sum } else { sum };
    let samples = || input.chunks_exact(l * n).zip(grad_output.chunks_exact(ol * co));
    for (row, gradients) in grad_weight.chunks_exact_mut(co).enumerate() {
        let (channel, element) = (row / kernel, row % kernel);
        for (group, gradients) in gradients.chunks_exact_mut(filters).enumerate() {
            for (part, gradients) in gradients.chunks_mut(LANES).enumerate() {
                let first = group * filters + part * LANES;
                let mut sums = [T::ZERO; LANES];
                for (x, g) in samples() {
                    for (step, g) in g.chunks_exact(co).enumerate() {
                        let Some(place) = sizes.meets(step, element) else { continue };
                        let x = x[place * n + group * channels + channel];
                        for (sum, &g) in sums.iter_mut().zip(&g[first..][..gradients.len()]) {
                            *sum = isa.mul_add(g, x, *sum);
                        }
                    }
                }
                gradients.iter_mut().zip(sums).for_each(|(gradient, sum)| put(gradient, sum));
            }
        }
    }
    for (part, gradients) in grad_bias.chunks_mut(LANES).enumerate() {
        let mut sums = [T::ZERO; LANES];
        for g in grad_output.chunks_exact(co) {
            let g = &g[part * LANES..][..gradients.len()];
            sums.iter_mut().zip(g).for_each(|(sum, &g)| *sum += g);
        }
        gradients.iter_mut().zip(sums).for_each(|(gradient, sum)| put(gradient, sum));
    }
}
