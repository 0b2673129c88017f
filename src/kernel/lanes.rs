//! What can a vector register do?
//!
//! [`Lanes`] is one register of elements. Kernels are written once over it. Each instruction set has its registers, and the
//! portable ones are arrays. An operation acts on every lane independently and rounds like the scalar operation, so a kernel
//! gives the same bits whatever the width of a register.

mod portable;
#[cfg(all(feature = "std", target_arch = "x86_64"))]
mod x86;

use super::Isa;
use crate::scalar::Scalar;

/// A scalar type that registers can hold: `f32` or `f64`.
pub trait Vectors: Scalar {
    /// The register type of an instruction set for this scalar type.
    type In<I: Isa>: Lanes<Element = Self, Isa = I>;

    /// Whether the type has the 24-bit mantissa of `f32`, not the 53 bits of `f64`.
    const SINGLE: bool;
    /// The smallest value above zero.
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
    /// The register of `f32`.
    type F32: Lanes<Element = f32, Isa = Self>;
    /// The register of `f64`.
    type F64: Lanes<Element = f64, Isa = Self>;
}

/// One vector register.
///
/// A value of the type can be created only with a proof that its instructions exist, so its methods need no other proof.
pub trait Lanes: Copy {
    /// The scalar type of the lanes.
    type Element: Vectors<In<Self::Isa> = Self>;
    /// The instruction set that the register belongs to.
    type Isa: Isa;
    /// A selection of the first lanes.
    type First: Copy;
    /// A Boolean per lane.
    type Choice: Copy;

    /// The number of lanes: 2, 4, 8 or 16.
    const COUNT: usize;
    /// The number of rows of a tile, two registers wide, that fit in the register file together with its operands.
    const ROWS: usize;

    /// Returns the proof that the register constitutes.
    fn isa(self) -> Self::Isa;

    /// Returns a register with the same value in all lanes.
    fn splat(isa: Self::Isa, value: Self::Element) -> Self;

    /// Selects the first `count` lanes, or all of them if `count` exceeds their number.
    fn first(isa: Self::Isa, count: usize) -> Self::First;

    /// Loads all lanes.
    ///
    /// # Safety
    /// `from` is valid for reads of `COUNT` elements.
    unsafe fn load(isa: Self::Isa, from: *const Self::Element) -> Self;

    /// Loads the first lanes. The others become zero, and their memory is not accessed.
    ///
    /// # Safety
    /// `from` is valid for reads of as many elements as `first` selects.
    unsafe fn load_first(isa: Self::Isa, first: Self::First, from: *const Self::Element) -> Self;

    /// Stores all lanes.
    ///
    /// # Safety
    /// `to` is valid for writes of `COUNT` elements.
    unsafe fn store(self, to: *mut Self::Element);

    /// Stores the first lanes. Other memory is not accessed.
    ///
    /// # Safety
    /// `to` is valid for writes of as many elements as `first` selects.
    unsafe fn store_first(self, first: Self::First, to: *mut Self::Element);

    /// Prefetches the memory at `place`, which may be any address.
    fn prefetch(isa: Self::Isa, place: *const Self::Element);

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
    /// Returns `self * factor + addend`, rounded once if the instruction set is fused.
    #[must_use]
    fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// Returns the square root.
    #[must_use]
    fn sqrt(self) -> Self;
    /// Returns the larger value, or `other` if either is NaN.
    #[must_use]
    fn maximum(self, other: Self) -> Self;
    /// Returns the smaller value, or `other` if either is NaN.
    #[must_use]
    fn minimum(self, other: Self) -> Self;
    /// Returns the absolute value.
    #[must_use]
    fn absolute(self) -> Self;
    /// Returns the magnitude of `self` with the sign of `sign`.
    #[must_use]
    fn with_sign_of(self, sign: Self) -> Self;
    /// Returns the nearest integer, ties to even, for magnitudes below 2²² (`f32`), 2⁵¹ (`f64`).
    #[must_use]
    fn round(self) -> Self;
    /// Returns (n, 2ⁿ), where n is the integer nearest to `self * factor`. One below the least exponent of a normal value the
    /// power is zero, and one above the greatest it is infinity. n must not be beyond these two.
    #[must_use]
    fn whole_and_power(self, factor: Self) -> (Self, Self);
    /// Returns 2ⁿ for integers n whose power is a normal value.
    #[must_use]
    fn power_of_two(self) -> Self;
    /// Splits a positive normal value m · 2ⁿ, with m in [1, 2), into (m, n).
    #[must_use]
    fn mantissa_and_exponent(self) -> (Self, Self);

    /// Compares lane by lane: `self < other`, which is false if either is NaN.
    fn less(self, other: Self) -> Self::Choice;
    /// Returns whether `self < other` in any lane.
    fn any_less(self, other: Self) -> bool;
    /// Returns whether each lane is NaN.
    fn not_a_number(self) -> Self::Choice;
    /// Returns `self` in the chosen lanes, and `other` in the rest.
    #[must_use]
    fn select(self, choice: Self::Choice, other: Self) -> Self;

    /// Returns the first lanes of `self`, followed by those of `other`.
    #[must_use]
    fn first_or(self, first: Self::First, other: Self) -> Self;

    /// Returns the sum of all lanes: halves are added, then halves of the result, and so on.
    fn sum(self) -> Self::Element;
    /// Returns the largest lane, or any lane if one is NaN.
    fn largest(self) -> Self::Element;

    /// Returns zero in the chosen lanes, and `self` in the rest.
    #[must_use]
    fn zero_where(self, choice: Self::Choice) -> Self;

    /// Interleaves the lanes of both: those of the first halves, and those of the second halves.
    #[must_use]
    fn interleave(self, other: Self) -> (Self, Self);

    /// Returns the lanes of both with even indices, and those with odd indices: the inverse of [`interleave`](Self::interleave).
    #[must_use]
    fn separate(self, other: Self) -> (Self, Self);

    /// Returns the element in the first lane.
    fn lane_zero(self) -> Self::Element {
        let mut elements = [Self::Element::ZERO; 16];
        // SAFETY: no register has more than 16 lanes.
        unsafe { self.store(elements.as_mut_ptr()) };
        elements[0]
    }
}

/// Transposes the square matrix in the first `COUNT` registers.
#[inline(always)]
pub(super) fn transposed<V: Lanes>(square: [V; 16]) -> impl Iterator<Item = V> {
    let mut rows = square;
    let half = V::COUNT / 2;
    // Each round brings together elements that are half as far apart. After log₂ of the size, each element is in its place.
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
