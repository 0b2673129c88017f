//! The kernels, computed in vector registers.

use super::{PARTS, check_rows};
use crate::kernel::Isa;
use crate::kernel::elementary::{exponential_of_non_positive, logarithm};
use crate::kernel::lanes::{Lanes, Vectors};
use crate::scalar::Scalar;

/// Processes one register of a row of classes after another, given its position, the index of the register of its partial sum,
/// and the lanes that exist. A macro, since a closure would not be compiled for the instruction set.
macro_rules! by_registers {
    ($isa:ident, $classes:expr, $start:ident, $part:ident, $first:ident => $block:expr) => {{
        let (mut $start, mut $part) = (0, 0);
        while $start < $classes {
            let $first = V::first($isa, $classes - $start);
            $block;
            $start += V::COUNT;
            $part = if ($part + 1) * V::COUNT == PARTS { 0 } else { $part + 1 };
        }
    }};
}

/// Returns the largest element of a row.
///
/// # Safety
/// `row` is valid for reads of `classes` elements.
#[inline(always)]
unsafe fn largest<V: Lanes>(isa: V::Isa, row: *const V::Element, classes: usize) -> V {
    // SAFETY: a row has at least one element, by the caller's contract.
    let start = V::splat(isa, unsafe { *row });
    let mut largest = start;
    by_registers!(isa, classes, place, _part, first => {
        // SAFETY: the lanes that exist lie within the row.
        let values = unsafe { V::load_first(isa, first, row.add(place)) }.first_or(first, start);
        largest = values.maximum(largest);
    });
    V::splat(isa, largest.largest())
}

/// Adds up the partial sums in registers.
#[inline(always)]
fn folded_registers<V: Lanes>(mut parts: [V; 4]) -> V::Element {
    if V::COUNT <= 4 {
        (parts[0], parts[1]) = (parts[0].add(parts[2]), parts[1].add(parts[3]));
    }
    if V::COUNT <= 8 {
        parts[0] = parts[0].add(parts[1]);
    }
    parts[0].sum()
}

/// The vector twin of `naive::softmax`.
#[inline(always)]
pub(super) fn softmax<T: Vectors, I: Isa>(isa: I, classes: usize, values: &mut [T]) {
    assert!(classes > 0 && values.len().is_multiple_of(classes), "whole rows of classes");
    let (from, to) = (values.as_ptr(), values.as_mut_ptr());
    for row in (0..values.len()).step_by(classes) {
        // SAFETY: the row lies within the slice.
        unsafe { softmax_of_row::<T::In<I>>(isa, classes, from.add(row), to.add(row)) };
    }
}

/// The same as [`softmax`], from one slice to another.
#[inline(always)]
pub(super) fn softmax_into<T: Vectors, I: Isa>(isa: I, classes: usize, input: &[T], output: &mut [T]) {
    assert!(classes > 0 && input.len().is_multiple_of(classes), "whole rows of classes");
    assert_eq!(input.len(), output.len(), "an output per input");
    for row in (0..input.len()).step_by(classes) {
        // SAFETY: the row lies within both slices.
        unsafe { softmax_of_row::<T::In<I>>(isa, classes, input.as_ptr().add(row), output.as_mut_ptr().add(row)) };
    }
}

/// Computes the softmax of one row.
///
/// # Safety
/// `from` and `to` are valid for reads and writes of `classes` elements, at least one. They may be equal.
#[inline(always)]
pub(in crate::kernel) unsafe fn softmax_of_row<V: Lanes>(
    isa: V::Isa,
    classes: usize,
    from: *const V::Element,
    to: *mut V::Element,
) {
    let zero = V::splat(isa, V::Element::ZERO);
    if classes <= V::COUNT {
        // The row stays in its register, since reading back a masked store is slow.
        let first = V::first(isa, classes);
        // SAFETY: the first lanes are the row.
        unsafe {
            let values = V::load_first(isa, first, from);
            let largest = values.first_or(first, V::splat(isa, *from)).largest();
            let exponential = exponential_of_non_positive(values.sub(V::splat(isa, largest)));
            let sum = folded_registers([exponential.first_or(first, zero), zero, zero, zero]);
            exponential.div(V::splat(isa, sum)).store_first(first, to);
        }
        return;
    }
    let mut parts = [zero; 4];
    // SAFETY: the lanes that exist lie within the row, here and below.
    let largest = unsafe { largest::<V>(isa, from, classes) };
    by_registers!(isa, classes, place, part, first => {
        // SAFETY: as above.
        let exponential = unsafe {
            let e = exponential_of_non_positive(V::load_first(isa, first, from.add(place)).sub(largest));
            e.store_first(first, to.add(place));
            e
        };
        parts[part] = parts[part].add(exponential.first_or(first, zero));
    });
    let sum = V::splat(isa, folded_registers(parts));
    by_registers!(isa, classes, place, _part, first => {
        // SAFETY: as above.
        unsafe { V::load_first(isa, first, to.add(place)).div(sum).store_first(first, to.add(place)) };
    });
}

/// The number of rows whose logarithms are computed together.
const ROWS: usize = 32;

/// The vector twin of `naive::softmax_nll`.
#[inline(always)]
pub(super) fn softmax_nll<T: Vectors, I: Isa>(
    isa: I,
    logits: &[T],
    targets: &[u32],
    weight: T,
    gradient: Option<&mut [T]>,
) -> T {
    softmax_nll_of_rows::<T::In<I>>(isa, logits, targets, weight, gradient)
}

#[inline(always)]
fn softmax_nll_of_rows<V: Lanes>(
    isa: V::Isa,
    logits: &[V::Element],
    targets: &[u32],
    weight: V::Element,
    mut gradient: Option<&mut [V::Element]>,
) -> V::Element {
    let classes = check_rows(logits, targets, gradient.as_deref());
    let mut loss = V::Element::ZERO;
    for (chunk, targets) in targets.chunks(ROWS).enumerate() {
        // The sums of exponentials, one for missing rows, and the values to subtract from their logarithms.
        let (mut sums, mut shifts) = ([V::Element::ONE; ROWS], [V::Element::ZERO; ROWS]);
        for (row, &class) in targets.iter().enumerate() {
            let start = (chunk * ROWS + row) * classes;
            let gradient = gradient.as_deref_mut().map(|gradient| gradient[start..start + classes].as_mut_ptr());
            // SAFETY: `check_rows` compared the lengths of the slices and checked that the class is in range.
            (sums[row], shifts[row]) = unsafe {
                let row = (logits[start..].as_ptr(), classes);
                nll_of_row::<V>(isa, row, class as usize, weight, gradient)
            };
        }
        for place in (0..targets.len()).step_by(V::COUNT) {
            // SAFETY: the number of rows is a multiple of every register's lanes.
            unsafe {
                let logarithms = logarithm(V::load(isa, sums.as_ptr().add(place)));
                logarithms.sub(V::load(isa, shifts.as_ptr().add(place))).store(sums.as_mut_ptr().add(place));
            }
        }
        for &row in &sums[..targets.len()] {
            loss += row;
        }
    }
    loss
}

/// Returns the sum of the exponentials of a row and the logit of the class, both after subtracting the largest logit. If
/// `gradient` is given, also writes the gradient.
///
/// # Safety
/// `logits` and `gradient` are valid for reads and writes of `classes` elements, and `class` is less than `classes`.
#[inline(always)]
unsafe fn nll_of_row<V: Lanes>(
    isa: V::Isa,
    (logits, classes): (*const V::Element, usize),
    class: usize,
    weight: V::Element,
    gradient: Option<*mut V::Element>,
) -> (V::Element, V::Element) {
    if classes <= V::COUNT {
        // SAFETY: the caller's contract.
        return unsafe { nll_of_short_row::<V>(isa, (logits, classes), class, weight, gradient) };
    }
    let zero = V::splat(isa, V::Element::ZERO);
    let mut parts = [zero; 4];
    // SAFETY: the caller's contract. The lanes that exist lie within the row, here and below.
    let (largest, wanted) = unsafe { (largest::<V>(isa, logits, classes), V::splat(isa, *logits.add(class))) };
    let shift = wanted.sub(largest);
    by_registers!(isa, classes, place, part, first => {
        // SAFETY: as above.
        let exponential = unsafe {
            let e = exponential_of_non_positive(V::load_first(isa, first, logits.add(place)).sub(largest));
            if let Some(gradient) = gradient {
                e.store_first(first, gradient.add(place));
            }
            e
        };
        // All lanes that exist except that of the class: those before it, and those after it.
        let before = exponential.first_or(V::first(isa, class.saturating_sub(place)), zero);
        let after = zero.first_or(V::first(isa, (class + 1).saturating_sub(place)), exponential);
        parts[part] = parts[part].add(before.add(after).first_or(first, zero));
    });
    let others = folded_registers(parts);
    let of_class = exponential_of_non_positive(shift).lane_zero();
    let sum = others + of_class;
    if let Some(gradient) = gradient {
        let factor = weight / sum;
        let factors = V::splat(isa, factor);
        // SAFETY: as above.
        unsafe {
            by_registers!(isa, classes, place, _part, first => {
                let exponential = V::load_first(isa, first, gradient.add(place));
                exponential.mul(factors).store_first(first, gradient.add(place));
            });
            *gradient.add(class) = -(others * factor);
        }
    }
    (sum, shift.lane_zero())
}

/// The same as [`nll_of_row`], for a row that fits in one register.
///
/// # Safety
/// Those of [`nll_of_row`].
#[inline(always)]
unsafe fn nll_of_short_row<V: Lanes>(
    isa: V::Isa,
    (logits, classes): (*const V::Element, usize),
    class: usize,
    weight: V::Element,
    gradient: Option<*mut V::Element>,
) -> (V::Element, V::Element) {
    let (first, zero) = (V::first(isa, classes), V::splat(isa, V::Element::ZERO));
    let (before, through) = (V::first(isa, class), V::first(isa, class + 1));
    // SAFETY: the caller's contract. The first lanes are the row.
    let (values, start, wanted) = unsafe { (V::load_first(isa, first, logits), *logits, *logits.add(class)) };
    let largest = values.first_or(first, V::splat(isa, start)).largest();
    let exponential = exponential_of_non_positive(values.sub(V::splat(isa, largest)));
    // All lanes that exist except that of the class, and that lane alone.
    let rest = exponential.first_or(before, zero.first_or(through, exponential)).first_or(first, zero);
    let of_class = zero.first_or(before, exponential.first_or(through, zero));
    let others = folded_registers([rest, zero, zero, zero]);
    // Adding zeros does not change any bits. It extracts the lane's value from the register.
    let sum = others + of_class.sum();
    if let Some(gradient) = gradient {
        let minus = zero.first_or(before, V::splat(isa, -others).first_or(through, zero));
        let factor = V::splat(isa, weight / sum);
        // SAFETY: as above.
        unsafe { rest.add(minus).mul(factor).store_first(first, gradient) };
    }
    (sum, wanted - largest)
}
