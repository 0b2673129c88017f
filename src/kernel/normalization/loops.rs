//! The loops, which are written so that the compiler vectorizes them.

use super::NormalizationSizes;
use crate::kernel::Isa;
use crate::scalar::Scalar;

/// The number of partial sums over the elements of a group.
pub(super) const PARTS: usize = 16;

/// Computes the sum over the elements of slices of the same length. `$next` is `$sum` plus the term of the elements, which have
/// the names of their slices. A macro, since the body of a closure is not guaranteed to be compiled for the instruction set.
macro_rules! sum {
    (|$sum:ident, $first:ident $(, $other:ident)*| $next:expr) => {{
        let mut parts = [T::ZERO; PARTS];
        $crate::kernel::normalization::loops::add_to!(parts, |$sum, $first $(, $other)*| $next);
        folded(parts)
    }};
}

/// Adds the terms to partial sums: term n to partial sum n mod 16. Arrays of that length are vectors of the compiler.
macro_rules! add_to {
    ($parts:ident, |$sum:ident, $first:ident $(, $other:ident)*| $next:expr) => {{
        let blocks = $first.as_chunks::<PARTS>().0.len();
        for block in 0..blocks {
            let $first = &$first.as_chunks::<PARTS>().0[block];
            $(let $other = &$other.as_chunks::<PARTS>().0[block];)*
            for part in 0..PARTS {
                let ($sum, $first) = ($parts[part], $first[part]);
                $(let $other = $other[part];)*
                $parts[part] = $next;
            }
        }
        let $first = $first.as_chunks::<PARTS>().1;
        $(let $other = $other.as_chunks::<PARTS>().1;)*
        for (part, place) in $parts[..$first.len()].iter_mut().enumerate() {
            let ($sum, $first) = (*place, $first[part]);
            $(let $other = $other[part];)*
            *place = $next;
        }
    }};
}

pub(super) use add_to;

/// Adds up the partial sums.
#[inline(always)]
pub(super) fn folded<T: Scalar>(mut parts: [T; PARTS]) -> T {
    for half in [8, 4, 2, 1] {
        for part in 0..half {
            parts[part] += parts[part + half];
        }
    }
    parts[0]
}

impl NormalizationSizes {
    /// Checks that the lengths of the slices match the sizes.
    #[inline(always)]
    fn check(self, weight: usize, bias: usize, input: usize, output: usize, kept: usize) {
        let Self { samples, elements, groups, positions, .. } = self;
        assert!(groups > 0 && positions > 0 && elements > 0, "no size is 0");
        assert!(elements % groups == 0 && elements / groups % positions == 0, "groups consist of whole channels");
        assert!(weight == elements / positions, "a scale per element or channel");
        assert!(bias == weight || bias == 0, "a shift per scale");
        assert!(samples.checked_mul(elements) == Some(input) && input == output, "inputs and outputs of every sample");
        assert!(kept == 2 * samples * groups, "two elements are kept per group");
    }

    /// Returns the number of elements in a group.
    #[inline(always)]
    fn group(self) -> usize {
        self.elements / self.groups
    }

    /// Returns the number of weights of a group.
    #[inline(always)]
    fn channels(self) -> usize {
        self.group() / self.positions
    }
}

#[inline(always)]
pub(super) fn normalize<T: Scalar, I: Isa>(
    isa: I,
    sizes: NormalizationSizes,
    weight: &[T],
    bias: &[T],
    input: &[T],
    output: &mut [T],
    kept: &mut [T],
) {
    sizes.check(weight.len(), bias.len(), input.len(), output.len(), kept.len());
    let NormalizationSizes { groups, positions, centered, epsilon, .. } = sizes;
    let (elements, channels) = (sizes.group(), sizes.channels());
    let (count, epsilon) = (T::from_count(elements), T::from_f64(epsilon));
    let rows = input.chunks_exact(elements).zip(output.chunks_exact_mut(elements));
    for (row, ((x, y), kept)) in rows.zip(kept.chunks_exact_mut(2)).enumerate() {
        let first = if centered { x.first().copied().unwrap_or(T::ZERO) } else { T::ZERO };
        let mean = if centered { first + sum!(|sum, x| sum + (x - first)) / count } else { T::ZERO };
        let squares = sum!(|sum, x| {
            let difference = x - mean;
            isa.mul_add(difference, difference, sum)
        });
        let factor = T::ONE / (squares / count + epsilon).sqrt();
        kept.copy_from_slice(&[mean, factor]);
        let start = row % groups * channels;
        let weight = &weight[start..][..channels];
        let bias = if bias.is_empty() { bias } else { &bias[start..][..channels] };
        if positions > 1 {
            let planes = x.chunks_exact(positions).zip(y.chunks_exact_mut(positions));
            for (channel, (x, y)) in planes.enumerate() {
                let (w, b) = (weight[channel], bias.get(channel).copied().unwrap_or(T::ZERO));
                for (y, &x) in y.iter_mut().zip(x) {
                    *y = isa.mul_add((x - mean) * factor, w, b);
                }
            }
        } else if bias.is_empty() {
            for ((y, &x), &w) in y.iter_mut().zip(x).zip(weight) {
                *y = (x - mean) * factor * w;
            }
        } else {
            for ((y, &x), (&w, &b)) in y.iter_mut().zip(x).zip(weight.iter().zip(bias)) {
                *y = isa.mul_add((x - mean) * factor, w, b);
            }
        }
    }
}

#[inline(always)]
pub(super) fn normalize_input_gradient<T: Scalar, I: Isa>(
    isa: I,
    sizes: NormalizationSizes,
    weight: &[T],
    input: &[T],
    kept: &[T],
    grad_output: &[T],
    grad_input: &mut [T],
) {
    sizes.check(weight.len(), 0, input.len(), grad_output.len(), kept.len());
    assert_eq!(input.len(), grad_input.len(), "a gradient per input");
    let NormalizationSizes { groups, positions, centered, .. } = sizes;
    let (elements, channels) = (sizes.group(), sizes.channels());
    let count = T::from_count(elements);
    let rows = input.chunks_exact(elements).zip(grad_output.chunks_exact(elements));
    for (row, (((x, g), dx), kept)) in
        rows.zip(grad_input.chunks_exact_mut(elements)).zip(kept.chunks_exact(2)).enumerate()
    {
        let (mean, factor) = (kept[0], kept[1]);
        let weight = &weight[row % groups * channels..][..channels];
        if positions == 1 {
            let common = if centered { sum!(|sum, weight, g| isa.mul_add(weight, g, sum)) / count } else { T::ZERO };
            let along = sum!(|sum, weight, g, x| isa.mul_add(weight * g, (x - mean) * factor, sum)) / count;
            for ((dx, &x), (&w, &g)) in dx.iter_mut().zip(x).zip(weight.iter().zip(g)) {
                let normalized = (x - mean) * factor;
                *dx = factor * isa.mul_add(-normalized, along, isa.mul_add(w, g, -common));
            }
            continue;
        }
        let (mut common, mut along) = (T::ZERO, T::ZERO);
        for ((x, g), &w) in x.chunks_exact(positions).zip(g.chunks_exact(positions)).zip(weight) {
            if centered {
                common = isa.mul_add(w, sum!(|sum, g| sum + g), common);
            }
            along = isa.mul_add(w, sum!(|sum, g, x| isa.mul_add(g, (x - mean) * factor, sum)), along);
        }
        (common, along) = (common / count, along / count);
        let planes = x.chunks_exact(positions).zip(g.chunks_exact(positions)).zip(dx.chunks_exact_mut(positions));
        for (((x, g), dx), &w) in planes.zip(weight) {
            for ((dx, &x), &g) in dx.iter_mut().zip(x).zip(g) {
                let normalized = (x - mean) * factor;
                *dx = factor * isa.mul_add(-normalized, along, isa.mul_add(w, g, -common));
            }
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "the inputs, and the two gradients that are written")]
#[inline(always)]
pub(super) fn normalize_weight_gradient<T: Scalar, I: Isa>(
    isa: I,
    sizes: NormalizationSizes,
    input: &[T],
    kept: &[T],
    grad_output: &[T],
    accumulate: bool,
    grad_weight: &mut [T],
    grad_bias: &mut [T],
) {
    sizes.check(grad_weight.len(), grad_bias.len(), input.len(), grad_output.len(), kept.len());
    if sizes.positions > 1 {
        weight_gradient_of_channels(isa, sizes, input, kept, grad_output, accumulate, grad_weight, grad_bias);
    } else {
        weight_gradient_of_elements(isa, sizes, input, kept, grad_output, accumulate, grad_weight, grad_bias);
    }
}

/// Adds the sum of a batch to a gradient if `accumulate` is true, and overwrites the gradient otherwise.
#[inline(always)]
fn put<T: Scalar>(place: &mut T, sum: T, accumulate: bool) {
    *place = if accumulate { *place + sum } else { sum };
}

/// For weights that several elements share.
#[allow(clippy::too_many_arguments, reason = "those of `normalize_weight_gradient`")]
#[inline(always)]
fn weight_gradient_of_channels<T: Scalar, I: Isa>(
    isa: I,
    sizes: NormalizationSizes,
    input: &[T],
    kept: &[T],
    grad_output: &[T],
    accumulate: bool,
    grad_weight: &mut [T],
    grad_bias: &mut [T],
) {
    let NormalizationSizes { elements, groups, positions, .. } = sizes;
    let channels = sizes.channels();
    for (channel, place) in grad_weight.iter_mut().enumerate() {
        let plane = channel * positions..(channel + 1) * positions;
        let group = channel / channels;
        let (mut weight, mut bias) = (T::ZERO, T::ZERO);
        let samples = input.chunks_exact(elements).zip(grad_output.chunks_exact(elements));
        for ((x, g), kept) in samples.zip(kept.chunks_exact(2 * groups)) {
            let (x, g, mean, factor) = (&x[plane.clone()], &g[plane.clone()], kept[2 * group], kept[2 * group + 1]);
            weight += sum!(|sum, g, x| isa.mul_add(g, (x - mean) * factor, sum));
            bias += sum!(|sum, g| sum + g);
        }
        put(place, weight, accumulate);
        if let Some(place) = grad_bias.get_mut(channel) {
            put(place, bias, accumulate);
        }
    }
}

/// For weights of single elements, some of which are summed over all samples at a time.
#[allow(clippy::too_many_arguments, reason = "those of `normalize_weight_gradient`")]
#[inline(always)]
fn weight_gradient_of_elements<T: Scalar, I: Isa>(
    isa: I,
    sizes: NormalizationSizes,
    input: &[T],
    kept: &[T],
    grad_output: &[T],
    accumulate: bool,
    grad_weight: &mut [T],
    grad_bias: &mut [T],
) {
    let NormalizationSizes { elements, groups, .. } = sizes;
    let channels = sizes.channels();
    let starts = (0..groups).flat_map(|group| (0..channels).step_by(PARTS).map(move |start| (group, start)));
    for (group, start) in starts {
        let columns = group * channels + start..group * channels + channels.min(start + PARTS);
        let (mut weights, mut biases) = ([T::ZERO; PARTS], [T::ZERO; PARTS]);
        let samples = input.chunks_exact(elements).zip(grad_output.chunks_exact(elements));
        for ((x, g), kept) in samples.zip(kept.chunks_exact(2 * groups)) {
            let (mean, factor) = (kept[2 * group], kept[2 * group + 1]);
            let pairs = x[columns.clone()].iter().zip(&g[columns.clone()]);
            for ((weight, bias), (&x, &g)) in weights.iter_mut().zip(&mut biases).zip(pairs) {
                *weight = isa.mul_add(g, (x - mean) * factor, *weight);
                *bias += g;
            }
        }
        for (place, weight) in grad_weight[columns.clone()].iter_mut().zip(weights) {
            put(place, weight, accumulate);
        }
        if !grad_bias.is_empty() {
            for (place, bias) in grad_bias[columns].iter_mut().zip(biases) {
                put(place, bias, accumulate);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use crate::kernel::{Isa, NormalizationKernels, NormalizationSizes, Path, Program};
    use crate::random;

    /// The output and the gradients of some samples in `f32`.
    struct All<'a> {
        sizes: NormalizationSizes,
        weight: &'a [f32],
        bias: &'a [f32],
        input: &'a [f32],
        grad_output: &'a [f32],
    }

    impl Program for All<'_> {
        type Output = [Vec<f32>; 4];

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) -> [Vec<f32>; 4] {
            let Self { sizes, weight, bias, input, grad_output } = self;
            let mut kept = vec![0.0; 2 * sizes.samples * sizes.groups];
            let (mut y, mut dx) = (vec![0.0; input.len()], vec![0.0; input.len()]);
            let (mut dw, mut db) = (vec![0.0; weight.len()], vec![0.0; bias.len()]);
            f32::normalize(isa, sizes, weight, bias, input, &mut y, &mut kept);
            f32::normalize_input_gradient(isa, sizes, weight, input, &kept, grad_output, &mut dx);
            f32::normalize_weight_gradient(isa, sizes, input, &kept, grad_output, false, &mut dw, &mut db);
            [y, dx, dw, db]
        }
    }

    fn draws(count: usize, seed: u64) -> Vec<f32> {
        let mut rng = crate::rng(seed);
        let mut values = vec![0.0; count];
        random::fill(&mut values, || random::uniform(&mut rng) - 0.5);
        values
    }

    #[test]
    fn all_fused_instruction_sets_give_the_same_bits_and_the_others_approximately() {
        let whole = [1, 2, 15, 16, 17, 31, 64, 100].map(|elements| (elements, 1, 1));
        let images = [(6, 3, 2), (2 * 7 * 17, 2, 17), (7 * 221, 7, 221), (4 * 16, 1, 16), (6 * 33, 3, 33)];
        for ((elements, groups, positions), centered) in
            whole.into_iter().chain(images).flat_map(|sizes| [(sizes, true), (sizes, false)])
        {
            let sizes = NormalizationSizes { samples: 3, elements, groups, positions, centered, epsilon: 1e-5 };
            let weights = elements / positions;
            let (weight, bias) = (draws(weights, 1), draws(if centered { weights } else { 0 }, 4));
            let (input, grad_output) = (draws(3 * elements, 2), draws(3 * elements, 3));
            let found = |path: Path| {
                path.run(All { sizes, weight: &weight, bias: &bias, input: &input, grad_output: &grad_output })
            };
            let fused: Vec<_> = Path::available().filter(|&path| path != Path::Portable).map(found).collect();
            assert!(fused.windows(2).all(|pair| pair[0] == pair[1]), "{sizes:?}");
            let portable = found(Path::Portable);
            for (one, other) in fused.first().into_iter().flatten().flatten().zip(portable.iter().flatten()) {
                assert!((one - other).abs() <= 1e-4 * one.abs().max(1.0), "{sizes:?}: {one} and {other}");
            }
        }
    }

    #[test]
    fn a_sample_with_a_common_offset_keeps_its_precision() {
        let sizes =
            NormalizationSizes { samples: 1, elements: 4, groups: 1, positions: 1, centered: true, epsilon: 1e-5 };
        let input = &[4096.0, 4098.0, 4096.0, 4098.0];
        let [y, ..] =
            Path::Portable.run(All { sizes, weight: &[1.0; 4], bias: &[1.0; 4], input, grad_output: &[0.0; 4] });
        assert!(y.iter().zip([0.0, 2.0, 0.0, 2.0]).all(|(y, expected)| (y - expected).abs() < 1e-4), "{y:?}");
    }

    #[test]
    fn groups_are_those_of_separate_samples() {
        let sizes =
            NormalizationSizes { samples: 2, elements: 24, groups: 3, positions: 4, centered: true, epsilon: 0.1 };
        let (weight, bias, input, grad_output) = (draws(6, 1), draws(6, 2), draws(48, 3), draws(48, 4));
        let [y, dx, ..] =
            Path::Portable.run(All { sizes, weight: &weight, bias: &bias, input: &input, grad_output: &grad_output });
        for (group, (y, dx)) in y.chunks(8).zip(dx.chunks(8)).enumerate() {
            let (place, weights) = (group * 8..group * 8 + 8, group % 3 * 2..group % 3 * 2 + 2);
            let sizes = NormalizationSizes { samples: 1, elements: 8, groups: 1, ..sizes };
            let [alone, dx_alone, ..] = Path::Portable.run(All {
                sizes,
                weight: &weight[weights.clone()],
                bias: &bias[weights],
                input: &input[place.clone()],
                grad_output: &grad_output[place],
            });
            assert_eq!((y, dx), (&alone[..], &dx_alone[..]), "group {group}");
        }
    }
}
