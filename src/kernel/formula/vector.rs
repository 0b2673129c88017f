//! The kernels, computed in vector registers.
//!
//! The formula is in each loop once, since most of a kernel's code is the formula. Registers that reach beyond the end are loaded
//! and stored by their first lanes.
//!
//! If no input depends on where a sample begins, the elements of all samples are one run, and registers are full however short
//! the samples are. This holds without numbers of samples and shared elements, and for samples of one element.

use super::reduction::{Parts, Short, neutrals};
use super::register::{Register, lanes, load, splat, store};
use super::{Formula, PARTS, Real, Reduction, put};
use crate::kernel::lanes::{Lanes, Vectors};
use crate::kernel::{Isa, Program};
use crate::scalar::Scalar;

/// The arguments of `formula_rows`.
pub(super) struct Rows<'a, T, F, const E: usize, const S: usize, const H: usize, const O: usize, const Q: usize> {
    pub(super) formula: &'a F,
    pub(super) samples: usize,
    pub(super) row: usize,
    pub(super) each: [&'a [T]; E],
    pub(super) sample: [&'a [T]; S],
    pub(super) shared: [&'a [T]; H],
    pub(super) outputs: [&'a mut [T]; O],
    pub(super) reduced: [&'a mut [T]; Q],
}

/// The arguments of `formula_columns`.
pub(super) struct Columns<'a, T, F, const E: usize, const S: usize, const H: usize, const Q: usize> {
    pub(super) formula: &'a F,
    pub(super) samples: usize,
    pub(super) row: usize,
    pub(super) each: [&'a [T]; E],
    pub(super) sample: [&'a [T]; S],
    pub(super) shared: [&'a [T]; H],
    pub(super) accumulate: bool,
    pub(super) sums: [&'a mut [T]; Q],
}

impl<
    T: Vectors,
    F: Formula<E, S, H, O, Q>,
    const E: usize,
    const S: usize,
    const H: usize,
    const O: usize,
    const Q: usize,
> Program for Rows<'_, T, F, E, S, H, O, Q>
{
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { formula, samples, row, each, sample, shared, outputs, mut reduced } = self;
        if row == 0 {
            for (reduced, neutral) in reduced.iter_mut().zip(neutrals(F::REDUCTIONS)) {
                reduced.fill(neutral);
            }
            return;
        }
        // SAFETY: the kernel has compared the lengths of all slices with the sizes.
        unsafe {
            rows::<T::In<I>, F, E, S, H, O, Q>(
                isa,
                formula,
                (samples, row),
                each.map(<[T]>::as_ptr),
                sample.map(<[T]>::as_ptr),
                shared.map(<[T]>::as_ptr),
                outputs.map(<[T]>::as_mut_ptr),
                reduced.map(<[T]>::as_mut_ptr),
            );
        }
    }
}

/// # Safety
/// `each` and `outputs` are valid for an element per sample and position, `sample` and `reduced` for one per sample, and `shared`
/// for one per position. There is at least one position.
#[allow(clippy::too_many_arguments, reason = "those of the kernel")]
#[inline(always)]
unsafe fn rows<
    V: Lanes,
    F: Formula<E, S, H, O, Q>,
    const E: usize,
    const S: usize,
    const H: usize,
    const O: usize,
    const Q: usize,
>(
    isa: V::Isa,
    formula: &F,
    (samples, row): (usize, usize),
    each: [*const V::Element; E],
    sample: [*const V::Element; S],
    shared: [*const V::Element; H],
    outputs: [*mut V::Element; O],
    reduced: [*mut V::Element; Q],
) {
    let like = Register(V::splat(isa, V::Element::ZERO));
    let old = outputs.map(<*mut V::Element>::cast_const);
    let flat = row == 1 || S == 0 && H == 0 && (Q == 0 || row < PARTS);
    let (runs, len) = if flat { (1, samples * row) } else { (samples, row) };
    let mut short = Short::new(F::REDUCTIONS);
    for run in 0..runs {
        let mut parts = [Parts::new(Reduction::Sum, like); Q];
        for (parts, reduction) in parts.iter_mut().zip(F::REDUCTIONS) {
            *parts = Parts::new(reduction, like);
        }
        let start = run * len;
        let mut place = 0;
        while place < len {
            let count = len - place;
            // SAFETY: the caller's contract. In a flat run there are no such inputs, or they are one per element, and one in all.
            let (each, old, sample, shared) = unsafe {
                (
                    load(isa, &each, start + place, count),
                    load(isa, &old, start + place, count),
                    if flat { load(isa, &sample, place, count) } else { splat(isa, &sample, run) },
                    if flat { splat(isa, &shared, 0) } else { load(isa, &shared, place, count) },
                )
            };
            let (results, elements) = formula.apply(like, each, sample, shared, old);
            // SAFETY: the caller's contract. Rows of one element are flat.
            unsafe {
                store(isa, results, &outputs, start + place, count);
                if Q > 0 && row == 1 {
                    let mut alone = elements;
                    for (alone, reduction) in alone.iter_mut().zip(F::REDUCTIONS) {
                        *alone = reduction.combined(reduction.neutral(like), *alone);
                    }
                    store(isa, alone, &reduced, place, count);
                } else if Q > 0 && row < PARTS {
                    short.add(F::REDUCTIONS, elements, (row, count), &reduced);
                } else {
                    for ((parts, reduction), elements) in parts.iter_mut().zip(F::REDUCTIONS).zip(elements) {
                        parts.add(reduction, elements, count);
                    }
                }
            }
            place += V::COUNT;
        }
        if row >= PARTS {
            for ((parts, reduction), reduced) in parts.into_iter().zip(F::REDUCTIONS).zip(reduced) {
                // SAFETY: the caller's contract.
                unsafe { *reduced.add(run) = parts.folded(reduction, row) };
            }
        }
    }
}

impl<T: Vectors, F: Formula<E, S, H, 0, Q>, const E: usize, const S: usize, const H: usize, const Q: usize> Program
    for Columns<'_, T, F, E, S, H, Q>
{
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { formula, samples, row, each, sample, shared, accumulate, sums } = self;
        let inputs = (each.map(<[T]>::as_ptr), sample.map(<[T]>::as_ptr), shared.map(<[T]>::as_ptr));
        // SAFETY: the kernel has compared the lengths of all slices with the sizes.
        unsafe { columns::<T::In<I>, F, E, S, H, Q>(isa, formula, (samples, row), inputs, accumulate, sums) };
    }
}

/// # Safety
/// The first inputs are valid for an element per sample and position, the second for one per sample, and the third for one per
/// position. `sums` have an element per position.
#[inline(always)]
unsafe fn columns<
    V: Lanes,
    F: Formula<E, S, H, 0, Q>,
    const E: usize,
    const S: usize,
    const H: usize,
    const Q: usize,
>(
    isa: V::Isa,
    formula: &F,
    (samples, row): (usize, usize),
    (each, sample, shared): ([*const V::Element; E], [*const V::Element; S], [*const V::Element; H]),
    accumulate: bool,
    mut sums: [&mut [V::Element]; Q],
) {
    let like = Register(V::splat(isa, V::Element::ZERO));
    let flat = row == 1 || S == 0 && H == 0 && row < PARTS;
    let elements = samples * row;
    let (blocks, steps) = if flat { (1, elements.div_ceil(V::COUNT)) } else { (row.div_ceil(V::COUNT), samples) };
    let (mut short, mut column) = ([[V::Element::ZERO; PARTS]; Q], 0);
    for block in 0..blocks {
        let mut totals = [like; Q];
        let position = block * V::COUNT;
        for step in 0..steps {
            let (place, count) = if flat {
                (step * V::COUNT, elements - step * V::COUNT)
            } else {
                (step * row + position, row - position)
            };
            // SAFETY: the caller's contract. In a flat run the last two are one per element, and one in all, or there are none.
            let (each, sample, shared) = unsafe {
                (
                    load(isa, &each, place, count),
                    if flat { load(isa, &sample, place, count) } else { splat(isa, &sample, step) },
                    if flat { splat(isa, &shared, 0) } else { load(isa, &shared, position, count) },
                )
            };
            let ([], results) = formula.apply(like, each, sample, shared, []);
            if flat {
                let mut elements = [[V::Element::ZERO; 16]; Q];
                for (elements, result) in elements.iter_mut().zip(results) {
                    *elements = lanes(result.0);
                }
                for lane in 0..count.min(V::COUNT) {
                    for (short, elements) in short.iter_mut().zip(&elements) {
                        short[column] += elements[lane];
                    }
                    column = if column + 1 == row { 0 } else { column + 1 };
                }
            } else {
                for (total, result) in totals.iter_mut().zip(results) {
                    *total = total.add(result);
                }
            }
        }
        for ((sum, total), short) in sums.iter_mut().zip(totals).zip(&short) {
            let total = lanes(total.0);
            let total = if flat { short } else { &total };
            for (sum, &total) in sum[position..].iter_mut().zip(&total[..if flat { row } else { V::COUNT }]) {
                put(sum, total, accumulate);
            }
        }
    }
}
