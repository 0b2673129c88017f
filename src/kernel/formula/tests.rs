//! Do the loops over registers give what the naive ones give?

mod real;

use alloc::vec;
use alloc::vec::Vec;

use super::{Formula, FormulaKernels, Real, Reduction, naive};
use crate::kernel::lanes::Vectors;
use crate::kernel::{Isa, Path, Program};
use crate::random;
use crate::scalar::Scalar;

/// A formula that is one sum of products with `E` elements of each sample, `S` numbers of it, `H` shared elements, `O` outputs and `Q`
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
    let mut rng = random::rng(seed);
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
    compare::<f32, 1, 2, 0, 0, 1>();
    compare::<f32, 0, 1, 1, 1, 0>();
    compare::<f32, 2, 1, 0, 1, 2>();
    compare::<f64, 1, 1, 2, 2, 2>();
    compare::<f64, 0, 0, 1, 1, 1>();
    compare::<f64, 0, 0, 0, 1, 0>();
    compare::<f64, 0, 0, 0, 0, 2>();
    compare::<f64, 3, 0, 0, 1, 2>();
}

/// The sum and the largest of the elements.
struct Reduced;

impl Formula<1, 0, 0, 0, 2> for Reduced {
    const REDUCTIONS: [Reduction; 2] = [Reduction::Sum, Reduction::Largest];

    #[inline(always)]
    fn apply<R: Real>(&self, _: R, [x]: [R; 1], _: [R; 0], _: [R; 0], _: [R; 0]) -> ([R; 0], [R; 2]) {
        ([], [x, x])
    }
}

/// [`Reduced`] of rows of some length.
struct Reduce<'a>(usize, &'a [f32]);

impl Program for Reduce<'_> {
    type Output = [Vec<f32>; 2];

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> [Vec<f32>; 2] {
        let Self(row, x) = self;
        let samples = x.len() / row;
        let mut reduced = [vec![0.0; samples], vec![0.0; samples]];
        let places = reduced.each_mut().map(Vec::as_mut_slice);
        f32::formula_rows(isa, &Reduced, samples, row, [x], [], [], [], places);
        reduced
    }
}

#[test]
fn nan_at_any_place_is_the_largest_element_of_its_sample_alone() {
    for path in Path::available() {
        for row in [1, 2, 7, 15, 16, 17, 33, 50] {
            for place in 0..row {
                let mut x = draws(3 * row, 1);
                x[row + place] = f32::NAN;
                let [sums, largest] = path.run(Reduce(row, &x));
                let found = [sums, largest].concat();
                let nan: Vec<bool> = found.into_iter().map(f32::is_nan).collect();
                assert_eq!(nan, [false, true, false, false, true, false], "{place} of {row} on {path:?}");
            }
        }
    }
}

#[test]
fn the_largest_of_negative_elements_is_the_nearest_to_zero() {
    for path in Path::available() {
        for row in [1, 5, 16, 31] {
            let x: Vec<f32> = (1..=row).rev().map(|k| -(k as f32)).collect();
            let [sums, largest] = path.run(Reduce(row, &x));
            assert_eq!((sums[0], largest[0]), (-((row * (row + 1) / 2) as f32), -1.0), "{row} on {path:?}");
        }
    }
}

#[test]
fn additions_follow_the_stated_order() {
    // In their order, the elements after the first are lost beside it. In parts, most are added to each other first.
    for (row, expected) in [(15, f32::exp2(24.0)), (16, f32::exp2(24.0) + 14.0), (48, f32::exp2(24.0) + 46.0)] {
        let mut x = vec![1.0; row];
        x[0] = f32::exp2(24.0);
        for path in Path::available() {
            let [sums, _] = path.run(Reduce(row, &x));
            assert_eq!(sums, [expected], "{row} on {path:?}");
        }
    }
}

#[test]
#[should_panic(expected = "a result per sample")]
fn results_of_another_number_of_samples_panic() {
    struct TooFew;

    impl Program for TooFew {
        type Output = ();

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) {
            let [mut sum, mut largest] = [[0.0; 2], [0.0; 2]];
            f32::formula_rows(isa, &Reduced, 3, 1, [&[0.0; 3]], [], [], [], [&mut sum, &mut largest]);
        }
    }
    Path::Portable.run(TooFew);
}

#[test]
#[should_panic(expected = "the number of elements is a `usize`")]
fn sizes_whose_product_is_no_size_panic() {
    struct Huge;

    impl Program for Huge {
        type Output = ();

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) {
            f32::formula_rows(isa, &Mixed, usize::MAX / 2 + 1, 2, [&[]], [], [], [&mut []], []);
        }
    }
    Path::Portable.run(Huge);
}
