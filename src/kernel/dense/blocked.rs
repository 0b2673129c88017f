//! The products in blocks of vector registers.
//!
//! A block is some rows (samples, or inputs for the gradient of the weight) by two registers of columns (outputs, or
//! inputs for the gradient of the input). Its sums stay in registers while the terms go by: per term, each row's one
//! number is multiplied with the two registers of columns. Columns are contiguous in memory, so no operand is packed; only
//! the gradient of the input transposes weights, into a panel. Sizes are arguments: constant ones ran no faster.
use core::mem::MaybeUninit;

use super::{PANEL, RUNS, runs};
use crate::kernel::lanes::{Lanes, Vectors};
use crate::kernel::{DenseSizes, Isa, Program};
use crate::scalar::Scalar;

/// Registers side by side in a block.
const PAIR: usize = 2;
/// Registers of outputs up to which the runs of one sample go on side by side.
const ABREAST: usize = 4;
/// Registers of outputs whose sums one sample keeps in memory at a time.
const STRIPE: usize = 32;
/// Inputs whose weights one sample adds to these sums in one go.
const GROUP: usize = 8;

/// The numbers of rows that share the loads of a register of columns, so many times at most.
macro_rules! by_rows {
    ($most:expr, $count:expr, $start:ident, $rows:ident => $block:expr) => {{
        let (count, mut $start) = ($count, 0);
        if $most >= 8 {
            while $start + 8 <= count {
                const $rows: usize = 8;
                $block;
                $start += 8;
            }
        }
        while $start + 4 <= count {
            const $rows: usize = 4;
            $block;
            $start += 4;
        }
        if $start + 2 <= count {
            const $rows: usize = 2;
            $block;
            $start += 2;
        }
        if $start < count {
            const $rows: usize = 1;
            $block;
        }
    }};
}

/// Two registers of columns each, and at the end what is left: two registers or one, of which the last may be part.
macro_rules! by_columns {
    ($isa:ident, $count:expr, $start:ident, $columns:ident, $full:ident => $block:expr) => {{
        let (count, mut $start) = ($count, 0);
        while $start + PAIR * V::COUNT <= count {
            let ($columns, $full) = (Columns::<V, PAIR, true>::new($isa, PAIR * V::COUNT), true);
            $block;
            $start += PAIR * V::COUNT;
        }
        if $start + V::COUNT < count {
            let ($columns, $full) = (Columns::<V, PAIR, false>::new($isa, count - $start), false);
            $block;
        } else if $start < count {
            let ($columns, $full) = (Columns::<V, 1, false>::new($isa, count - $start), false);
            $block;
        }
    }};
}

/// One register of `count` numbers after the other; the last one may be part. A macro, since a closure would not be
/// compiled for the instruction set unless the compiler chose to inline it.
macro_rules! by_registers {
    ($isa:ident, $count:expr, $register:ident, $columns:ident => $block:expr) => {{
        let last = ($count - 1) / V::COUNT;
        for $register in 0..last {
            let $columns = Columns::<V, 1, true>::new($isa, V::COUNT);
            $block;
        }
        let ($register, $columns) = (last, Columns::<V, 1, false>::new($isa, $count - last * V::COUNT));
        $block;
    }};
}

/// Columns of a block: `C` registers, of which the last is full or holds the first few numbers.
#[derive(Clone, Copy)]
struct Columns<V: Lanes, const C: usize, const FULL: bool> {
    isa: V::Isa,
    last: V::First,
}

impl<V: Lanes, const C: usize, const FULL: bool> Columns<V, C, FULL> {
    #[inline(always)]
    fn new(isa: V::Isa, count: usize) -> Self {
        Self { isa, last: V::first(isa, count - (C - 1) * V::COUNT) }
    }

    #[inline(always)]
    fn zeros(self) -> [V; C] {
        [V::splat(self.isa, V::Number::default()); C]
    }

    /// # Safety
    /// `from` is valid for reads of the columns.
    #[inline(always)]
    unsafe fn load(self, from: *const V::Number) -> [V; C] {
        core::array::from_fn(|c| {
            // SAFETY: the caller's promise.
            unsafe {
                let from = from.add(c * V::COUNT);
                if FULL || c + 1 < C { V::load(self.isa, from) } else { V::load_first(self.isa, self.last, from) }
            }
        })
    }

    /// # Safety
    /// `to` is valid for writes of the columns.
    #[inline(always)]
    unsafe fn store(self, values: [V; C], to: *mut V::Number) {
        for (c, value) in values.into_iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe {
                let to = to.add(c * V::COUNT);
                if FULL || c + 1 < C { value.store(to) } else { value.store_first(self.last, to) }
            }
        }
    }

    /// Writes the values, or adds them to what is there.
    ///
    /// # Safety
    /// `to` is valid for reads and writes of the columns.
    #[inline(always)]
    unsafe fn put(self, values: [V; C], add: bool, to: *mut V::Number) {
        // SAFETY: the caller's promise.
        unsafe {
            if add {
                let old = self.load(to);
                self.store(core::array::from_fn(|c| old[c].add(values[c])), to);
            } else {
                self.store(values, to);
            }
        }
    }

    /// Adds to each row's sums the product of the row's number with the columns, for each term.
    ///
    /// # Safety
    /// For each row r and term k, `rows + r · row + k · row_term` is valid for a read, and `columns + k · column_term` for
    /// reads of the columns.
    #[inline(always)]
    unsafe fn multiply<const R: usize>(
        self,
        mut sums: [[V; C]; R],
        terms: usize,
        (rows, row, row_term): (*const V::Number, usize, usize),
        (columns, column_term): (*const V::Number, usize),
    ) -> [[V; C]; R] {
        for term in 0..terms {
            // SAFETY: the caller's promise.
            let column = unsafe { self.load(columns.add(term * column_term)) };
            for (r, sums) in sums.iter_mut().enumerate() {
                // SAFETY: the caller's promise.
                let number = V::splat(self.isa, unsafe { *rows.add(r * row + term * row_term) });
                for (sum, column) in sums.iter_mut().zip(column) {
                    *sum = number.mul_add(column, *sum);
                }
            }
        }
        sums
    }
}

#[inline(always)]
fn sum_of<V: Lanes, const R: usize, const C: usize>(sums: [[V; C]; R], addends: [[V; C]; R]) -> [[V; C]; R] {
    core::array::from_fn(|r| core::array::from_fn(|c| sums[r][c].add(addends[r][c])))
}

/// The blocked twin of [`naive_forward`](super::naive_forward).
pub(in crate::kernel) struct Forward<'a, T> {
    pub(in crate::kernel) sizes: DenseSizes,
    pub(in crate::kernel) weight: &'a [T],
    pub(in crate::kernel) bias: &'a [T],
    pub(in crate::kernel) input: &'a [T],
    pub(in crate::kernel) output: &'a mut [T],
}

impl<T: Vectors> Program for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        self.sizes.check(self.weight.len(), Some(self.bias.len()), self.input.len(), self.output.len());
        if self.sizes.samples == 1 {
            self.of_one::<T::In<I>>(isa);
        } else {
            self.of_batch::<T::In<I>>(isa);
        }
    }
}

impl<T: Vectors> Forward<'_, T> {
    /// As [`run`](Program::run), for one sample.
    #[inline(always)]
    pub(in crate::kernel) fn run_alone<I: Isa>(self, isa: I) {
        self.sizes.check(self.weight.len(), Some(self.bias.len()), self.input.len(), self.output.len());
        assert_eq!(self.sizes.samples, 1, "one sample");
        self.of_one::<T::In<I>>(isa);
    }

    #[inline(always)]
    fn of_batch<V: Lanes<Number = T>>(self, isa: V::Isa) {
        let DenseSizes { samples, inputs, outputs } = self.sizes;
        let (runs, len) = runs(inputs);
        let output = self.output.as_mut_ptr();
        by_columns!(isa, outputs, column, columns, full => {
            // Full registers take run by run, whose weights then stay in the nearest cache for all samples; sums wait in
            // the output. Parts of registers take all runs of some samples at once: what was written through a mask comes
            // back late when it is read through one.
            let (passes, runs_of_pass) = if full { (runs, 1) } else { (1, runs) };
            for pass in 0..passes {
                by_rows!(V::ROWS, samples, sample, R => {
                    let mut total = [columns.zeros(); R];
                    for run in pass * runs_of_pass..(pass + 1) * runs_of_pass {
                        let start = run * len;
                        let terms = if run + 1 == runs { inputs - start } else { len };
                        // SAFETY: the lengths of the slices were checked; samples, inputs and
                        // outputs are within them by the loops.
                        let sums = unsafe {
                            let bias = self.bias.as_ptr().add(column);
                            let sums = if run == 0 { columns.load(bias) } else { columns.zeros() };
                            let rows = (self.input.as_ptr().add(sample * inputs + start), inputs, 1);
                            let weights = (self.weight.as_ptr().add(start * outputs + column), outputs);
                            columns.multiply([sums; R], terms, rows, weights)
                        };
                        total = if run == pass * runs_of_pass { sums } else { sum_of(total, sums) };
                    }
                    for (r, sums) in total.into_iter().enumerate() {
                        // SAFETY: as above.
                        unsafe { columns.put(sums, pass > 0, output.add((sample + r) * outputs + column)) };
                    }
                });
            }
        });
    }

    #[inline(always)]
    fn of_one<V: Lanes<Number = T>>(self, isa: V::Isa) {
        match self.sizes.outputs.div_ceil(V::COUNT) {
            1 => self.abreast::<V, 1>(isa),
            2 => self.abreast::<V, 2>(isa),
            3 => self.abreast::<V, 3>(isa),
            ABREAST => self.abreast::<V, ABREAST>(isa),
            _ => self.in_stripes::<V>(isa),
        }
    }

    /// One sample and few outputs: one run alone would wait for its own sums, so the runs go on side by side.
    #[inline(always)]
    fn abreast<V: Lanes<Number = T>, const C: usize>(self, isa: V::Isa) {
        let DenseSizes { inputs, outputs, .. } = self.sizes;
        let (runs, len) = runs(inputs);
        let columns = Columns::<V, C, false>::new(isa, outputs);
        let (input, weight) = (self.input.as_ptr(), self.weight.as_ptr());
        // SAFETY: the lengths of the slices were checked; inputs and outputs are within them.
        unsafe {
            let bias = columns.load(self.bias.as_ptr());
            let sum = if runs == 1 {
                let [sum] = columns.multiply([bias], inputs, (input, 0, 1), (weight, outputs));
                sum
            } else {
                let mut sums = [columns.zeros(); RUNS];
                sums[0] = bias;
                for term in 0..len {
                    for (run, sums) in sums.iter_mut().enumerate() {
                        let i = run * len + term;
                        *sums = columns.multiply([*sums], 1, (input.add(i), 0, 0), (weight.add(i * outputs), 0))[0];
                    }
                }
                let done = RUNS * len;
                let [first, second, third, last] = sums;
                let rest = (weight.add(done * outputs), outputs);
                let [last] = columns.multiply([last], inputs - done, (input.add(done), 0, 1), rest);
                let mut sum = first;
                for run in [second, third, last] {
                    sum = core::array::from_fn(|c| sum[c].add(run[c]));
                }
                sum
            };
            if outputs == C * V::COUNT {
                // A whole register comes back at once when the next layer reads it, a masked one late.
                Columns::<V, C, true>::new(isa, outputs).store(sum, self.output.as_mut_ptr());
            } else {
                columns.store(sum, self.output.as_mut_ptr());
            }
        }
    }

    /// One sample and many outputs: weights are read in the order in which they lie, for a stripe of outputs whose sums
    /// stay in the nearest cache.
    #[inline(always)]
    fn in_stripes<V: Lanes<Number = T>>(self, isa: V::Isa) {
        let DenseSizes { inputs, outputs, .. } = self.sizes;
        let (runs, len) = runs(inputs);
        for from in (0..outputs).step_by(STRIPE * V::COUNT) {
            let bias = &self.bias[from..outputs.min(from + STRIPE * V::COUNT)];
            let output = &mut self.output[from..from + bias.len()];
            let mut sums = [V::splat(isa, T::ZERO); STRIPE];
            for run in 0..runs {
                let end = if run + 1 == runs { inputs } else { (run + 1) * len };
                let zeros = V::splat(isa, T::ZERO);
                by_registers!(isa, bias.len(), register, columns => {
                    // SAFETY: the register lies within the stripe.
                    let [bias] = unsafe { columns.load(bias.as_ptr().add(register * V::COUNT)) };
                    sums[register] = if run == 0 { bias } else { zeros };
                });
                let mut start = run * len;
                while start + GROUP <= end {
                    add_group::<V, GROUP>(
                        isa,
                        &mut sums,
                        &self.input[start..],
                        &self.weight[start * outputs + from..],
                        (outputs, bias.len()),
                    );
                    start += GROUP;
                }
                while start < end {
                    add_group::<V, 1>(
                        isa,
                        &mut sums,
                        &self.input[start..],
                        &self.weight[start * outputs + from..],
                        (outputs, bias.len()),
                    );
                    start += 1;
                }
                by_registers!(isa, bias.len(), register, columns => {
                    // SAFETY: the register lies within the stripe.
                    unsafe { columns.put([sums[register]], run > 0, output.as_mut_ptr().add(register * V::COUNT)) };
                });
            }
        }
    }
}

/// Adds the products of the first `G` inputs with their weights to the sums of a stripe of `count` outputs. The weights of
/// neighbouring inputs are `outputs` numbers apart.
#[inline(always)]
fn add_group<V: Lanes, const G: usize>(
    isa: V::Isa,
    sums: &mut [V; STRIPE],
    input: &[V::Number],
    weight: &[V::Number],
    (outputs, count): (usize, usize),
) {
    let numbers: [V; G] = core::array::from_fn(|g| V::splat(isa, input[g]));
    assert!(weight.len() >= (G - 1) * outputs + count, "weights for every input of the group");
    by_registers!(isa, count, register, columns => {
        let mut sum = sums[register];
        for (g, number) in numbers.iter().enumerate() {
            // SAFETY: the register lies within the stripe, whose weights are there by the assertion.
            let [weights] = unsafe { columns.load(weight.as_ptr().add(g * outputs + register * V::COUNT)) };
            sum = number.mul_add(weights, sum);
        }
        sums[register] = sum;
    });
}

/// The blocked twin of [`naive_input_gradient`](super::naive_input_gradient).
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
    fn of_batch<V: Lanes<Number = T>>(self, isa: V::Isa) {
        self.sizes.check(self.weight.len(), None, self.grad_input.len(), self.grad_output.len());
        let DenseSizes { samples, inputs, outputs } = self.sizes;
        let grad_input = self.grad_input.as_mut_ptr();
        let mut panel = [MaybeUninit::<V>::uninit(); PAIR * PANEL];
        by_columns!(isa, inputs, column, columns, _full => {
            for start in (0..outputs).step_by(PANEL) {
                let terms = PANEL.min(outputs - start);
                transpose_into(isa, &mut panel, self.weight, outputs, column, start);
                by_rows!(V::ROWS, samples, sample, R => {
                    // SAFETY: the lengths of the slices were checked; samples, inputs and outputs
                    // are within them by the loops. The panel was filled for these outputs and all the columns.
                    unsafe {
                        let rows = (self.grad_output.as_ptr().add(sample * outputs + start), outputs, 1);
                        let weights = (panel.as_ptr().cast(), PAIR * V::COUNT);
                        let sums = columns.multiply([columns.zeros(); R], terms, rows, weights);
                        for (r, sums) in sums.into_iter().enumerate() {
                            columns.put(sums, start > 0, grad_input.add((sample + r) * inputs + column));
                        }
                    }
                });
            }
        });
    }
}

/// Fills a panel with the weights of up to [`PANEL`] outputs, from number `output` on, of two registers of inputs, from
/// number `input` on: output after output. Places of outputs and inputs that do not exist are zero or left as they are.
#[inline(always)]
fn transpose_into<V: Lanes>(
    isa: V::Isa,
    panel: &mut [MaybeUninit<V>; PAIR * PANEL],
    weight: &[V::Number],
    outputs: usize,
    input: usize,
    output: usize,
) {
    let count = PANEL.min(outputs - output);
    for register in 0..PAIR {
        let weights = weight.get((input + register * V::COUNT) * outputs..).unwrap_or_default();
        for start in (0..count).step_by(V::COUNT) {
            let first = V::first(isa, count - start);
            let mut block = [V::splat(isa, V::Number::ZERO); 16];
            let rows = weights.chunks_exact(outputs).zip(&mut block[..V::COUNT]);
            for (weights, row) in rows {
                // SAFETY: `count` outputs from number `output` on are within a row of the weight.
                *row = unsafe { V::load_first(isa, first, weights.as_ptr().add(output + start)) };
            }
            for (place, row) in panel[PAIR * start + register..].iter_mut().step_by(PAIR).zip(transposed(block)) {
                place.write(row);
            }
        }
    }
}

/// The square of the first `COUNT` registers, with rows and columns exchanged.
#[inline(always)]
fn transposed<V: Lanes>(block: [V; 16]) -> impl Iterator<Item = V> {
    let mut rows = block;
    let half = V::COUNT / 2;
    // Each round brings together what is half as far apart: after log₂ of the size each number is at its place.
    let mut round = 1;
    while round < V::COUNT {
        let before = rows;
        for k in 0..half {
            (rows[2 * k], rows[2 * k + 1]) = before[k].interleave(before[k + half]);
        }
        round *= 2;
    }
    rows.into_iter().take(V::COUNT)
}

/// The blocked twin of [`naive_weight_gradient`](super::naive_weight_gradient).
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
    fn of_batch<V: Lanes<Number = T>>(self, isa: V::Isa) {
        let DenseSizes { samples, inputs, outputs } = self.sizes;
        let bias = Some(self.grad_bias.len());
        self.sizes.check(self.grad_weight.len(), bias, self.input.len(), self.grad_output.len());
        let (grad_weight, grad_bias) = (self.grad_weight.as_mut_ptr(), self.grad_bias.as_mut_ptr());
        by_columns!(isa, outputs, column, columns, _full => {
            // SAFETY: the lengths of the slices were checked; samples, inputs and outputs are within
            // them by the loops.
            let gradients = unsafe { self.grad_output.as_ptr().add(column) };
            by_rows!(V::ROWS, inputs, input, R => {
                // SAFETY: as above.
                unsafe {
                    let rows = (self.input.as_ptr().add(input), 1, inputs);
                    let sums = columns.multiply([columns.zeros(); R], samples, rows, (gradients, outputs));
                    for (r, sums) in sums.into_iter().enumerate() {
                        columns.put(sums, self.accumulate, grad_weight.add((input + r) * outputs + column));
                    }
                }
            });
            let mut sums = columns.zeros();
            for sample in 0..samples {
                // SAFETY: as above.
                let gradients = unsafe { columns.load(gradients.add(sample * outputs)) };
                sums = core::array::from_fn(|c| sums[c].add(gradients[c]));
            }
            // SAFETY: as above.
            unsafe { columns.put(sums, self.accumulate, grad_bias.add(column)) };
        });
    }
}
