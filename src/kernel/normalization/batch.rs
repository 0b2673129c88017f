//! The loops of batch normalization, in which the samples of a batch share the mean and the variance of a channel.

use super::BatchNormalizationSizes;
use super::loops::{PARTS, add_to, folded};
use crate::kernel::Isa;
use crate::scalar::Scalar;

/// The number of elements of a channel, of one or several samples, whose partial sums are added up together.
const TOGETHER: usize = 4096;
/// The number of samples whose elements are added one after the other if a channel has a single position.
const SAMPLES: usize = 64;

impl BatchNormalizationSizes {
    /// Checks that the lengths of the slices match the sizes.
    #[inline(always)]
    fn check(self, elements: &[usize], channels: &[usize]) {
        let Self { samples, positions, .. } = self;
        assert!(positions > 0 && self.channels > 0, "no size of a sample is 0");
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

/// Computes the sum over the elements of a channel in all samples. `$next` is `$sum` plus the term of the elements, which have
/// the names of the slices of all samples.
macro_rules! sum_of_channel {
    ($sizes:ident, $channel:ident, |$sum:ident, $first:ident $(, $other:ident)*| $next:expr) => {{
        let (row, plane) = ($sizes.row(), $channel * $sizes.positions..($channel + 1) * $sizes.positions);
        let (mut total, mut parts, mut together) = (T::ZERO, [T::ZERO; PARTS], 0);
        for sample in 0..$sizes.samples {
            let $first = &$first[sample * row..][plane.clone()];
            $(let $other = &$other[sample * row..][plane.clone()];)*
            add_to!(parts, |$sum, $first $(, $other)*| $next);
            together += $sizes.positions;
            if together >= TOGETHER {
                total += folded(parts);
                (parts, together) = ([T::ZERO; PARTS], 0);
            }
        }
        total + folded(parts)
    }};
}

/// Computes the sums over all samples for each of up to [`PARTS`] channels of a single position, those in `$columns`. `$next` is `$sum` plus the term of the elements, in channel `$part` of them, which have the names of the slices of all samples.
macro_rules! sum_of_columns {
    ($sizes:ident, $columns:ident, |$sum:ident, $part:ident, $first:ident $(, $other:ident)*| $next:expr) => {{
        let (mut sums, mut block, mut added) = ([T::ZERO; PARTS], [T::ZERO; PARTS], 0);
        for sample in 0..$sizes.samples {
            let start = sample * $sizes.channels;
            let $first = &$first[start..][$columns.clone()];
            $(let $other = &$other[start..][$columns.clone()];)*
            // The unit makes this a pair for a single slice too.
            if let ((), Some($first) $(, Some($other))*) =
                ((), $first.first_chunk::<PARTS>() $(, $other.first_chunk::<PARTS>())*)
            {
                for $part in 0..PARTS {
                    let ($sum, $first) = (block[$part], $first[$part]);
                    $(let $other = $other[$part];)*
                    block[$part] = $next;
                }
            } else {
                for ($part, place) in block[..$first.len()].iter_mut().enumerate() {
                    let ($sum, $first) = (*place, $first[$part]);
                    $(let $other = $other[$part];)*
                    *place = $next;
                }
            }
            added += 1;
            if added == SAMPLES || sample + 1 == $sizes.samples {
                for (sum, part) in sums.iter_mut().zip(&mut block) {
                    *sum += core::mem::replace(part, T::ZERO);
                }
                added = 0;
            }
        }
        sums
    }};
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
        for (channel, (mean, variance)) in mean.iter_mut().zip(variance).enumerate() {
            let shift = input.get(channel * sizes.positions).copied().unwrap_or(T::ZERO);
            let center = shift + sum_of_channel!(sizes, channel, |sum, input| sum + (input - shift)) / count;
            let squares = sum_of_channel!(sizes, channel, |sum, input| {
                let difference = input - center;
                isa.mul_add(difference, difference, sum)
            });
            (*mean, *variance) = (center, squares / count);
        }
        return;
    }
    for first in (0..sizes.channels).step_by(PARTS) {
        let columns = first..sizes.channels.min(first + PARTS);
        let mut centers = [T::ZERO; PARTS];
        if let Some(first) = input.get(columns.clone()) {
            centers[..columns.len()].copy_from_slice(first);
        }
        let sums = sum_of_columns!(sizes, columns, |sum, part, input| sum + (input - centers[part]));
        centers.iter_mut().zip(sums).for_each(|(center, sum)| *center += sum / count);
        let squares = sum_of_columns!(sizes, columns, |sum, part, input| {
            let difference = input - centers[part];
            isa.mul_add(difference, difference, sum)
        });
        mean[columns.clone()].copy_from_slice(&centers[..columns.len()]);
        variance[columns.clone()].copy_from_slice(&squares.map(|sum| sum / count)[..columns.len()]);
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
        for (channel, (common, along)) in common.iter_mut().zip(along).enumerate() {
            let (center, scale) = (mean[channel], factor(variance[channel], epsilon));
            *common = sum_of_channel!(sizes, channel, |sum, grad_output| sum + grad_output);
            *along = sum_of_channel!(sizes, channel, |sum, grad_output, input| {
                isa.mul_add(grad_output, (input - center) * scale, sum)
            });
        }
        return;
    }
    for first in (0..sizes.channels).step_by(PARTS) {
        let columns = first..sizes.channels.min(first + PARTS);
        let (mut centers, mut scales) = ([T::ZERO; PARTS], [T::ZERO; PARTS]);
        centers[..columns.len()].copy_from_slice(&mean[columns.clone()]);
        for (scale, &variance) in scales.iter_mut().zip(&variance[columns.clone()]) {
            *scale = factor(variance, epsilon);
        }
        let sums = sum_of_columns!(sizes, columns, |sum, part, grad_output| sum + grad_output);
        let products = sum_of_columns!(sizes, columns, |sum, part, grad_output, input| {
            isa.mul_add(grad_output, (input - centers[part]) * scales[part], sum)
        });
        common[columns.clone()].copy_from_slice(&sums[..columns.len()]);
        along[columns.clone()].copy_from_slice(&products[..columns.len()]);
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

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use crate::kernel::{BatchNormalizationSizes, Isa, NormalizationKernels, Path, Program};
    use crate::random;
    use crate::scalar::Scalar;

    /// The statistics, the output, the sums and the gradient of some samples.
    struct All<'a, T> {
        sizes: BatchNormalizationSizes,
        weight: &'a [T],
        bias: &'a [T],
        input: &'a [T],
        grad_output: &'a [T],
    }

    impl<T: NormalizationKernels> Program for All<'_, T> {
        type Output = [Vec<T>; 6];

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) -> [Vec<T>; 6] {
            let Self { sizes, weight, bias, input, grad_output } = self;
            let [mut mean, mut variance, mut common, mut along] = [(); 4].map(|()| vec![T::ZERO; weight.len()]);
            let [mut y, mut dx] = [(); 2].map(|()| vec![T::ZERO; input.len()]);
            T::batch_moments(isa, sizes, input, &mut mean, &mut variance);
            T::batch_normalize(isa, sizes, &mean, &variance, weight, bias, input, &mut y);
            T::batch_gradient_sums(isa, sizes, &mean, &variance, input, grad_output, &mut common, &mut along);
            T::batch_input_gradient(isa, sizes, &mean, &variance, weight, &common, &along, input, grad_output, &mut dx);
            [mean, variance, y, common, along, dx]
        }
    }

    fn draws<T: Scalar>(count: usize, seed: u64) -> Vec<T> {
        let mut rng = crate::rng(seed);
        (0..count).map(|_| T::from_f64(random::uniform(&mut rng) - 0.5)).collect()
    }

    fn all<T: NormalizationKernels>(path: Path, sizes: BatchNormalizationSizes) -> [Vec<T>; 6] {
        let len = sizes.samples * sizes.channels * sizes.positions;
        let (weight, bias) = (draws(sizes.channels, 1), draws(sizes.channels, 2));
        let (input, grad_output) = (draws(len, 3), draws(len, 4));
        path.run(All { sizes, weight: &weight, bias: &bias, input: &input, grad_output: &grad_output })
    }

    /// The formulas, one element after the other, in `f64`.
    fn by_formula(sizes: BatchNormalizationSizes) -> [Vec<f64>; 6] {
        let BatchNormalizationSizes { samples, channels, positions, epsilon } = sizes;
        let len = samples * channels * positions;
        let (weight, bias) = (draws::<f64>(channels, 1), draws::<f64>(channels, 2));
        let (x, g) = (draws::<f64>(len, 3), draws::<f64>(len, 4));
        let channel = |n: usize| n / positions % channels;
        let count = (samples * positions) as f64;
        let sum = |term: &dyn Fn(usize) -> f64| {
            let mut sums = vec![0.0; channels];
            (0..len).for_each(|n| sums[channel(n)] += term(n));
            sums
        };
        let mean: Vec<f64> = sum(&|n| x[n]).iter().map(|sum| sum / count).collect();
        let variance: Vec<f64> =
            sum(&|n| (x[n] - mean[channel(n)]) * (x[n] - mean[channel(n)])).iter().map(|sum| sum / count).collect();
        let factor = |n: usize| 1.0 / libm::sqrt(variance[channel(n)] + epsilon);
        let normalized = |n: usize| (x[n] - mean[channel(n)]) * factor(n);
        let y = (0..len).map(|n| normalized(n) * weight[channel(n)] + bias[channel(n)]).collect();
        let (common, along) = (sum(&|n| g[n]), sum(&|n| g[n] * normalized(n)));
        let dx = (0..len)
            .map(|n| weight[channel(n)] * factor(n) * (g[n] - common[channel(n)] - normalized(n) * along[channel(n)]))
            .collect();
        [mean.clone(), variance.clone(), y, common, along, dx]
    }

    #[test]
    fn a_mean_far_from_zero_has_the_digits_of_the_scalar_type() {
        for (samples, channels, positions) in [(77, 3, 1), (5, 2, 97), (3, 1, 4097)] {
            let sizes = BatchNormalizationSizes { samples, channels, positions, epsilon: 1e-5 };
            let len = samples * channels * positions;
            let moments = |input: &[f32]| {
                Path::available()
                    .map(|path| {
                        let zeros = vec![0.0; channels];
                        let all = All { sizes, weight: &zeros, bias: &zeros, input, grad_output: &vec![0.0; len] };
                        let [mean, variance, ..] = path.run(all);
                        (mean[0], variance[0])
                    })
                    .collect::<Vec<_>>()
            };
            for (mean, variance) in moments(&vec![1234.567; len]) {
                assert_eq!((mean, variance), (1234.567, 0.0), "{sizes:?}");
            }
            // Every second element is 1 larger: an ulp of the mean is 1/16.
            let input: Vec<f32> = (0..len).map(|n| 1e6 + f32::from(u8::from(n / channels % 2 == 0))).collect();
            let ones = input.iter().enumerate().filter(|(n, x)| n / positions % channels == 0 && **x > 1e6).count();
            let exact = ones as f64 / (samples * positions) as f64;
            for (mean, variance) in moments(&input) {
                assert!((f64::from(mean) - 1e6 - exact).abs() <= 1.0 / 32.0, "{sizes:?}: {mean}");
                assert!((f64::from(variance) - exact * (1.0 - exact)).abs() <= 2e-3, "{sizes:?}: {variance}");
            }
        }
    }

    #[test]
    fn every_instruction_set_follows_the_formulas_and_fused_ones_have_the_same_bits() {
        let singles = [(1, 1), (2, 15), (3, 16), (70, 17), (5, 33), (129, 3)].map(|(s, c)| (s, c, 1));
        let images = [(1, 1, 2), (2, 3, 15), (3, 2, 16), (5, 7, 17), (2, 3, 221), (3, 2, 4097)];
        for (samples, channels, positions) in singles.into_iter().chain(images) {
            let sizes = BatchNormalizationSizes { samples, channels, positions, epsilon: 1e-2 };
            let exact = by_formula(sizes);
            let fused: Vec<_> = Path::available()
                .filter(|&path| path != Path::Portable)
                .map(|path| (all::<f32>(path, sizes), all::<f64>(path, sizes)))
                .collect();
            assert!(fused.windows(2).all(|pair| pair[0] == pair[1]), "{sizes:?}");
            for path in Path::available() {
                for (found, exact) in all::<f64>(path, sizes).iter().flatten().zip(exact.iter().flatten()) {
                    assert!((found - exact).abs() <= 1e-11 * (1.0 + exact.abs()), "{sizes:?}: {found} and {exact}");
                }
                for (found, exact) in all::<f32>(path, sizes).iter().flatten().zip(exact.iter().flatten()) {
                    let apart = (f64::from(*found) - exact).abs();
                    assert!(apart <= 2e-3 * (1.0 + exact.abs()), "{sizes:?}: {found} and {exact}");
                }
            }
        }
    }
}
