//! The forward pass in tiles: a batch, or one sample.

use core::mem::MaybeUninit;

use super::{RANGES, range_of, ranges};
use crate::kernel::columns::{Columns, PAIR, SINGLY_FROM, by_columns, by_registers, by_rows, sum_of};
use crate::kernel::lanes::{Lanes, Vectors};
use crate::kernel::{DenseSizes, Isa, Program};

/// The largest number of output registers for which the ranges of one sample are interleaved.
const ABREAST: usize = 4;
/// The number of output registers that are computed at once over a whole range, none of them waiting for another.
const WIDE: usize = 8;
/// The number of output registers whose sums are kept in memory at a time for one sample.
const STRIPE: usize = 32;
/// The number of inputs whose weights are packed at most. With AVX-512 their panel takes 32 KiB.
const PACKED: usize = 256;
/// The number of samples from which packing saves more than it costs.
const PACKED_FROM: usize = 48;
/// The number of inputs whose weights are added to these sums at a time.
const GROUP: usize = 8;

/// The tiled twin of [`naive_forward`](super::naive_forward).
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
            isa.call(OfBatch(self));
        }
    }
}

/// A separate program, because its panel is on the stack, which one sample should not pay for.
struct OfBatch<'a, T>(Forward<'a, T>);

impl<T: Vectors> Program for OfBatch<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        self.0.of_batch::<T::In<I>>(isa);
    }
}

impl<T: Vectors> Forward<'_, T> {
    /// The same as [`run`](Program::run), for one sample.
    #[inline(always)]
    pub(in crate::kernel) fn run_alone<I: Isa>(self, isa: I) {
        self.sizes.check(self.weight.len(), Some(self.bias.len()), self.input.len(), self.output.len());
        assert_eq!(self.sizes.samples, 1, "one sample");
        self.of_one::<T::In<I>>(isa);
    }

    /// Returns the bias of the outputs from `from` on; zeros if there is none.
    ///
    /// # Safety
    /// The columns are outputs.
    #[inline(always)]
    unsafe fn bias<V: Lanes<Element = T>, const C: usize, const FULL: bool>(
        &self,
        columns: Columns<V, C, FULL>,
        from: usize,
    ) -> [V; C] {
        if self.bias.is_empty() {
            return columns.zeros();
        }
        // SAFETY: a bias has an element for each output, and the columns are outputs.
        unsafe { columns.load(self.bias.as_ptr().add(from)) }
    }

    #[inline(always)]
    fn of_batch<V: Lanes<Element = T>>(self, isa: V::Isa) {
        let DenseSizes { samples, inputs, outputs } = self.sizes;
        let (ranges, _) = ranges(inputs);
        let output = self.output.as_mut_ptr();
        let mut panel = [MaybeUninit::<V>::uninit(); PAIR * PACKED];
        by_columns!(isa, outputs, column, columns, full => {
            // Full registers process range by range. The weights of a range then stay in the nearest cache for all samples, and
            // the sums are kept in the output. Partial registers process all ranges of some samples at once, since reading back
            // a masked store is slow.
            let (passes, ranges_of_pass) = if full { (ranges, 1) } else { (1, ranges) };
            for pass in 0..passes {
                let (start, terms) = range_of(inputs, pass);
                let is_packed = full && outputs > PAIR * V::COUNT && samples >= PACKED_FROM && terms <= PACKED;
                if is_packed {
                    let weights = self.weight.as_ptr().wrapping_add(start * outputs + column);
                    // SAFETY: as below.
                    unsafe { columns.pack(&mut panel, terms, (weights, outputs)) };
                }
                by_rows!(V::ROWS, samples, sample, R => {
                    let mut total = [columns.zeros(); R];
                    for range in pass * ranges_of_pass..(pass + 1) * ranges_of_pass {
                        let (start, terms) = range_of(inputs, range);
                        let weights = self.weight.as_ptr().wrapping_add(start * outputs + column);
                        let weights = if is_packed { (panel.as_ptr().cast(), PAIR * V::COUNT) } else { (weights, outputs) };
                        // SAFETY: the lengths of the slices were checked, and the loops keep samples, inputs and outputs within
                        // them. A packed range, which is that of the pass, was copied into the panel.
                        let sums = unsafe {
                            let sums = if range == 0 { self.bias(columns, column) } else { columns.zeros() };
                            let rows = (self.input.as_ptr().add(sample * inputs + start), inputs, 1);
                            columns.multiply([sums; R], terms, rows, weights)
                        };
                        for r in 0..R {
                            total[r] = if range == pass * ranges_of_pass { sums[r] } else { sum_of(total[r], sums[r]) };
                        }
                    }
                    for r in 0..R {
                        // SAFETY: as above.
                        unsafe { columns.put(total[r], pass > 0, output.add((sample + r) * outputs + column)) };
                    }
                });
            }
        });
    }

    #[inline(always)]
    fn of_one<V: Lanes<Element = T>>(self, isa: V::Isa) {
        match self.sizes.outputs.div_ceil(V::COUNT) {
            1 => self.abreast::<V, 1>(isa),
            2 => self.abreast::<V, 2>(isa),
            3 => self.abreast::<V, 3>(isa),
            ABREAST => self.abreast::<V, ABREAST>(isa),
            _ if self.sizes.outputs == WIDE * V::COUNT => self.wide::<V>(isa),
            _ => self.in_stripes::<V>(isa),
        }
    }

    /// One sample with few outputs. A single range would wait for its own sums, so the ranges are interleaved.
    #[inline(always)]
    fn abreast<V: Lanes<Element = T>, const C: usize>(self, isa: V::Isa) {
        let DenseSizes { inputs, outputs, .. } = self.sizes;
        let (ranges, len) = ranges(inputs);
        let columns = Columns::<V, C, false>::new(isa, outputs);
        let (input, weight) = (self.input.as_ptr(), self.weight.as_ptr());
        // SAFETY: the lengths of the slices were checked, and inputs and outputs are within them.
        unsafe {
            let bias = self.bias(columns, 0);
            let sum = if ranges == 1 {
                let [sum] = columns.multiply([bias], inputs, (input, 0, 1), (weight, outputs));
                sum
            } else {
                let mut sums = [columns.zeros(); RANGES];
                sums[0] = bias;
                for term in 0..len {
                    for (range, sums) in sums.iter_mut().enumerate() {
                        let i = range * len + term;
                        *sums = columns.multiply([*sums], 1, (input.add(i), 0, 0), (weight.add(i * outputs), 0))[0];
                    }
                }
                let done = RANGES * len;
                let [first, second, third, last] = sums;
                let rest = (weight.add(done * outputs), outputs);
                let [last] = columns.multiply([last], inputs - done, (input.add(done), 0, 1), rest);
                let mut sum = first;
                for part in [second, third, last] {
                    sum = sum_of(sum, part);
                }
                sum
            };
            if outputs == C * V::COUNT {
                // A full store can be read back by the next layer immediately, a masked one only slowly.
                Columns::<V, C, true>::new(isa, outputs).store(sum, self.output.as_mut_ptr());
            } else {
                columns.store(sum, self.output.as_mut_ptr());
            }
        }
    }

    /// One sample with enough outputs to keep the processor busy: the sums never leave their registers.
    #[inline(always)]
    fn wide<V: Lanes<Element = T>>(self, isa: V::Isa) {
        let DenseSizes { inputs, outputs, .. } = self.sizes;
        let (ranges, len) = ranges(inputs);
        let columns = Columns::<V, WIDE, true>::new(isa, outputs);
        let mut total = columns.zeros();
        for range in 0..ranges {
            let start = range * len;
            let terms = if range + 1 == ranges { inputs - start } else { len };
            // SAFETY: the lengths of the slices were checked, and inputs and outputs are within them.
            let [sums] = unsafe {
                let sums = if range == 0 { self.bias(columns, 0) } else { columns.zeros() };
                let weights = (self.weight.as_ptr().add(start * outputs), outputs);
                columns.multiply([sums], terms, (self.input.as_ptr().add(start), 0, 1), weights)
            };
            total = if range == 0 { sums } else { sum_of(total, sums) };
        }
        // SAFETY: as above.
        unsafe { columns.store(total, self.output.as_mut_ptr()) };
    }

    /// One sample with many outputs. Weights are read in memory order, for a stripe of outputs whose sums stay in the nearest
    /// cache.
    #[inline(always)]
    fn in_stripes<V: Lanes<Element = T>>(self, isa: V::Isa) {
        let DenseSizes { inputs, outputs, .. } = self.sizes;
        let (ranges, len) = ranges(inputs);
        for from in (0..outputs).step_by(STRIPE * V::COUNT) {
            let count = (outputs - from).min(STRIPE * V::COUNT);
            let output = self.output[from..][..count].as_mut_ptr();
            let mut sums = [V::splat(isa, T::ZERO); STRIPE];
            for range in 0..ranges {
                let end = if range + 1 == ranges { inputs } else { (range + 1) * len };
                let zeros = V::splat(isa, T::ZERO);
                by_registers!(isa, count, register, columns => {
                    // SAFETY: the register lies within the stripe.
                    let [bias] = unsafe { self.bias(columns, from + register * V::COUNT) };
                    sums[register] = if range == 0 { bias } else { zeros };
                });
                let mut start = range * len;
                while start + GROUP <= end {
                    add_group::<V, GROUP>(
                        isa,
                        &mut sums,
                        &self.input[start..],
                        &self.weight[start * outputs + from..],
                        (outputs, count),
                    );
                    start += GROUP;
                }
                while start < end {
                    add_group::<V, 1>(
                        isa,
                        &mut sums,
                        &self.input[start..],
                        &self.weight[start * outputs + from..],
                        (outputs, count),
                    );
                    start += 1;
                }
                by_registers!(isa, count, register, columns => {
                    // SAFETY: the register lies within the stripe.
                    unsafe { columns.put([sums[register]], range > 0, output.add(register * V::COUNT)) };
                });
            }
        }
    }
}

/// Adds the products of the first `G` inputs and their weights to the sums of a stripe of `count` outputs. The weights of
/// adjacent inputs are `outputs` elements apart.
#[inline(always)]
fn add_group<V: Lanes, const G: usize>(
    isa: V::Isa,
    sums: &mut [V; STRIPE],
    input: &[V::Element],
    weight: &[V::Element],
    (outputs, count): (usize, usize),
) {
    let mut factors = [V::splat(isa, V::Element::default()); G];
    for g in 0..G {
        factors[g] = V::splat(isa, input[g]);
    }
    assert!(weight.len() >= (G - 1) * outputs + count, "weights for every input of the group");
    by_registers!(isa, count, register, columns => {
        let mut sum = sums[register];
        for g in 0..G {
            // SAFETY: the register lies within the stripe, and the assertion ensures that its weights exist.
            let [weights] = unsafe { columns.load(weight.as_ptr().add(g * outputs + register * V::COUNT)) };
            sum = factors[g].mul_add(weights, sum);
        }
        sums[register] = sum;
    });
}
