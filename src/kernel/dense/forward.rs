//! The forward pass in blocks: a batch, or one sample.

use super::columns::{Columns, PAIR, SINGLY_FROM, by_columns, by_registers, by_rows, sum_of};
use super::{RUNS, runs};
use crate::kernel::lanes::{Lanes, Vectors};
use crate::kernel::{DenseSizes, Isa, Program};

/// Registers of outputs up to which the runs of one sample go on side by side.
const ABREAST: usize = 4;
/// Registers of outputs that go through a whole run at once, each of them waiting for no other.
const WIDE: usize = 8;
/// Registers of outputs whose sums one sample keeps in memory at a time.
const STRIPE: usize = 32;
/// Inputs whose weights one sample adds to these sums in one go.
const GROUP: usize = 8;

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
                        for r in 0..R {
                            total[r] = if run == pass * runs_of_pass { sums[r] } else { sum_of(total[r], sums[r]) };
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
    fn of_one<V: Lanes<Number = T>>(self, isa: V::Isa) {
        match self.sizes.outputs.div_ceil(V::COUNT) {
            1 => self.abreast::<V, 1>(isa),
            2 => self.abreast::<V, 2>(isa),
            3 => self.abreast::<V, 3>(isa),
            ABREAST => self.abreast::<V, ABREAST>(isa),
            _ if self.sizes.outputs == WIDE * V::COUNT => self.wide::<V>(isa),
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
                    sum = sum_of(sum, run);
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

    /// One sample and as many outputs as keep the processor busy on their own: sums never leave their registers.
    #[inline(always)]
    fn wide<V: Lanes<Number = T>>(self, isa: V::Isa) {
        let DenseSizes { inputs, outputs, .. } = self.sizes;
        let (runs, len) = runs(inputs);
        let columns = Columns::<V, WIDE, true>::new(isa, outputs);
        let mut total = columns.zeros();
        for run in 0..runs {
            let start = run * len;
            let terms = if run + 1 == runs { inputs - start } else { len };
            // SAFETY: the lengths of the slices were checked; inputs and outputs are within them.
            let [sums] = unsafe {
                let sums = if run == 0 { columns.load(self.bias.as_ptr()) } else { columns.zeros() };
                let weights = (self.weight.as_ptr().add(start * outputs), outputs);
                columns.multiply([sums], terms, (self.input.as_ptr().add(start), 0, 1), weights)
            };
            total = if run == 0 { sums } else { sum_of(total, sums) };
        }
        // SAFETY: as above.
        unsafe { columns.store(total, self.output.as_mut_ptr()) };
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
    let mut numbers = [V::splat(isa, V::Number::default()); G];
    for g in 0..G {
        numbers[g] = V::splat(isa, input[g]);
    }
    assert!(weight.len() >= (G - 1) * outputs + count, "weights for every input of the group");
    by_registers!(isa, count, register, columns => {
        let mut sum = sums[register];
        for g in 0..G {
            // SAFETY: the register lies within the stripe, whose weights are there by the assertion.
            let [weights] = unsafe { columns.load(weight.as_ptr().add(g * outputs + register * V::COUNT)) };
            sum = numbers[g].mul_add(weights, sum);
        }
        sums[register] = sum;
    });
}
