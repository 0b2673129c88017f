//! Does a register compute what one scalar does?

use alloc::vec;
use alloc::vec::Vec;

use crate::kernel::formula::{Formula, FormulaKernels, Real, Reduction, naive};
use crate::kernel::lanes::Vectors;
use crate::kernel::{Isa, Path, Program};
use crate::scalar::Scalar;

/// Operations that give the same bits, and functions that give the same up to their errors.
const EXACT: usize = 14;
const FUNCTIONS: [&str; 10] = ["exp", "exp_m1", "ln", "ln_1p", "tanh", "sigmoid", "softplus", "sin", "cos", "erf"];

/// The distance between a function of registers and of scalars, which are within 3 ULP each, in units of the type's precision.
/// The unit in the last place is up to one such unit.
const TOLERANCE: f64 = 6.0;

/// All operations on two numbers.
struct Operations;

impl Formula<2, 0, 0, EXACT, 0> for Operations {
    const REDUCTIONS: [Reduction; 0] = [];

    #[inline(always)]
    fn apply<R: Real>(&self, like: R, [x, y]: [R; 2], _: [R; 0], _: [R; 0], _: [R; EXACT]) -> ([R; EXACT], [R; 0]) {
        let zero = like.constant(0.0);
        let results = [
            like.constant(1.5),
            x.add(y),
            x.sub(y),
            x.mul(y),
            x.div(y),
            x.negated(),
            x.mul_add(y, y),
            x.sqrt(),
            x.absolute(),
            x.maximum(y),
            x.minimum(y),
            R::select(x.less(y), like.constant(1.0), zero),
            R::select(x.less(zero), x, y),
            zero.maximum(x),
        ];
        (results, [])
    }
}

/// All functions.
struct Functions;

impl Formula<1, 0, 0, 10, 0> for Functions {
    const REDUCTIONS: [Reduction; 0] = [];

    #[inline(always)]
    fn apply<R: Real>(&self, _: R, [x]: [R; 1], _: [R; 0], _: [R; 0], _: [R; 10]) -> ([R; 10], [R; 0]) {
        let results =
            [x.exp(), x.exp_m1(), x.ln(), x.ln_1p(), x.tanh(), x.sigmoid(), x.softplus(), x.sin(), x.cos(), x.erf()];
        (results, [])
    }
}

/// A formula at each of some positions, in registers and one by one.
struct Apply<'a, F, T, const E: usize>(&'a F, [&'a [T]; E]);

impl<F: Formula<E, 0, 0, O, 0>, T: Vectors + FormulaKernels, const E: usize, const O: usize> Program
    for (Apply<'_, F, T, E>, [(); O])
{
    type Output = [[Vec<T>; O]; 2];

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Self::Output {
        let (Apply(formula, inputs), places) = self;
        let len = inputs[0].len();
        let [mut ours, mut naive] = [places.map(|()| vec![T::ZERO; len]), places.map(|()| vec![T::ZERO; len])];
        T::formula_rows(isa, formula, 1, len, inputs, [], [], ours.each_mut().map(Vec::as_mut_slice), []);
        naive::rows(isa, formula, 1, len, inputs, [], [], naive.each_mut().map(Vec::as_mut_slice), []);
        [ours, naive]
    }
}

/// Numbers at which operations have cases.
const SPECIAL: [f64; 13] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.3,
    -2.5,
    88.0,
    -1e-40,
    1e30,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    f64::MIN_POSITIVE,
];

/// The number's sign and size, or that it is NaN.
fn bits<T: Scalar>(x: T) -> Option<u64> {
    let x = x.to_f64();
    (!x.is_nan()).then(|| x.to_bits())
}

fn operations_agree<T: Vectors + FormulaKernels>() {
    let pairs: Vec<[T; 2]> = SPECIAL.iter().flat_map(|&x| SPECIAL.map(|y| [x, y].map(T::from_f64))).collect();
    let [x, y] = [0, 1].map(|index| pairs.iter().map(|pair| pair[index]).collect::<Vec<T>>());
    for path in Path::available() {
        let [ours, naive] = path.run((Apply(&Operations, [&x, &y]), [(); EXACT]));
        for (operation, (ours, naive)) in ours.iter().zip(&naive).enumerate() {
            for ((pair, &ours), &naive) in pairs.iter().zip(ours).zip(naive) {
                assert_eq!(
                    bits(ours),
                    bits(naive),
                    "operation {operation} of {pair:?} on {path:?}: {ours}, not {naive}"
                );
            }
        }
    }
}

#[test]
fn operations_on_registers_give_the_bits_of_scalars() {
    operations_agree::<f32>();
    operations_agree::<f64>();
}

#[test]
fn comparisons_follow_the_table() {
    let (nan, infinity) = (f64::NAN, f64::INFINITY);
    // x, y, the maximum, the minimum, and whether x < y.
    let table = [
        (1.0, 2.0, 2.0, 1.0, 1.0),
        (2.0, 1.0, 2.0, 1.0, 0.0),
        (3.0, 3.0, 3.0, 3.0, 0.0),
        (0.0, -0.0, 0.0, 0.0, 0.0),
        (-0.0, 0.0, -0.0, -0.0, 0.0),
        (nan, 1.0, nan, nan, 0.0),
        (1.0, nan, nan, nan, 0.0),
        (nan, infinity, nan, nan, 0.0),
        (infinity, nan, nan, nan, 0.0),
        (nan, nan, nan, nan, 0.0),
        (-infinity, infinity, infinity, -infinity, 1.0),
        (infinity, infinity, infinity, infinity, 0.0),
    ];
    let (x, y) = (table.map(|row| row.0), table.map(|row| row.1));
    for path in Path::available() {
        for results in path.run((Apply(&Operations, [&x, &y]), [(); EXACT])) {
            for (index, (x, y, maximum, minimum, less)) in table.into_iter().enumerate() {
                let found = [&results[9], &results[10], &results[11]].map(|results| bits(results[index]));
                assert_eq!(found, [maximum, minimum, less].map(bits), "{x} and {y} on {path:?}");
            }
        }
    }
}

#[test]
fn zeros_keep_or_lose_their_sign_as_stated() {
    for path in Path::available() {
        for results in path.run((Apply(&Operations, [&[0.0_f32, -0.0], &[1.0, 1.0]]), [(); EXACT])) {
            assert_eq!(results[5].iter().map(|&x| bits(x)).collect::<Vec<_>>(), [-0.0, 0.0].map(bits), "negated");
            assert_eq!(results[8].iter().map(|&x| bits(x)).collect::<Vec<_>>(), [0.0, 0.0].map(bits), "absolute");
        }
    }
}

/// Compares functions with those of scalars, relative to the precision of the type.
fn functions_agree<T: Vectors + FormulaKernels>(precision: f64) {
    let inputs: Vec<T> = (-400..400)
        .map(|k| f64::from(k) / 16.0)
        .chain([1e-3, -1e-4, 1e-8, -1e-9, 1e5, -2e6, 1e9, 3e15])
        .chain(SPECIAL)
        .map(T::from_f64)
        .collect();
    let mut fused = None;
    for path in Path::available() {
        let [ours, naive] = path.run((Apply(&Functions, [&inputs]), [(); 10]));
        for ((function, ours), naive) in FUNCTIONS.iter().zip(&ours).zip(&naive) {
            for ((x, ours), naive) in inputs.iter().zip(ours).zip(naive) {
                let (ours, naive) = (ours.to_f64(), naive.to_f64());
                let same = ours == naive || ours.is_nan() && naive.is_nan();
                let near = (ours - naive).abs() <= TOLERANCE * precision * naive.abs() || naive.abs() < 1e-38;
                assert!(same || near, "{function} of {x} on {path:?}: {ours}, not {naive}");
            }
        }
        if path != Path::Portable {
            let ours = ours.map(|ours| ours.into_iter().map(bits).collect::<Vec<_>>());
            let first = fused.get_or_insert_with(|| ours.clone());
            assert!(*first == ours, "{path:?} has the bits of the other");
        }
    }
}

#[test]
fn functions_of_registers_are_those_of_scalars_with_the_same_bits_on_all_fused_paths() {
    functions_agree::<f32>(f32::EPSILON.into());
    functions_agree::<f64>(f64::EPSILON);
}
