//! The forward pass of one sample.
//!
//! The lanes of a register are filters or adjacent columns of the output, whichever leaves fewer of them empty. The sums have the
//! same terms in the same order as those of a batch.

use super::ConvolutionSizes;
use super::axis::{Axis, Phase, Terms};
use crate::kernel::lanes::{Lanes, Vectors, transposed};
use crate::kernel::{Isa, Program};
use crate::scalar::Scalar;

/// The tiled twin of the loops of the forward pass, for one sample after another.
#[derive(Debug)]
pub(super) struct Alone<'a, T> {
    pub(super) sizes: ConvolutionSizes,
    pub(super) weight: &'a [T],
    /// Empty, or one element per filter.
    pub(super) bias: &'a [T],
    pub(super) input: &'a [T],
    pub(super) output: &'a mut [T],
}

/// What the blocks of one row of the output and one group of channels share.
#[derive(Clone, Copy)]
struct Row<T> {
    weight: *const T,
    bias: Option<*const T>,
    input: *const T,
    output: *mut T,
    channels: usize,
    /// The distances between channels: of weights, inputs and outputs.
    weights_apart: usize,
    inputs_apart: usize,
    outputs_apart: usize,
    /// The terms along the rows, with inputs in elements.
    rows: Terms,
}

impl<T: Vectors> Program for Alone<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        self.in_rows::<T::In<I>>(isa);
    }
}

/// Returns how many of the lanes of `count` elements are in use, as a percentage.
#[inline(always)]
fn use_of_lanes<V: Lanes>(count: usize) -> usize {
    100 * count / count.next_multiple_of(V::COUNT).max(1)
}

impl<T: Vectors> Alone<'_, T> {
    #[inline(always)]
    fn in_rows<V: Lanes<Element = T>>(self, isa: V::Isa) {
        let sizes = self.sizes;
        sizes.check(self.weight.len(), self.bias.len(), self.input.len(), self.output.len());
        let ConvolutionSizes { input: [ci, ih, iw], output: [co, oh, ow], kernel: [kh, kw], groups, .. } = sizes;
        let [channels, filters] = sizes.group();
        let [rows, columns] = [0, 1].map(|axis| Axis::forward(sizes, axis).phase(0));
        let inside = columns.inside();
        let by_columns = columns.stride == 1 && use_of_lanes::<V>(inside.len()) > use_of_lanes::<V>(filters);
        let inputs = self.input.chunks_exact(ci * ih * iw);
        for (input, output) in inputs.zip(self.output.chunks_exact_mut(co * oh * ow)) {
            for y in 0..oh {
                let mut terms = Terms::at(rows, y, kw * co);
                terms.input *= iw;
                terms.inputs_apart *= iw;
                let of_group = |group: usize, output: *mut T| {
                    let first = group * filters;
                    Row {
                        weight: self.weight.as_ptr().wrapping_add(first + terms.weight),
                        bias: (!self.bias.is_empty()).then(|| self.bias.as_ptr().wrapping_add(first)),
                        input: input.as_ptr().wrapping_add(group * channels * ih * iw),
                        output: output.wrapping_add((first * oh + y) * ow),
                        channels,
                        weights_apart: kh * kw * co,
                        inputs_apart: ih * iw,
                        outputs_apart: oh * ow,
                        rows: terms,
                    }
                };
                let output = output.as_mut_ptr();
                // SAFETY: the lengths were checked, and `Terms` are within the kernel and the image.
                unsafe {
                    if by_columns {
                        for position in (0..inside.start).chain(inside.end..ow) {
                            let terms = Terms::at(columns, position, co);
                            for group in 0..groups {
                                let row = of_group(group, output);
                                by_filters::<V, 1>(isa, row, (columns.stride, position), filters, terms);
                            }
                        }
                        let blocks = inside.clone().step_by(2 * V::COUNT);
                        for position in blocks {
                            let terms = Terms::at(columns, position, co);
                            for group in 0..groups {
                                let row = of_group(group, output);
                                of_columns::<V>(isa, row, position, inside.end, filters, terms);
                            }
                        }
                    } else {
                        for group in 0..groups {
                            of_filters::<V>(isa, of_group(group, output), columns, filters, co);
                        }
                    }
                }
            }
        }
    }
}

/// Computes a row of the output with filters in the lanes.
///
/// # Safety
/// The row is valid for these filters, whose weights are `apart` elements from those of the next column of the kernel.
#[inline(always)]
unsafe fn of_filters<V: Lanes>(isa: V::Isa, row: Row<V::Element>, columns: Phase, filters: usize, apart: usize) {
    let inside = columns.inside();
    let mut position = 0;
    while position < columns.positions {
        let alike = if inside.contains(&position) { inside.end - position } else { 1 };
        let (terms, place) = (Terms::at(columns, position, apart), (columns.stride, position));
        // SAFETY: the caller's contract. Positions inside of the image have the same elements.
        unsafe {
            if V::COUNT >= 8 && alike >= 8 {
                by_filters::<V, 8>(isa, row, place, filters, terms);
                position += 8;
            } else if alike >= 4 {
                by_filters::<V, 4>(isa, row, place, filters, terms);
                position += 4;
            } else {
                by_filters::<V, 1>(isa, row, place, filters, terms);
                position += 1;
            }
        }
    }
}

/// Computes all filters at `P` positions, at most as many as a register has lanes.
///
/// # Safety
/// The row is valid for these filters and for the terms of the first position, and all positions have the same elements.
#[inline(always)]
unsafe fn by_filters<V: Lanes, const P: usize>(
    isa: V::Isa,
    row: Row<V::Element>,
    (stride, position): (usize, usize),
    filters: usize,
    terms: Terms,
) {
    for filter in (0..filters).step_by(V::COUNT) {
        let here = V::COUNT.min(filters - filter);
        let first = V::first(isa, here);
        let mut sums = [V::splat(isa, V::Element::ZERO); P];
        if let Some(bias) = row.bias {
            // SAFETY: the caller's contract.
            sums = [unsafe { V::load_first(isa, first, bias.add(filter)) }; P];
        }
        for channel in 0..row.channels {
            let weights = row.weight.wrapping_add(channel * row.weights_apart + filter + terms.weight);
            let inputs = row.input.wrapping_add(channel * row.inputs_apart + row.rows.input + terms.input);
            for ky in 0..row.rows.count {
                let mut weights = weights.wrapping_add(ky * row.rows.weights_apart);
                let mut inputs = inputs.wrapping_add(ky * row.rows.inputs_apart);
                for _ in 0..terms.count {
                    // SAFETY: the caller's contract.
                    let weight = unsafe { V::load_first(isa, first, weights) };
                    for p in 0..P {
                        // SAFETY: the caller's contract.
                        let input = V::splat(isa, unsafe { *inputs.add(p * stride) });
                        sums[p] = weight.mul_add(input, sums[p]);
                    }
                    weights = weights.wrapping_add(terms.weights_apart);
                    inputs = inputs.wrapping_add(terms.inputs_apart);
                }
            }
        }
        if P == 1 {
            let mut lanes = [V::Element::ZERO; 16];
            // SAFETY: no register has more than 16 lanes.
            unsafe { sums[0].store(lanes.as_mut_ptr()) };
            for (lane, &sum) in lanes[..here].iter().enumerate() {
                // SAFETY: the caller's contract.
                unsafe { row.output.add((filter + lane) * row.outputs_apart + position).write(sum) };
            }
            continue;
        }
        let mut square = [V::splat(isa, V::Element::ZERO); 16];
        square[..P].copy_from_slice(&sums);
        let positions = V::first(isa, P);
        for (lane, sums) in transposed(square).enumerate() {
            if lane < here {
                let output = row.output.wrapping_add((filter + lane) * row.outputs_apart + position);
                // SAFETY: the caller's contract.
                unsafe { sums.store_first(positions, output) };
            }
        }
    }
}

/// Computes the positions from `position` on that are inside of the image, with adjacent ones in the lanes of at most two registers.
///
/// # Safety
/// The row is valid for these filters, and for the terms at all positions before `end`. The stride is 1.
#[inline(always)]
unsafe fn of_columns<V: Lanes>(
    isa: V::Isa,
    row: Row<V::Element>,
    position: usize,
    end: usize,
    filters: usize,
    terms: Terms,
) {
    let rest = end - position;
    let last = V::first(isa, if rest > V::COUNT { rest - V::COUNT } else { rest });
    let mut filter = 0;
    while filter < filters {
        let of_filter = (row, filter, position, terms);
        macro_rules! block {
            ($r:literal) => {{
                // SAFETY: the caller's contract.
                unsafe {
                    if rest > V::COUNT {
                        by_columns::<V, $r, 2>(isa, of_filter, last);
                    } else {
                        by_columns::<V, $r, 1>(isa, of_filter, last);
                    }
                }
                filter += $r;
            }};
        }
        match filters - filter {
            6 | 7 if V::ROWS >= 8 => block!(6),
            4.. => block!(4),
            2 | 3 => block!(2),
            _ => block!(1),
        }
    }
}

/// Computes `R` filters at the positions of `C` registers, the last of which has only its first lanes.
///
/// # Safety
/// The row is valid for these filters and for the terms of all positions.
#[inline(always)]
unsafe fn by_columns<V: Lanes, const R: usize, const C: usize>(
    isa: V::Isa,
    (row, filter, position, terms): (Row<V::Element>, usize, usize, Terms),
    last: V::First,
) {
    let mut sums = [[V::splat(isa, V::Element::ZERO); C]; R];
    if let Some(bias) = row.bias {
        for r in 0..R {
            // SAFETY: the caller's contract.
            sums[r] = [V::splat(isa, unsafe { *bias.add(filter + r) }); C];
        }
    }
    for channel in 0..row.channels {
        let weights = row.weight.wrapping_add(channel * row.weights_apart + filter + terms.weight);
        let inputs = row.input.wrapping_add(channel * row.inputs_apart + row.rows.input + terms.input);
        for ky in 0..row.rows.count {
            let mut weights = weights.wrapping_add(ky * row.rows.weights_apart);
            let mut inputs = inputs.wrapping_add(ky * row.rows.inputs_apart);
            for _ in 0..terms.count {
                let mut values = [V::splat(isa, V::Element::ZERO); C];
                for c in 0..C {
                    let from = inputs.wrapping_add(c * V::COUNT);
                    // SAFETY: the caller's contract.
                    values[c] = unsafe { if c + 1 < C { V::load(isa, from) } else { V::load_first(isa, last, from) } };
                }
                for r in 0..R {
                    // SAFETY: the caller's contract.
                    let weight = V::splat(isa, unsafe { *weights.add(r) });
                    for c in 0..C {
                        sums[r][c] = weight.mul_add(values[c], sums[r][c]);
                    }
                }
                weights = weights.wrapping_add(terms.weights_apart);
                inputs = inputs.wrapping_add(terms.inputs_apart);
            }
        }
    }
    for r in 0..R {
        for c in 0..C {
            let output = row.output.wrapping_add((filter + r) * row.outputs_apart + position + c * V::COUNT);
            // SAFETY: the caller's contract.
            unsafe { if c + 1 < C { sums[r][c].store(output) } else { sums[r][c].store_first(last, output) } }
        }
    }
}
