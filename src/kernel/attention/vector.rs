//! The kernels, computed in vector registers.
//!
//! A tile of the weights consists of some steps and two registers of the steps that they see; one of the output, of some steps
//! and two registers of elements. A causal tile has the terms that all of its steps see, and a triangle of those that only
//! some of them see. Lanes of weights beyond the triangle are computed but not read.
#![allow(
    clippy::needless_range_loop,
    reason = "tiles are spelled out per path: iterators take half as long again to compile"
)]

use super::{AttentionSizes, Head, KEY, VALUE};
use crate::kernel::Isa;
use crate::kernel::columns::{Columns, PAIR, SINGLY_FROM, by_columns, by_rows};
use crate::kernel::lanes::{Lanes, Vectors, transposed};
use crate::kernel::softmax::softmax_of_row;
use crate::scalar::Scalar;

/// The vector twin of `naive::forward`.
#[inline(always)]
pub(super) fn forward<T: Vectors, I: Isa>(
    isa: I,
    sizes: AttentionSizes,
    projected: &[T],
    panel: &mut [T],
    weights: &mut [T],
    output: &mut [T],
) {
    sizes.check_forward(projected.len(), panel.len(), weights.len(), output.len());
    let kept = sizes.keeps(weights.len());
    for head in sizes.each_head() {
        // SAFETY: the lengths of the slices were checked, and a head begins within them.
        unsafe {
            let weights = weights.as_mut_ptr();
            let weights = (if kept { weights.add(head.weights) } else { weights }, kept);
            let projected = projected.as_ptr().add(head.projected);
            let output = output.as_mut_ptr().add(head.output);
            forward_of_head::<T::In<I>>(isa, sizes, projected, panel.as_mut_ptr(), weights, output);
        }
    }
}

/// # Safety
/// `projected` and `output` are valid for the elements of the head in all steps, `panel` for a matrix of the head, and
/// `weights` for all of the head if they are kept, otherwise for the scratch memory.
#[inline(always)]
unsafe fn forward_of_head<V: Lanes>(
    isa: V::Isa,
    sizes: AttentionSizes,
    projected: *const V::Element,
    panel: *mut V::Element,
    (weights, kept): (*mut V::Element, bool),
    output: *mut V::Element,
) {
    let AttentionSizes { steps, width, .. } = sizes;
    let (features, scale) = (sizes.features(), V::splat(isa, sizes.scale::<V::Element>()));
    // SAFETY: the caller's contract. The loops keep steps and elements within the matrices, here and below.
    unsafe {
        transpose::<V>(isa, (projected.add(KEY * features), 3 * features), [steps, width], panel);
        by_rows!(V::ROWS, steps, step, R => {
            let weights = if kept { weights.add(step * steps) } else { weights };
            let queries = (projected.add(step * 3 * features), 3 * features, 1);
            by_columns!(isa, sizes.visible(step + R - 1), column, columns, _full => {
                let products = columns.multiply([columns.zeros(); R], width, queries, (panel.add(column), steps));
                for r in 0..R {
                    let mut scores = products[r];
                    for score in &mut scores {
                        *score = score.mul(scale);
                    }
                    columns.store(scores, weights.add(r * steps + column));
                }
            });
            for r in 0..R {
                let row = weights.add(r * steps);
                softmax_of_row::<V>(isa, sizes.visible(step + r), row, row);
            }
            let values = projected.add(VALUE * features);
            by_columns!(isa, width, column, columns, _full => {
                let values = (values.add(column), 3 * features);
                let sums = of_visible::<V, _, _, R>(columns, sizes, step, (weights, steps), values);
                put(columns, sums, (output.add(step * features + column), features));
            });
        });
    }
}

/// The vector twin of `naive::gradient`.
#[inline(always)]
pub(super) fn gradient<T: Vectors, I: Isa>(
    isa: I,
    sizes: AttentionSizes,
    projected: &mut [T],
    panel: &mut [T],
    weights: &mut [T],
    grad_output: &[T],
    means: &[T],
) {
    sizes.check_gradient(projected.len(), panel.len(), weights.len(), grad_output.len(), means.len());
    for Head { projected: first, output, weights: first_weight, means: first_mean } in sizes.each_head() {
        // SAFETY: the lengths of the slices were checked, and a head begins within them.
        unsafe {
            let projected = projected.as_mut_ptr().add(first);
            let weights = weights.as_mut_ptr().add(first_weight);
            let (grad_output, means) = (grad_output.as_ptr().add(output), means.as_ptr().add(first_mean));
            gradient_of_head::<T::In<I>>(isa, sizes, projected, panel.as_mut_ptr(), weights, (grad_output, means));
        }
    }
}

/// # Safety
/// `projected` and `grad_output` are valid for the elements of the head in all steps, `panel` for a matrix of the head, `weights`
/// for all of the head, and `means` for that of the head in all steps.
#[inline(always)]
unsafe fn gradient_of_head<V: Lanes>(
    isa: V::Isa,
    sizes: AttentionSizes,
    projected: *mut V::Element,
    panel: *mut V::Element,
    weights: *mut V::Element,
    (grad_output, means): (*const V::Element, *const V::Element),
) {
    let AttentionSizes { steps, width, .. } = sizes;
    let features = sizes.features();
    // SAFETY: the caller's contract. Each of the four writes only what is not read after it.
    unsafe {
        let row = 3 * features;
        let (queries, keys, values) = (projected, projected.add(KEY * features), projected.add(VALUE * features));
        transpose::<V>(isa, (values, row), [steps, width], panel);
        products_of_viewers::<V>(isa, sizes, weights, (grad_output, features), (values, row));
        gradient_of_weights::<V>(isa, sizes, panel, weights, (grad_output, means));
        copy::<V>(isa, (keys, row), [steps, width], panel);
        products_of_viewers::<V>(isa, sizes, weights, (queries, row), (keys, row));
        by_rows!(V::ROWS, steps, step, R => {
            by_columns!(isa, width, column, columns, _full => {
                let row_weights = weights.add(step * steps);
                let sums = of_visible(columns, sizes, step, (row_weights, steps), (panel.add(column), width));
                put::<V, _, _, R>(columns, sums, (queries.add(step * row + column), row));
            });
        });
    }
}

/// Replaces the weights by the gradients with respect to products of queries and keys. The panel has the values, transposed.
///
/// # Safety
/// That of [`gradient_of_head`].
#[inline(always)]
unsafe fn gradient_of_weights<V: Lanes>(
    isa: V::Isa,
    sizes: AttentionSizes,
    panel: *const V::Element,
    weights: *mut V::Element,
    (grad_output, means): (*const V::Element, *const V::Element),
) {
    let AttentionSizes { steps, heads, width, .. } = sizes;
    let (features, scale) = (sizes.features(), V::splat(isa, sizes.scale::<V::Element>()));
    // SAFETY: the caller's contract. The loops keep steps within the matrices.
    unsafe {
        by_rows!(V::ROWS, steps, step, R => {
            by_columns!(isa, sizes.visible(step + R - 1), column, columns, _full => {
                let rows = (grad_output.add(step * features), features, 1);
                let products = columns.multiply([columns.zeros(); R], width, rows, (panel.add(column), steps));
                for r in 0..R {
                    let mean = V::splat(isa, *means.add((step + r) * heads));
                    let place = weights.add((step + r) * steps + column);
                    let mut gradients = columns.load(place);
                    for (gradient, product) in gradients.iter_mut().zip(products[r]) {
                        *gradient = gradient.mul(product.sub(mean)).mul(scale);
                    }
                    columns.store(gradients, place);
                }
            });
        });
    }
}

/// Computes for each step the sum over the steps that see it, of their weights and rows.
///
/// # Safety
/// `weights` is valid for all of the head, `rows` and `to` for the elements of the head in all steps. They do not overlap.
#[inline(always)]
unsafe fn products_of_viewers<V: Lanes>(
    isa: V::Isa,
    sizes: AttentionSizes,
    weights: *const V::Element,
    (rows, row): (*const V::Element, usize),
    (to, to_row): (*mut V::Element, usize),
) {
    let AttentionSizes { steps, width, is_causal, .. } = sizes;
    // SAFETY: the caller's contract. The loops keep steps and elements within the matrices.
    unsafe {
        by_rows!(V::ROWS, steps, step, R => {
            // Those that all of the tile are visible to come after the triangle.
            let full = if is_causal { step + R } else { 0 };
            by_columns!(isa, width, column, columns, _full => {
                let rows = rows.add(column);
                let mut sums = [columns.zeros(); R];
                if is_causal {
                    let corner = weights.add(step * steps + step);
                    sums = triangle::<V, _, _, R, false>(columns, sums, (corner, 1, steps), (rows.add(step * row), row));
                }
                let factors = (weights.add(full * steps + step), 1, steps);
                let sums = columns.multiply(sums, steps - full, factors, (rows.add(full * row), row));
                put(columns, sums, (to.add(step * to_row + column), to_row));
            });
        });
    }
}

/// Returns for each of `R` steps the sum over the steps that it sees, of its weights and their rows.
///
/// # Safety
/// `weights` is valid for the `R` rows of the steps, and `rows` for the columns in all steps.
#[inline(always)]
unsafe fn of_visible<V: Lanes, const C: usize, const FULL: bool, const R: usize>(
    columns: Columns<V, C, FULL>,
    sizes: AttentionSizes,
    step: usize,
    (weights, weights_row): (*const V::Element, usize),
    (rows, row): (*const V::Element, usize),
) -> [[V; C]; R] {
    let common = if sizes.is_causal { step } else { sizes.steps };
    // SAFETY: the caller's contract. The tile has only steps that exist.
    unsafe {
        let mut sums = columns.multiply([columns.zeros(); R], common, (weights, weights_row, 1), (rows, row));
        if sizes.is_causal {
            let corner = (weights.add(step), weights_row, 1);
            sums = triangle::<V, C, FULL, R, true>(columns, sums, corner, (rows.add(step * row), row));
        }
        sums
    }
}

/// Adds to the sums of each row the products of `R` terms: those up to the row (`LOWER`), or from the row on.
///
/// # Safety
/// That of [`Columns::multiply`] for `R` terms.
#[inline(always)]
unsafe fn triangle<V: Lanes, const C: usize, const FULL: bool, const R: usize, const LOWER: bool>(
    columns: Columns<V, C, FULL>,
    mut sums: [[V; C]; R],
    (rows, row, row_term): (*const V::Element, usize, usize),
    (terms, term_row): (*const V::Element, usize),
) -> [[V; C]; R] {
    for term in 0..R {
        // SAFETY: the caller's contract.
        let column = unsafe { columns.load(terms.add(term * term_row)) };
        for r in 0..R {
            if if LOWER { term <= r } else { r <= term } {
                // SAFETY: as above.
                let factor = V::splat(columns.isa(), unsafe { *rows.add(r * row + term * row_term) });
                for c in 0..C {
                    sums[r][c] = factor.mul_add(column[c], sums[r][c]);
                }
            }
        }
    }
    sums
}

/// Writes the rows of a tile, which are `row` elements apart.
///
/// # Safety
/// `to` is valid for writes of the columns in each row.
#[inline(always)]
unsafe fn put<V: Lanes, const C: usize, const FULL: bool, const R: usize>(
    columns: Columns<V, C, FULL>,
    sums: [[V; C]; R],
    (to, row): (*mut V::Element, usize),
) {
    for r in 0..R {
        // SAFETY: the caller's contract.
        unsafe { columns.store(sums[r], to.add(r * row)) };
    }
}

/// Copies a matrix whose rows are `row` elements apart, so that they are contiguous.
///
/// # Safety
/// `from` is valid for reads of the matrix, and `panel` for writes of as many elements.
#[inline(always)]
unsafe fn copy<V: Lanes>(
    isa: V::Isa,
    (from, row): (*const V::Element, usize),
    [rows, width]: [usize; 2],
    panel: *mut V::Element,
) {
    for index in 0..rows {
        // SAFETY: the caller's contract.
        unsafe {
            by_columns!(isa, width, column, columns, _full => {
                columns.store(columns.load(from.add(index * row + column)), panel.add(index * width + column));
            });
        }
    }
}

/// Copies a matrix whose rows are `row` elements apart, so that its columns are contiguous.
///
/// # Safety
/// `from` is valid for reads of the matrix, and `panel` for writes of as many elements.
#[inline(always)]
unsafe fn transpose<V: Lanes>(
    isa: V::Isa,
    (from, row): (*const V::Element, usize),
    [rows, width]: [usize; 2],
    panel: *mut V::Element,
) {
    for start in (0..rows).step_by(V::COUNT) {
        let count = V::COUNT.min(rows - start);
        let first_rows = V::first(isa, count);
        for column in (0..width).step_by(V::COUNT) {
            let first = V::first(isa, width - column);
            let mut square = [V::splat(isa, V::Element::ZERO); 16];
            for (index, elements) in square[..V::COUNT].iter_mut().enumerate().take(count) {
                // SAFETY: the caller's contract. The lanes that exist are within the row.
                *elements = unsafe { V::load_first(isa, first, from.add((start + index) * row + column)) };
            }
            for (index, elements) in transposed(square).enumerate().take(width - column) {
                // SAFETY: as above.
                unsafe { elements.store_first(first_rows, panel.add((column + index) * rows + start)) };
            }
        }
    }
}
