//! What can a vector register do?
//!
//! [`Lanes`] is one register of numbers. Kernels are written once over it; each instruction set has its registers, the
//! portable ones are arrays. An operation acts on every lane alone, and rounds as the same operation on one number, so
//! that a kernel gives the same bits whatever the width of a register.

mod portable;
#[cfg(all(feature = "std", target_arch = "x86_64"))]
mod x86;

use super::Isa;
use crate::scalar::Scalar;

/// A number that registers can hold: `f32` and `f64`.
pub trait Vectors: Scalar {
    /// The register of an instruction set that holds numbers of this type.
    type In<I: Isa>: Lanes<Number = Self, Isa = I>;

    /// The 24 bits of `f32`, not the 53 of `f64`.
    const SINGLE: bool;
    /// The smallest number above zero.
    const LEAST: Self;
}

impl Vectors for f32 {
    type In<I: Isa> = I::F32;

    const SINGLE: bool = true;
    const LEAST: Self = Self::from_bits(1);
}

impl Vectors for f64 {
    type In<I: Isa> = I::F64;

    const SINGLE: bool = false;
    const LEAST: Self = Self::from_bits(1);
}

/// The registers of an instruction set.
pub trait Registers: Sized {
    /// Of `f32`.
    type F32: Lanes<Number = f32, Isa = Self>;
    /// Of `f64`.
    type F64: Lanes<Number = f64, Isa = Self>;
}

/// One vector register.
///
/// A value of the type can only be made with a proof that its instructions exist, so its methods need no other.
pub trait Lanes: Copy {
    /// What the lanes hold.
    type Number: Vectors<In<Self::Isa> = Self>;
    /// The instruction set that the register belongs to.
    type Isa: Isa;
    /// Some of the lanes, from the first on.
    type First: Copy;
    /// A yes or no per lane.
    type Choice: Copy;

    /// How many numbers the register holds: 2, 4, 8 or 16.
    const COUNT: usize;
    /// Rows of a block of products, two registers wide, that fit the register file beside its operands.
    const ROWS: usize;

    /// The proof that the register is.
    fn isa(self) -> Self::Isa;

    /// The same number in all lanes.
    fn splat(isa: Self::Isa, value: Self::Number) -> Self;

    /// The first `count` lanes, or all if it is more than there are.
    fn first(isa: Self::Isa, count: usize) -> Self::First;

    /// Reads all lanes.
    ///
    /// # Safety
    /// `from` is valid for reads of `COUNT` numbers.
    unsafe fn load(isa: Self::Isa, from: *const Self::Number) -> Self;

    /// Reads the first lanes; the others are zero, and their memory is not touched.
    ///
    /// # Safety
    /// `from` is valid for reads of as many numbers as `first` has lanes.
    unsafe fn load_first(isa: Self::Isa, first: Self::First, from: *const Self::Number) -> Self;

    /// Writes all lanes.
    ///
    /// # Safety
    /// `to` is valid for writes of `COUNT` numbers.
    unsafe fn store(self, to: *mut Self::Number);

    /// Writes the first lanes; other memory is not touched.
    ///
    /// # Safety
    /// `to` is valid for writes of as many numbers as `first` has lanes.
    unsafe fn store_first(self, first: Self::First, to: *mut Self::Number);

    /// Asks for the memory at `place`, which may lie anywhere, to be near soon.
    fn prefetch(isa: Self::Isa, place: *const Self::Number);

    /// The sum.
    #[must_use]
    fn add(self, other: Self) -> Self;
    /// The difference.
    #[must_use]
    fn sub(self, other: Self) -> Self;
    /// The product.
    #[must_use]
    fn mul(self, other: Self) -> Self;
    /// The quotient.
    #[must_use]
    fn div(self, other: Self) -> Self;
    /// `self * factor + addend`, rounded once if the instruction set is fused.
    #[must_use]
    fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// The square root.
    #[must_use]
    fn sqrt(self) -> Self;
    /// The larger; `other` where either is NaN.
    #[must_use]
    fn maximum(self, other: Self) -> Self;
    /// The smaller; `other` where either is NaN.
    #[must_use]
    fn minimum(self, other: Self) -> Self;
    /// The magnitude.
    #[must_use]
    fn absolute(self) -> Self;
    /// The magnitude of `self` with the sign of `sign`.
    #[must_use]
    fn with_sign_of(self, sign: Self) -> Self;
    /// The nearest whole number, to even where two are as near; for magnitudes below 2²² (`f32`), 2⁵¹ (`f64`).
    #[must_use]
    fn round(self) -> Self;
    /// The whole number n nearest to `self * factor`, and 2ⁿ: (n, 2ⁿ). One below the least exponent of a normal number the
    /// power is zero, one above the greatest it is infinity; n must not lie beyond these two.
    #[must_use]
    fn whole_and_power(self, factor: Self) -> (Self, Self);
    /// 2ⁿ for whole numbers n whose power is a normal number.
    #[must_use]
    fn power_of_two(self) -> Self;
    /// A positive normal number as m · 2ⁿ with m in [1, 2): (m, n).
    #[must_use]
    fn mantissa_and_exponent(self) -> (Self, Self);

    /// Where `self < other`; not where either is NaN.
    fn less(self, other: Self) -> Self::Choice;
    /// `self` where chosen, else `other`.
    #[must_use]
    fn select(self, choice: Self::Choice, other: Self) -> Self;

    /// The first lanes of `self`, then those of `other`.
    #[must_use]
    fn first_or(self, first: Self::First, other: Self) -> Self;

    /// The sum of all lanes: halves are added, then halves of the result, and so on.
    fn sum(self) -> Self::Number;
    /// The largest of all lanes; any of them where one is NaN.
    fn largest(self) -> Self::Number;

    /// Zero where chosen, else `self`.
    #[must_use]
    fn zero_where(self, choice: Self::Choice) -> Self;

    /// Lanes taken from both in turn: those of the first halves, and those of the second halves.
    #[must_use]
    fn interleave(self, other: Self) -> (Self, Self);

    /// The number in the first lane.
    fn lane_zero(self) -> Self::Number {
        let mut numbers = [Self::Number::ZERO; 16];
        // SAFETY: no register has more than 16 lanes.
        unsafe { self.store(numbers.as_mut_ptr()) };
        numbers[0]
    }
}
