//! Do the loops over registers give what the naive ones give?

use alloc::vec::Vec;

use super::{Formula, FormulaKernels, Real, Reduction, naive};
use crate::kernel::lanes::Vectors;
use crate::kernel::{Isa, Path, Program};
use crate::random;
use crate::scalar::Scalar;

/// A formula of sums and products with `E` elements of each sample, `S` numbers of it, `H` shared elements, `O` outputs and `Q`
/// results that are reduced, of which those with odd indices are largest.
struct Mixed;

/// The same with sums only.
struct Sums;

/// Adds up products of what is given, each with another weight.
#[inline(always)]
fn mixed<R: Real, const E: usize, const S: usize, const H: usize, const O: usize, const Q: usize>(
    like: R,
    (each, sample, shared, old): ([R; E], [R; S], [R; H], [R; O]),
) -> ([R; O], [R; Q]) {
    let mut total = like.constant(0.25);
    for (weight, x) in each.into_iter().chain(sample).chain(shared).chain(old).enumerate() {
        total = x.mul_add(like.constant(1.5 + weight as f64), total);
    }
    let (mut outputs, mut reduced) = ([total; O], [total; Q]);
    for output in &mut outputs {
        total = total.mul(like.constant(0.75)).sub(like.constant(0.125));
        *output = R::select(total.less(like.constant(0.0)), total.negated(), total);
    }
    for reduced in &mut reduced {
        total = total.div(like.constant(1.25)).add(like.constant(0.0625));
        *reduced = total.maximum(like.constant(-0.5));
    }
    (outputs, reduced)
}

impl<const E: usize, const S: usize, const H: usize, const O: usize, const Q: usize> Formula<E, S, H, O, Q> for Mixed {
    const REDUCTIONS: [Reduction; Q] = {
        let mut reductions = [Reduction::Sum; Q];
        let mut index = 1;
        while index < Q {
            reductions[index] = Reduction::Largest;
            index += 2;
        }
        reductions
    };

    #[inline(always)]
    fn apply<R: Real>(&self, like: R, each: [R; E], sample: [R; S], shared: [R; H], old: [R; O]) -> ([R; O], [R; Q]) {
        mixed(like, (each, sample, shared, old))
    }
}

impl<const E: usize, const S: usize, const H: usize, const Q: usize> Formula<E, S, H, 0, Q> for Sums {
    const REDUCTIONS: [Reduction; Q] = [Reduction::Sum; Q];

    #[inline(always)]
    fn apply<R: Real>(&self, like: R, each: [R; E], sample: [R; S], shared: [R; H], old: [R; 0]) -> ([R; 0], [R; Q]) {
        mixed(like, (each, sample, shared, old))
    }
}

fn draws<T: Scalar>(count: usize, seed: u64) -> Vec<T> {
    let mut rng = crate::rng(seed);
    (0..count).map(|_| T::from_f64(2.0 * random::uniform(&mut rng) - 1.0)).collect()
}

/// All loops over one set of inputs: first those of the type, then the naive ones.
struct Both<T, const E: usize, const S: usize, const H: usize, const O: usize, const Q: usize> {
    samples: usize,
    row: usize,
    each: [Vec<T>; E],
    sample: [Vec<T>; S],
    shared: [Vec<T>; H],
    outputs: [Vec<T>; O],
    reduced: [Vec<T>; Q],
    sums: [Vec<T>; Q],
}

impl<T: Scalar, const E: usize, const S: usize, const H: usize, const O: usize, const Q: usize> Both<T, E, S, H, O, Q> {
    fn new(samples: usize, row: usize) -> Self {
        let mut seed = (samples * 1_009 + row) as u64;
        let mut next = |count| {
            seed += 1;
            draws(count, seed)
        };
        Self {
            samples,
            row,
            each: [(); E].map(|()| next(samples * row)),
            sample: [(); S].map(|()| next(samples)),
            shared: [(); H].map(|()| next(row)),
            outputs: [(); O].map(|()| next(samples * row)),
            reduced: [(); Q].map(|()| next(samples)),
            sums: [(); Q].map(|()| next(row)),
        }
    }
}

impl<T: Vectors + FormulaKernels, const E: usize, const S: usize, const H: usize, const O: usize, const Q: usize>
    Program for &Both<T, E, S, H, O, Q>
{
    /// The results of both, which are the outputs, the reduced results and the sums over samples, twice.
    type Output = [Vec<Vec<T>>; 2];

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Self::Output {
        let Both { samples, row, each, sample, shared, .. } = self;
        let (samples, row) = (*samples, *row);
        let inputs = || {
            (
                each.each_ref().map(Vec::as_slice),
                sample.each_ref().map(Vec::as_slice),
                shared.each_ref().map(Vec::as_slice),
            )
        };
        [false, true].map(|is_naive| {
            let (mut outputs, mut reduced) = (self.outputs.clone(), self.reduced.clone());
            let (mut sums, mut added) = (self.sums.clone(), self.sums.clone());
            let (x, s, h) = inputs();
            let (o, q) = (outputs.each_mut().map(Vec::as_mut_slice), reduced.each_mut().map(Vec::as_mut_slice));
            if is_naive {
                naive::rows(isa, &Mixed, samples, row, x, s, h, o, q);
            } else {
                T::formula_rows(isa, &Mixed, samples, row, x, s, h, o, q);
            }
            for (accumulate, sums) in [(false, &mut sums), (true, &mut added)] {
                let sums = sums.each_mut().map(Vec::as_mut_slice);
                if is_naive {
                    naive::columns(isa, &Sums, samples, row, x, s, h, accumulate, sums);
                } else {
                    T::formula_columns(isa, &Sums, samples, row, x, s, h, accumulate, sums);
                }
            }
            outputs.into_iter().chain(reduced).chain(sums).chain(added).collect()
        })
    }
}

fn compare<T, const E: usize, const S: usize, const H: usize, const O: usize, const Q: usize>()
where
    T: Vectors + FormulaKernels,
{
    for samples in 0..=5 {
        for row in 0..=40 {
            let inputs = Both::<T, E, S, H, O, Q>::new(samples, row);
            let mut fused: Option<Vec<Vec<T>>> = None;
            for path in Path::available() {
                let [ours, naive] = path.run(&inputs);
                assert_eq!(ours, naive, "{samples} samples of {row} on {path:?}, with {:?}", [E, S, H, O, Q]);
                if path != Path::Portable {
                    let first = fused.get_or_insert_with(|| ours.clone());
                    assert_eq!(*first, ours, "{samples} samples of {row} on {path:?}, with {:?}", [E, S, H, O, Q]);
                }
            }
        }
    }
}

#[test]
fn loops_over_registers_give_the_bits_of_the_naive_ones() {
    compare::<f32, 1, 0, 0, 1, 0>();
    compare::<f32, 2, 0, 0, 0, 3>();
    compare::<f32, 2, 1, 0, 1, 2>();
    compare::<f64, 1, 1, 2, 2, 2>();
    compare::<f64, 0, 0, 1, 1, 1>();
    compare::<f64, 3, 0, 0, 1, 2>();
}
