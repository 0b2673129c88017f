//! The gradients in tiles: of the input, and of weight and bias.

use core::mem::MaybeUninit;

use super::PANEL;
use crate::kernel::columns::{Columns, PAIR, SINGLY_FROM, by_columns, by_rows, sum_of};
use crate::kernel::lanes::{Lanes, Vectors, transposed};
use crate::kernel::{DenseSizes, Isa, Program};
use crate::scalar::Scalar;

/// The tiled twin of [`naive_input_gradient`](super::naive_input_gradient).
pub(in crate::kernel) struct InputGradient<'a, T> {
    pub(in crate::kernel) sizes: DenseSizes,
    pub(in crate::kernel) weight: &'a [T],
    pub(in crate::kernel) grad_output: &'a [T],
    pub(in crate::kernel) grad_input: &'a mut [T],
}

impl<T: Vectors> Program for InputGradient<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        self.of_batch::<T::In<I>>(isa);
    }
}

impl<T: Vectors> InputGradient<'_, T> {
    #[inline(always)]
    fn of_batch<V: Lanes<Element = T>>(self, isa: V::Isa) {
        self.sizes.check(self.weight.len(), None, self.grad_input.len(), self.grad_output.len());
        let DenseSizes { samples, inputs, outputs } = self.sizes;
        let grad_input = self.grad_input.as_mut_ptr();
        let mut panel = [MaybeUninit::<V>::uninit(); PAIR * PANEL];
        by_columns!(isa, inputs, column, columns, _full => {
            for start in (0..outputs).step_by(PANEL) {
                let terms = PANEL.min(outputs - start);
                transpose_into(isa, &mut panel, self.weight, outputs, column, start);
                by_rows!(V::ROWS, samples, sample, R => {
                    // SAFETY: the lengths of the slices were checked, and the loops keep samples, inputs and outputs within
                    // them. The panel was filled for these outputs and all the columns.
                    unsafe {
                        let rows = (self.grad_output.as_ptr().add(sample * outputs + start), outputs, 1);
                        let weights = (panel.as_ptr().cast(), PAIR * V::COUNT);
                        let sums = columns.multiply([columns.zeros(); R], terms, rows, weights);
                        for r in 0..R {
                            columns.put(sums[r], start > 0, grad_input.add((sample + r) * inputs + column));
                        }
                    }
                });
            }
        });
    }
}

/// The number of inputs from which packing the gradients of the output saves more than it costs.
const PACKED_FROM: usize = 48;

/// Fills a panel with the weights of up to [`PANEL`] outputs, starting at index `output`, for two registers of inputs, starting
/// at index `input`. The panel is stored output after output. Positions of nonexistent outputs and inputs are zero or
/// unchanged.
#[inline(always)]
fn transpose_into<V: Lanes>(
    isa: V::Isa,
    panel: &mut [MaybeUninit<V>; PAIR * PANEL],
    weight: &[V::Element],
    outputs: usize,
    input: usize,
    output: usize,
) {
    let count = PANEL.min(outputs - output);
    for register in 0..PAIR {
        let weights = weight.get((input + register * V::COUNT) * outputs..).unwrap_or_default();
        for start in (0..count).step_by(V::COUNT) {
            let first = V::first(isa, count - start);
            let mut square = [V::splat(isa, V::Element::ZERO); 16];
            let rows = weights.chunks_exact(outputs).zip(&mut square[..V::COUNT]);
            for (weights, row) in rows {
                // SAFETY: `count` outputs from index `output` on are within a row of the weight.
                *row = unsafe { V::load_first(isa, first, weights.as_ptr().add(output + start)) };
            }
            for (place, row) in panel[PAIR * start + register..].iter_mut().step_by(PAIR).zip(transposed(square)) {
                place.write(row);
            }
        }
    }
}

/// The tiled twin of [`naive_weight_gradient`](super::naive_weight_gradient).
pub(in crate::kernel) struct WeightGradient<'a, T> {
    pub(in crate::kernel) sizes: DenseSizes,
    pub(in crate::kernel) input: &'a [T],
    pub(in crate::kernel) grad_output: &'a [T],
    pub(in crate::kernel) accumulate: bool,
    pub(in crate::kernel) grad_weight: &'a mut [T],
    pub(in crate::kernel) grad_bias: &'a mut [T],
}

impl<T: Vectors> Program for WeightGradient<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        self.of_batch::<T::In<I>>(isa);
    }
}

impl<T: Vectors> WeightGradient<'_, T> {
    #[inline(always)]
    fn of_batch<V: Lanes<Element = T>>(self, isa: V::Isa) {
        let DenseSizes { samples, inputs, outputs } = self.sizes;
        let bias = Some(self.grad_bias.len());
        self.sizes.check(self.grad_weight.len(), bias, self.input.len(), self.grad_output.len());
        let has_bias = !self.grad_bias.is_empty();
        let (grad_weight, grad_bias) = (self.grad_weight.as_mut_ptr(), self.grad_bias.as_mut_ptr());
        let mut panel = [MaybeUninit::<V>::uninit(); PAIR * PANEL];
        by_columns!(isa, outputs, column, columns, full => {
            // SAFETY: the lengths of the slices were checked, and the loops keep samples, inputs and outputs within them.
            let gradients = unsafe { self.grad_output.as_ptr().add(column) };
            let packed = full && outputs > PAIR * V::COUNT && samples <= PANEL && inputs >= PACKED_FROM;
            let (gradients, outputs_apart) = if packed {
                // SAFETY: as above.
                unsafe { columns.pack(&mut panel, samples, (gradients, outputs)) };
                (panel.as_ptr().cast(), PAIR * V::COUNT)
            } else {
                (gradients, outputs)
            };
            by_rows!(V::ROWS, inputs, input, R => {
                // SAFETY: as above.
                unsafe {
                    let rows = (self.input.as_ptr().add(input), 1, inputs);
                    for r in 0..R {
                        columns.prefetch(grad_weight.add((input + r) * outputs + column));
                    }
                    let sums = columns.multiply([columns.zeros(); R], samples, rows, (gradients, outputs_apart));
                    for r in 0..R {
                        columns.put(sums[r], self.accumulate, grad_weight.add((input + r) * outputs + column));
                    }
                }
            });
            if has_bias {
                let mut sums = columns.zeros();
                for sample in 0..samples {
                    // SAFETY: as above.
                    let gradients = unsafe { columns.load(gradients.add(sample * outputs_apart)) };
                    sums = sum_of(sums, gradients);
                }
                // SAFETY: as above.
                unsafe { columns.put(sums, self.accumulate, grad_bias.add(column)) };
            }
        });
    }
}
