//! How does a formula of a user's crate run in vector registers, without `unsafe` there?
//!
//! A [`Formula`] is written once over [`Real`], a number or a register of numbers. The kernels of this family load the inputs,
//! apply the formula to as many positions at a time as a register has lanes, and store, add or compare the results.
//!
//! # Order of additions
//! Fewer than 16 elements of a sample are added in their order. Of more, element k is added to partial sum k mod 16, and partial
//! sums are added in halves, 8 apart, then 4, 2 and 1. Samples are added in their order. Every sum starts from zero. Largest
//! elements are found in the same order. So the bits do not depend on the width of a register.

mod one;
mod register;

mod reduction;

mod naive;
mod vector;

#[cfg(test)]
mod tests;

use super::compiled::for_floats;
use super::{Isa, NaiveKernels};
use crate::scalar::Scalar;

/// A real number of a formula: a scalar, or a register of scalars that are computed alike.
///
/// Each operation acts on every lane independently. Where a comparison decides, both results exist and one is selected.
///
/// # Numerics
/// `add`, `sub`, `mul`, `div`, `negated`, `sqrt` and `absolute` round correctly, and so does `mul_add` where the instruction set is
/// fused. For `f32` and `f64` in registers, `exp` and `ln` are within 1.1 ULP, `exp_m1`, `ln_1p`, `softplus`, `sin`, `cos` and
/// `erf` within 2, `tanh` and `sigmoid` within 3, for all arguments. Results of `sigmoid` and `softplus` that would be subnormal
/// may be zero. Instruction sets with fused multiply-add give the same bits. NaN stays NaN in every operation except `less` and
/// `select`.
pub trait Real: Copy {
    /// The result of a comparison.
    type Choice: Copy;

    /// Returns a number like this one with the given value, in all lanes.
    #[must_use]
    fn constant(self, value: f64) -> Self;

    /// Returns the sum.
    #[must_use]
    fn add(self, other: Self) -> Self;
    /// Returns the difference.
    #[must_use]
    fn sub(self, other: Self) -> Self;
    /// Returns the product.
    #[must_use]
    fn mul(self, other: Self) -> Self;
    /// Returns the quotient.
    #[must_use]
    fn div(self, other: Self) -> Self;
    /// Returns the number with the other sign, also of zero.
    #[must_use]
    fn negated(self) -> Self;
    /// Returns `self * factor + addend`, rounded once if the instruction set is fused.
    #[must_use]
    fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// Returns the square root.
    #[must_use]
    fn sqrt(self) -> Self;
    /// Returns the absolute value.
    #[must_use]
    fn absolute(self) -> Self;
    /// Returns the larger number: NaN if either is NaN, and `self` if both are equal.
    #[must_use]
    fn maximum(self, other: Self) -> Self;
    /// Returns the smaller number: NaN if either is NaN, and `self` if both are equal.
    #[must_use]
    fn minimum(self, other: Self) -> Self;

    /// Returns e raised to the power of the number.
    #[must_use]
    fn exp(self) -> Self;
    /// Returns e raised to the power of the number, minus one, with full precision near zero.
    #[must_use]
    fn exp_m1(self) -> Self;
    /// Returns the natural logarithm.
    #[must_use]
    fn ln(self) -> Self;
    /// Returns the natural logarithm of one plus the number, with full precision near zero.
    #[must_use]
    fn ln_1p(self) -> Self;
    /// Returns the hyperbolic tangent.
    #[must_use]
    fn tanh(self) -> Self;
    /// Returns the logistic function, 1 / (1 + e⁻ˣ).
    #[must_use]
    fn sigmoid(self) -> Self;
    /// Returns ln (1 + eˣ), which does not overflow.
    #[must_use]
    fn softplus(self) -> Self;
    /// Returns the sine of the number in radians.
    #[must_use]
    fn sin(self) -> Self;
    /// Returns the cosine of the number in radians.
    #[must_use]
    fn cos(self) -> Self;
    /// Returns the error function: 2/√π ∫ e^(-t²) dt from zero to the number.
    #[must_use]
    fn erf(self) -> Self;

    /// Returns whether `self < other`, which is false if either is NaN.
    #[must_use]
    fn less(self, other: Self) -> Self::Choice;
    /// Returns `yes` where the choice is true, and `no` elsewhere.
    #[must_use]
    fn select(choice: Self::Choice, yes: Self, no: Self) -> Self;
}

/// How the results of a formula for the elements of a sample are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reduction {
    /// Their sum, which is zero for no elements.
    Sum,
    /// The largest of them, which is NaN if any is NaN, and -∞ for no elements.
    Largest,
}

/// A function of the values at one position of one sample.
///
/// Settings are fields of the implementing type, brought into the formula by [`Real::constant`]. Mark the implementation of
/// `apply` `#[inline(always)]`: it is compiled for an instruction set only if it is inlined into the kernel.
///
/// # Example
/// x² / n, and its sum over the elements of each sample:
/// ```
/// use typenet::kernel::{Formula, FormulaKernels, Isa, Program, Real, Reduction, dispatch};
///
/// struct Square {
///     n: f64,
/// }
///
/// impl Formula<1, 0, 0, 1, 1> for Square {
///     const REDUCTIONS: [Reduction; 1] = [Reduction::Sum];
///
///     #[inline(always)]
///     fn apply<R: Real>(&self, like: R, [x]: [R; 1], _: [R; 0], _: [R; 0], _: [R; 1]) -> ([R; 1], [R; 1]) {
///         let y = x.mul(x).div(like.constant(self.n));
///         ([y], [y])
///     }
/// }
///
/// struct Run<'a>(&'a [f32], &'a mut [f32], &'a mut [f32]);
///
/// impl Program for Run<'_> {
///     type Output = ();
///
///     #[inline(always)]
///     fn run<I: Isa>(self, isa: I) {
///         f32::formula_rows(isa, &Square { n: 2.0 }, 2, 3, [self.0], [], [], [self.1], [self.2]);
///     }
/// }
///
/// let (mut y, mut sums) = ([0.0; 6], [0.0; 2]);
/// dispatch(Run(&[0.0, 2.0, 4.0, 6.0, 8.0, 0.0], &mut y, &mut sums));
/// assert_eq!(y, [0.0, 2.0, 8.0, 18.0, 32.0, 0.0]);
/// assert_eq!(sums, [10.0, 50.0]);
/// ```
pub trait Formula<const E: usize, const S: usize, const H: usize, const O: usize, const Q: usize> {
    /// How each of the second results is combined.
    const REDUCTIONS: [Reduction; Q];

    /// Computes the results at one position: those for the outputs, and those that are reduced.
    ///
    /// `like` is any number, of which constants are made. `each` are elements of the sample at the position, `sample` numbers of
    /// the sample, `shared` elements at the position for all samples, and `old` what the outputs hold.
    fn apply<R: Real>(&self, like: R, each: [R; E], sample: [R; S], shared: [R; H], old: [R; O]) -> ([R; O], [R; Q]);
}

/// Formulas of users, at every position of every sample.
///
/// The order of additions does not depend on the width of a register: see each kernel.
pub trait FormulaKernels: Scalar {
    /// Computes, for each sample s and position i of `row`, `outputs[o][s * row + i]` ← the first results of the formula, and for
    /// each sample `reduced[q][s]` ← the second results, reduced over the positions.
    ///
    /// Fewer than 16 elements are reduced in their order. Of more, element k belongs to part k mod 16, and the 16 results are
    /// reduced in halves, 8 apart, then 4, 2 and 1.
    ///
    /// # Panics
    /// Panics if the length of a slice is not that of the sizes.
    #[allow(clippy::too_many_arguments, reason = "the sizes, and each kind of input and output")]
    fn formula_rows<
        F: Formula<E, S, H, O, Q>,
        I: Isa,
        const E: usize,
        const S: usize,
        const H: usize,
        const O: usize,
        const Q: usize,
    >(
        isa: I,
        formula: &F,
        samples: usize,
        row: usize,
        each: [&[Self]; E],
        sample: [&[Self]; S],
        shared: [&[Self]; H],
        outputs: [&mut [Self]; O],
        reduced: [&mut [Self]; Q],
    ) {
        check_rows(samples, row, &each, &sample, &shared);
        check_outputs(samples, row, &outputs, &reduced);
        naive::rows(isa, formula, samples, row, each, sample, shared, outputs, reduced);
    }

    /// Computes, for each position i of `row`, `sums[q][i]` ← the second results of the formula, added over the samples in their
    /// order, from zero. If `accumulate`, adds these sums to `sums` instead. A formula that asks for other reductions than
    /// [`Reduction::Sum`] does not compile.
    ///
    /// # Panics
    /// Panics if the length of a slice is not that of the sizes.
    #[allow(clippy::too_many_arguments, reason = "the sizes, and each kind of input and output")]
    fn formula_columns<
        F: Formula<E, S, H, 0, Q>,
        I: Isa,
        const E: usize,
        const S: usize,
        const H: usize,
        const Q: usize,
    >(
        isa: I,
        formula: &F,
        samples: usize,
        row: usize,
        each: [&[Self]; E],
        sample: [&[Self]; S],
        shared: [&[Self]; H],
        accumulate: bool,
        sums: [&mut [Self]; Q],
    ) {
        const { check_sums(&F::REDUCTIONS) };
        check_rows(samples, row, &each, &sample, &shared);
        check_columns(row, &sums);
        naive::columns(isa, formula, samples, row, each, sample, shared, accumulate, sums);
    }
}

impl<T: NaiveKernels> FormulaKernels for T {}

/// The number of partial sums over the elements of a sample, and the number of elements from which on there are any.
const PARTS: usize = 16;

/// Checks the lengths of the inputs, and returns the number of elements.
fn check_rows<T>(samples: usize, row: usize, each: &[&[T]], sample: &[&[T]], shared: &[&[T]]) -> usize {
    let elements = samples.checked_mul(row).expect("the number of elements is a `usize`");
    assert!(each.iter().all(|input| input.len() == elements), "an element per sample and position");
    assert!(sample.iter().all(|input| input.len() == samples), "a number per sample");
    assert!(shared.iter().all(|input| input.len() == row), "a shared element per position");
    elements
}

/// Checks the lengths of what is written for each sample.
fn check_outputs<T>(samples: usize, row: usize, outputs: &[&mut [T]], reduced: &[&mut [T]]) {
    assert!(outputs.iter().all(|output| output.len() == samples * row), "an output per sample and position");
    assert!(reduced.iter().all(|output| output.len() == samples), "a result per sample");
}

/// Checks the lengths of sums over the samples.
fn check_columns<T>(row: usize, sums: &[&mut [T]]) {
    assert!(sums.iter().all(|sum| sum.len() == row), "a sum per position");
}

/// Checks that a formula whose results are added over the samples asks for nothing else.
const fn check_sums(reductions: &[Reduction]) {
    let mut index = 0;
    while index < reductions.len() {
        assert!(matches!(reductions[index], Reduction::Sum), "results of samples are added");
        index += 1;
    }
}

/// Adds the sum over the samples if `accumulate` is true, and overwrites otherwise.
#[inline(always)]
fn put<T: Scalar>(place: &mut T, sum: T, accumulate: bool) {
    *place = if accumulate { *place + sum } else { sum };
}

macro_rules! formula_kernels {
    ($float:ident) => {
        impl FormulaKernels for $float {
            #[inline]
            fn formula_rows<
                F: Formula<E, S, H, O, Q>,
                I: Isa,
                const E: usize,
                const S: usize,
                const H: usize,
                const O: usize,
                const Q: usize,
            >(
                isa: I,
                formula: &F,
                samples: usize,
                row: usize,
                each: [&[$float]; E],
                sample: [&[$float]; S],
                shared: [&[$float]; H],
                outputs: [&mut [$float]; O],
                reduced: [&mut [$float]; Q],
            ) {
                check_rows(samples, row, &each, &sample, &shared);
                check_outputs(samples, row, &outputs, &reduced);
                isa.call(vector::Rows { formula, samples, row, each, sample, shared, outputs, reduced });
            }

            #[inline]
            fn formula_columns<
                F: Formula<E, S, H, 0, Q>,
                I: Isa,
                const E: usize,
                const S: usize,
                const H: usize,
                const Q: usize,
            >(
                isa: I,
                formula: &F,
                samples: usize,
                row: usize,
                each: [&[$float]; E],
                sample: [&[$float]; S],
                shared: [&[$float]; H],
                accumulate: bool,
                sums: [&mut [$float]; Q],
            ) {
                const { check_sums(&F::REDUCTIONS) };
                check_rows(samples, row, &each, &sample, &shared);
                check_columns(row, &sums);
                isa.call(vector::Columns { formula, samples, row, each, sample, shared, accumulate, sums });
            }
        }
    };
}

for_floats!(formula_kernels);
