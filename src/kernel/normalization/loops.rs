//! The loops, which are written so that the compiler vectorizes them.

use super::NormalizationSizes;
use crate::kernel::Isa;
use crate::scalar::Scalar;

/// The number of partial sums over the elements of a sample.
const PARTS: usize = 16;

/// Computes the sum over the elements of a sample. `$next` is `$sum` plus the term of element `$n`. A macro, since the body of
/// a closure is not guaranteed to be compiled for the instruction set.
macro_rules! sum {
    ($elements:ident, |$sum:ident, $n:ident| $next:expr) => {{
        let mut parts = [T::ZERO; PARTS];
        let whole = $elements - $elements % PARTS;
        for start in (0..whole).step_by(PARTS) {
            for (part, place) in parts.iter_mut().enumerate() {
                let ($sum, $n) = (*place, start + part);
                *place = $next;
            }
        }
        for (place, $n) in parts.iter_mut().zip(whole..$elements) {
            let $sum = *place;
            *place = $next;
        }
        folded(parts)
    }};
}

/// Adds up the partial sums.
#[inline(always)]
fn folded<T: Scalar>(mut parts: [T; PARTS]) -> T {
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
    fn check(self, parameters: usize, input: usize, output: usize, kept: usize) {
        let Self { samples, elements, .. } = self;
        assert!(elements > 0 && parameters == elements, "a scale and a shift per element");
        assert!(samples.checked_mul(elements) == Some(input) && input == output, "inputs and outputs of every sample");
        assert!(kept == 2 * samples, "two elements are kept per sample");
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
    sizes.check(weight.len(), input.len(), output.len(), kept.len());
    assert_eq!(weight.len(), bias.len(), "a shift per scale");
    let NormalizationSizes { elements, epsilon, .. } = sizes;
    let (count, epsilon) = (T::from_count(elements), T::from_f64(epsilon));
    let rows = input.chunks_exact(elements).zip(output.chunks_exact_mut(elements));
    for ((x, y), kept) in rows.zip(kept.chunks_exact_mut(2)) {
        let mean = sum!(elements, |sum, n| sum + x[n]) / count;
        let squares = sum!(elements, |sum, n| {
            let difference = x[n] - mean;
            isa.mul_add(difference, difference, sum)
        });
        let factor = T::ONE / (squares / count + epsilon).sqrt();
        kept.copy_from_slice(&[mean, factor]);
        for ((y, &x), (&w, &b)) in y.iter_mut().zip(x).zip(weight.iter().zip(bias)) {
            *y = isa.mul_add((x - mean) * factor, w, b);
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
    sizes.check(weight.len(), input.len(), grad_output.len(), kept.len());
    assert_eq!(input.len(), grad_input.len(), "a gradient per input");
    let elements = sizes.elements;
    let count = T::from_count(elements);
    let rows = input.chunks_exact(elements).zip(grad_output.chunks_exact(elements));
    for (((x, g), dx), kept) in rows.zip(grad_input.chunks_exact_mut(elements)).zip(kept.chunks_exact(2)) {
        let (mean, factor) = (kept[0], kept[1]);
        let common = sum!(elements, |sum, n| isa.mul_add(weight[n], g[n], sum)) / count;
        let along = sum!(elements, |sum, n| isa.mul_add(weight[n] * g[n], (x[n] - mean) * factor, sum)) / count;
        for ((dx, &x), (&w, &g)) in dx.iter_mut().zip(x).zip(weight.iter().zip(g)) {
            let normalized = (x - mean) * factor;
            *dx = factor * isa.mul_add(-normalized, along, isa.mul_add(w, g, -common));
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
    sizes.check(grad_weight.len(), input.len(), grad_output.len(), kept.len());
    assert_eq!(grad_weight.len(), grad_bias.len(), "a shift per scale");
    let elements = sizes.elements;
    let put = |place: &mut T, sum: T| *place = if accumulate { *place + sum } else { sum };
    // This many elements at a time are summed over all samples.
    for start in (0..elements).step_by(PARTS) {
        let columns = start..elements.min(start + PARTS);
        let (mut weights, mut biases) = ([T::ZERO; PARTS], [T::ZERO; PARTS]);
        let rows = input.chunks_exact(elements).zip(grad_output.chunks_exact(elements));
        for ((x, g), kept) in rows.zip(kept.chunks_exact(2)) {
            let (mean, factor) = (kept[0], kept[1]);
            let pairs = x[columns.clone()].iter().zip(&g[columns.clone()]);
            for ((weight, bias), (&x, &g)) in weights.iter_mut().zip(&mut biases).zip(pairs) {
                *weight = isa.mul_add(g, (x - mean) * factor, *weight);
                *bias += g;
            }
        }
        let places = grad_weight[columns.clone()].iter_mut().zip(&mut grad_bias[columns]);
        for ((weight, bias), (place, bias_place)) in weights.into_iter().zip(biases).zip(places) {
            put(place, weight);
            put(bias_place, bias);
        }
    }
}
