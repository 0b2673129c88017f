//! The kernels, computed one position after another, for any scalar type.

use super::one::One;
use super::{Formula, PARTS, put};
use crate::kernel::Isa;
use crate::scalar::Scalar;

/// Returns the elements at an index of several slices.
#[inline(always)]
fn at<T: Scalar, I: Isa, const N: usize>(isa: I, slices: &[&[T]; N], index: usize) -> [One<T, I>; N] {
    slices.map(|slice| One(slice[index], isa))
}

#[allow(clippy::too_many_arguments, reason = "those of the kernel")]
#[inline(always)]
pub(super) fn rows<
    T: Scalar,
    F: Formula<E, S, H, O, Q>,
    I: Isa,
    const E: usize,
    const S: usize,
    const H: usize,
    const O: usize,
    const Q: usize,
>(
    isa: I,
    formula: &F,
    samples: usize,
    row: usize,
    each: [&[T]; E],
    sample: [&[T]; S],
    shared: [&[T]; H],
    mut outputs: [&mut [T]; O],
    mut reduced: [&mut [T]; Q],
) {
    let like = One(T::ZERO, isa);
    for s in 0..samples {
        let mut parts = F::REDUCTIONS.map(|reduction| [reduction.neutral(like); PARTS]);
        for i in 0..row {
            let place = s * row + i;
            let mut old = [like; O];
            for (old, output) in old.iter_mut().zip(&outputs) {
                old.0 = output[place];
            }
            let (results, elements) =
                formula.apply(like, at(isa, &each, place), at(isa, &sample, s), at(isa, &shared, i), old);
            for (output, result) in outputs.iter_mut().zip(results) {
                output[place] = result.0;
            }
            let part = if row < PARTS { 0 } else { i % PARTS };
            for ((parts, element), reduction) in parts.iter_mut().zip(elements).zip(F::REDUCTIONS) {
                parts[part] = reduction.combined(parts[part], element);
            }
        }
        for ((reduced, parts), reduction) in reduced.iter_mut().zip(parts).zip(F::REDUCTIONS) {
            reduced[s] = if row < PARTS { parts[0].0 } else { reduction.folded(parts).0 };
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "those of the kernel")]
#[inline(always)]
pub(super) fn columns<
    T: Scalar,
    F: Formula<E, S, H, 0, Q>,
    I: Isa,
    const E: usize,
    const S: usize,
    const H: usize,
    const Q: usize,
>(
    isa: I,
    formula: &F,
    samples: usize,
    row: usize,
    each: [&[T]; E],
    sample: [&[T]; S],
    shared: [&[T]; H],
    accumulate: bool,
    mut sums: [&mut [T]; Q],
) {
    let like = One(T::ZERO, isa);
    for i in 0..row {
        let mut totals = [T::ZERO; Q];
        for s in 0..samples {
            let (each, sample, shared) = (at(isa, &each, s * row + i), at(isa, &sample, s), at(isa, &shared, i));
            let ([], elements) = formula.apply(like, each, sample, shared, []);
            for (total, element) in totals.iter_mut().zip(elements) {
                *total += element.0;
            }
        }
        for (sum, total) in sums.iter_mut().zip(totals) {
            put(&mut sum[i], total, accumulate);
        }
    }
}
