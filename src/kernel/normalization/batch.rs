//! The loops of batch normalization, in which the samples of a batch share the mean and the variance of a channel.

use super::BatchNormalizationSizes;
use super::loops::{PARTS, folded, sum};
use crate::kernel::Isa;
use crate::scalar::Scalar;

/// The number of samples whose elements are added one after the other. Sums of so many samples are added in order.
const SAMPLES: usize = 64;

impl BatchNormalizationSizes {
    /// Checks that the lengths of the slices match the sizes.
    #[inline(always)]
    fn check(self, elements: &[usize], channels: &[usize]) {
        let Self { samples, positions, .. } = self;
        assert!(samples > 0 && positions > 0 && self.channels > 0, "no size is 0");
        let len = samples.checked_mul(self.row());
        assert!(elements.iter().all(|&elements| Some(elements) == len), "elements of every sample");
        assert!(channels.iter().all(|&channels| channels == self.channels), "an element per channel");
    }

    /// Returns the number of elements of a sample.
    #[inline(always)]
    fn row(self) -> usize {
        self.channels * self.positions
    }
}

/// Computes a sum over the samples for each of up to [`PARTS`] channels that are adjacent, into `$sums`. `$next` is `$sum` plus
/// the term of element `$n` of channel `$part`.
macro_rules! sum_of_columns {
    ($sizes:ident, $first:ident, $count:ident, $sums:ident, |$sum:ident, $part:ident, $n:ident| $next:expr) => {
        for block in (0..$sizes.samples).step_by(SAMPLES) {
            let mut block_sums = [T::ZERO; PARTS];
            for sample in block..$sizes.samples.min(block + SAMPLES) {
                let start = sample * $sizes.channels + $first;
                for ($part, place) in block_sums[..$count].iter_mut().enumerate() {
                    let ($sum, $n) = (*place, start + $part);
                    *place = $next;
                }
            }
            for (place, sum) in $sums.iter_mut().zip(block_sums) {
                *place += sum;
            }
        }
    };
}

#[inline(always)]
pub(super) fn moments<T: Scalar, I: Isa>(
    isa: I,
    sizes: BatchNormalizationSizes,
    input: &[T],
    mean: &mut [T],
    variance: &mut [T],
) {
    sizes.check(&[input.len()], &[mean.len(), variance.len()]);
    let count = T::from_count(sizes.samples * sizes.positions);
    if sizes.positions > 1 {
        let positions = sizes.positions;
        for (channel, (mean, variance)) in mean.iter_mut().zip(variance).enumerate() {
            let mut total = T::ZERO;
            for row in input.chunks_exact(sizes.row()) {
                let x = &row[channel * positions..][..positions];
                total += sum!(positions, |sum, n| sum + x[n]);
            }
            *mean = total / count;
            let (center, mut squares) = (*mean, T::ZERO);
            for row in input.chunks_exact(sizes.row()) {
                let x = &row[channel * positions..][..positions];
                squares += sum!(positions, |sum, n| {
                    let difference = x[n] - center;
                    isa.mul_add(difference, difference, sum)
                });
            }
            *variance = squares / count;
        }
        return;
    }
    for first in (0..sizes.channels).step_by(PARTS) {
        let columns = PARTS.min(sizes.channels - first);
        let mut sums = [T::ZERO; PARTS];
        sum_of_columns!(sizes, first, columns, sums, |sum, part, n| sum + input[n]);
        let centers = sums.map(|sum| sum / count);
        let mut squares = [T::ZERO; PARTS];
        sum_of_columns!(sizes, first, columns, squares, |sum, part, n| {
            let difference = input[n] - centers[part];
            isa.mul_add(difference, difference, sum)
        });
        mean[first..][..columns].copy_from_slice(&centers[..columns]);
        variance[first..][..columns].copy_from_slice(&squares.map(|sum| sum / count)[..columns]);
    }
}

/// Returns 1 / √(σ² + ε).
#[inline(always)]
fn factor<T: Scalar>(variance: T, epsilon: T) -> T {
    T::ONE / (variance + epsilon).sqrt()
}

#[allow(clippy::too_many_arguments, reason = "what is known of each channel, the input and the output")]
#[inline(always)]
pub(super) fn normalize<T: Scalar, I: Isa>(
    isa: I,
    sizes: BatchNormalizationSizes,
    mean: &[T],
    variance: &[T],
    weight: &[T],
    bias: &[T],
    input: &[T],
    output: &mut [T],
) {
    sizes.check(&[input.len(), output.len()], &[mean.len(), variance.len(), weight.len(), bias.len()]);
    let epsilon = T::from_f64(sizes.epsilon);
    if sizes.positions > 1 {
        let rows = input.chunks_exact(sizes.row()).zip(output.chunks_exact_mut(sizes.row()));
        for (x, y) in rows {
            let planes = x.chunks_exact(sizes.positions).zip(y.chunks_exact_mut(sizes.positions));
            for (channel, (x, y)) in planes.enumerate() {
                let (center, shift) = (mean[channel], bias[channel]);
                let scale = factor(variance[channel], epsilon) * weight[channel];
                for (y, &x) in y.iter_mut().zip(x) {
                    *y = isa.mul_add(x - center, scale, shift);
                }
            }
        }
        return;
    }
    for first in (0..sizes.channels).step_by(PARTS) {
        let columns = first..sizes.channels.min(first + PARTS);
        let mut scales = [T::ZERO; PARTS];
        let known = variance[columns.clone()].iter().zip(&weight[columns.clone()]);
        for (scale, (&variance, &weight)) in scales.iter_mut().zip(known) {
            *scale = factor(variance, epsilon) * weight;
        }
        let (centers, shifts) = (&mean[columns.clone()], &bias[columns.clone()]);
        let rows = input.chunks_exact(sizes.row()).zip(output.chunks_exact_mut(sizes.row()));
        for (x, y) in rows {
            let pairs = y[columns.clone()].iter_mut().zip(&x[columns.clone()]);
            for ((y, &x), ((&center, &shift), &scale)) in pairs.zip(centers.iter().zip(shifts).zip(&scales)) {
                *y = isa.mul_add(x - center, scale, shift);
            }
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "what is known of each channel, the inputs and the two sums")]
#[inline(always)]
pub(super) fn gradient_sums<T: Scalar, I: Isa>(
    isa: I,
    sizes: BatchNormalizationSizes,
    mean: &[T],
    variance: &[T],
    input: &[T],
    grad_output: &[T],
    common: &mut [T],
    along: &mut [T],
) {
    sizes.check(&[input.len(), grad_output.len()], &[mean.len(), variance.len(), common.len(), along.len()]);
    let epsilon = T::from_f64(sizes.epsilon);
    if sizes.positions > 1 {
        let positions = sizes.positions;
        for (channel, (common, along)) in common.iter_mut().zip(along).enumerate() {
            let (center, scale) = (mean[channel], factor(variance[channel], epsilon));
            (*common, *along) = (T::ZERO, T::ZERO);
            for (x, g) in input.chunks_exact(sizes.row()).zip(grad_output.chunks_exact(sizes.row())) {
                let (x, g) = (&x[channel * positions..][..positions], &g[channel * positions..][..positions]);
                *common += sum!(positions, |sum, n| sum + g[n]);
                *along += sum!(positions, |sum, n| isa.mul_add(g[n], (x[n] - center) * scale, sum));
            }
        }
        return;
    }
    for first in (0..sizes.channels).step_by(PARTS) {
        let columns = PARTS.min(sizes.channels - first);
        let (mut centers, mut scales) = ([T::ZERO; PARTS], [T::ZERO; PARTS]);
        centers[..columns].copy_from_slice(&mean[first..][..columns]);
        for (scale, &variance) in scales.iter_mut().zip(&variance[first..][..columns]) {
            *scale = factor(variance, epsilon);
        }
        let (mut sums, mut products) = ([T::ZERO; PARTS], [T::ZERO; PARTS]);
        sum_of_columns!(sizes, first, columns, sums, |sum, part, n| sum + grad_output[n]);
        sum_of_columns!(sizes, first, columns, products, |sum, part, n| {
            isa.mul_add(grad_output[n], (input[n] - centers[part]) * scales[part], sum)
        });
        common[first..][..columns].copy_from_slice(&sums[..columns]);
        along[first..][..columns].copy_from_slice(&products[..columns]);
    }
}

#[allow(clippy::too_many_arguments, reason = "what is known of each channel, the inputs and the output")]
#[inline(always)]
pub(super) fn input_gradient<T: Scalar, I: Isa>(
    isa: I,
    sizes: BatchNormalizationSizes,
    mean: &[T],
    variance: &[T],
    weight: &[T],
    common: &[T],
    along: &[T],
    input: &[T],
    grad_output: &[T],
    grad_input: &mut [T],
) {
    let channels = [mean.len(), variance.len(), weight.len(), common.len(), along.len()];
    sizes.check(&[input.len(), grad_output.len(), grad_input.len()], &channels);
    let epsilon = T::from_f64(sizes.epsilon);
    if sizes.positions > 1 {
        let rows = input.chunks_exact(sizes.row()).zip(grad_output.chunks_exact(sizes.row()));
        for ((x, g), dx) in rows.zip(grad_input.chunks_exact_mut(sizes.row())) {
            let planes = x.chunks_exact(sizes.positions).zip(g.chunks_exact(sizes.positions));
            for (channel, ((x, g), dx)) in planes.zip(dx.chunks_exact_mut(sizes.positions)).enumerate() {
                let scale = factor(variance[channel], epsilon);
                let (center, slope, shift) = (mean[channel], scale * along[channel], common[channel]);
                let outer = scale * weight[channel];
                for ((dx, &x), &g) in dx.iter_mut().zip(x).zip(g) {
                    *dx = outer * isa.mul_add(center - x, slope, g - shift);
                }
            }
        }
        return;
    }
    for first in (0..sizes.channels).step_by(PARTS) {
        let columns = first..sizes.channels.min(first + PARTS);
        let (mut slopes, mut outers) = ([T::ZERO; PARTS], [T::ZERO; PARTS]);
        for (part, channel) in columns.clone().enumerate() {
            let scale = factor(variance[channel], epsilon);
            (slopes[part], outers[part]) = (scale * along[channel], scale * weight[channel]);
        }
        let (centers, shifts) = (&mean[columns.clone()], &common[columns.clone()]);
        let rows = input.chunks_exact(sizes.row()).zip(grad_output.chunks_exact(sizes.row()));
        for ((x, g), dx) in rows.zip(grad_input.chunks_exact_mut(sizes.row())) {
            let elements = dx[columns.clone()].iter_mut().zip(x[columns.clone()].iter().zip(&g[columns.clone()]));
            let known = centers.iter().zip(shifts).zip(slopes.iter().zip(&outers));
            for ((dx, (&x, &g)), ((&center, &shift), (&slope, &outer))) in elements.zip(known) {
                *dx = outer * isa.mul_add(center - x, slope, g - shift);
            }
        }
    }
}
