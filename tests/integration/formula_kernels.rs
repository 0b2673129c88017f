//! The kernels that run a formula of a user, from outside: over dual numbers, which differentiate it.

use typenet::Scalar;
use typenet::kernel::{Formula, Isa, Kernels, Program, Real, Reduction, dispatch};

use crate::support::dual::Dual;

/// y = s x + h f(x) for one of the functions, and the sum and the largest of y over a sample.
struct Mixture(usize);

/// A function and its derivative.
type Known = (fn(f64) -> f64, fn(f64) -> f64);

/// The functions of [`Real`] with one argument.
const FUNCTIONS: [Known; 12] = [
    (f64::exp, f64::exp),
    (f64::exp_m1, f64::exp),
    (f64::ln, f64::recip),
    (f64::ln_1p, |x| 1.0 / (1.0 + x)),
    (f64::tanh, |x| 1.0 - x.tanh().powi(2)),
    (sigmoid, |x| sigmoid(x) * sigmoid(-x)),
    (|x| x.exp().ln_1p(), sigmoid),
    (f64::sin, f64::cos),
    (f64::cos, |x| -x.sin()),
    (|x| Scalar::erf(x), |x| core::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp()),
    (f64::sqrt, |x| 0.5 / x.sqrt()),
    (f64::abs, f64::signum),
];

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[inline(always)]
fn function<R: Real>(index: usize, x: R) -> R {
    match index {
        0 => x.exp(),
        1 => x.exp_m1(),
        2 => x.ln(),
        3 => x.ln_1p(),
        4 => x.tanh(),
        5 => x.sigmoid(),
        6 => x.softplus(),
        7 => x.sin(),
        8 => x.cos(),
        9 => x.erf(),
        10 => x.sqrt(),
        _ => x.absolute(),
    }
}

impl Formula<1, 1, 1, 1, 2> for Mixture {
    const REDUCTIONS: [Reduction; 2] = [Reduction::Sum, Reduction::Largest];

    #[inline(always)]
    fn apply<R: Real>(&self, _: R, [x]: [R; 1], [s]: [R; 1], [h]: [R; 1], _: [R; 1]) -> ([R; 1], [R; 2]) {
        let y = s.mul_add(x, h.mul(function(self.0, x)));
        ([y], [y, y])
    }
}

const SAMPLES: usize = 2;

/// Runs the formula over samples of a length.
struct Run<'a, T>(&'a Mixture, usize, [&'a [T]; 3]);

impl<T: Kernels> Program for Run<'_, T> {
    /// The outputs, the sums, and the largest.
    type Output = [Vec<T>; 3];

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> [Vec<T>; 3] {
        let Self(formula, row, [x, s, h]) = self;
        let [mut y, mut sums, mut largest] = [SAMPLES * row, SAMPLES, SAMPLES].map(|len| vec![T::ZERO; len]);
        T::formula_rows(isa, formula, SAMPLES, row, [x], [s], [h], [&mut y], [&mut sums, &mut largest]);
        [y, sums, largest]
    }
}

#[test]
fn dual_numbers_differentiate_a_formula() {
    const TOLERANCE: f64 = 1e-13;
    for (index, (value, derivative)) in FUNCTIONS.into_iter().enumerate() {
        for row in [1, 5, 20] {
            let x: Vec<f64> = (0..SAMPLES * row).map(|k| 0.2 + k as f64 / 30.0).collect();
            let (s, h) = ([0.5, -1.5], vec![0.75; row]);
            let dual = |values: &[f64], number: fn(f64) -> Dual| values.iter().copied().map(number).collect::<Vec<_>>();
            let inputs = [dual(&x, Dual::variable), dual(&s, Dual::from_f64), dual(&h, Dual::from_f64)];
            let inputs = inputs.each_ref().map(Vec::as_slice);
            let [y, sums, largest] = dispatch(Run(&Mixture(index), row, inputs));
            for (place, (&x, y)) in x.iter().zip(&y).enumerate() {
                let expected = s[place / row] * x + 0.75 * value(x);
                let slope = s[place / row] + 0.75 * derivative(x);
                assert!((y.value - expected).abs() < TOLERANCE, "function {index} at {x}: {y}, not {expected}");
                assert!((y.slope() - slope).abs() < TOLERANCE, "function {index} at {x}: {y}, not slope {slope}");
            }
            for (sample, y) in y.chunks(row).enumerate() {
                let sum = y.iter().fold(0.0, |sum, y| sum + y.slope());
                assert!((sums[sample].slope() - sum).abs() < TOLERANCE, "function {index}, {row} elements");
                assert!(y.iter().all(|y| y.value <= largest[sample].value) && y.contains(&largest[sample]));
            }
        }
    }
}

#[test]
fn at_zero_the_absolute_value_of_a_dual_number_has_no_slope_and_softplus_half() {
    for (index, expected) in [(11, 0.0), (6, 0.5), (5, 0.25)] {
        let inputs = [&[Dual::variable(0.0); SAMPLES][..], &[Dual::ZERO; SAMPLES], &[Dual::ONE]];
        let [y, ..] = dispatch(Run(&Mixture(index), 1, inputs));
        assert_eq!(y[0].slope(), expected, "function {index}");
    }
}
