//! Registers of x86-64.

use core::arch::x86_64::{_MM_FROUND_NO_EXC, _MM_FROUND_TO_NEAREST_INT};

/// Rounding to the nearest integer, without an exception for inexact results.
const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;

/// Implements a register by intrinsics. `$op` defines one operation as `name(operands) => intrinsic`.
macro_rules! register {
    (
        $(#[$doc:meta])*
        $name:ident($vector:ident) of $float:ident in $isa:ident, count: $count:literal, rows: $rows:literal,
        first: $first:ty = |$first_isa:ident, $first_count:ident| $first_body:expr, choice: $choice:ty,
        splat: $splat:ident, load: $load:ident, load_first: $load_first:expr, store: $store:ident, store_first: $store_first:ident,
        add: $add:ident, sub: $sub:ident, mul: $mul:ident, div: $div:ident, mul_add: $mul_add:ident, sqrt: $sqrt:ident,
        max: $max:ident, min: $min:ident, and: $and:ident, andnot: $andnot:ident, or: $or:ident, round: $round:expr, whole_and_power: $whole_and_power:expr,
        power_of_two: $power_of_two:expr, parts: $parts:expr, less: $less:expr, any_less: $any_less:expr,
        not_a_number: $not_a_number:expr, select: $select:expr, zero_where: $zero_where:expr, first_or: $first_or:expr,
        sum: $sum:ident, largest: $largest:ident, interleave: $interleave:expr,
        separate: $separate:expr,
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name($vector);

        impl Lanes for $name {
            type Element = $float;
            type Isa = $isa;
            type First = $first;
            type Choice = $choice;

            const COUNT: usize = $count;
            const ROWS: usize = $rows;

            #[inline(always)]
            fn isa(self) -> $isa {
                // A register is the proof of its instructions.
                $isa(())
            }

            #[inline(always)]
            fn splat(_: $isa, value: $float) -> Self {
                // SAFETY: the first argument proves that the instructions exist.
                Self(unsafe { $splat(value) })
            }

            #[inline(always)]
            fn first($first_isa: $isa, $first_count: usize) -> $first {
                $first_body
            }

            #[inline(always)]
            unsafe fn load(_: $isa, from: *const $float) -> Self {
                // SAFETY: the caller's contract, and the proof.
                Self(unsafe { $load(from) })
            }

            #[inline(always)]
            unsafe fn load_first(_: $isa, first: $first, from: *const $float) -> Self {
                // SAFETY: the caller's contract, and the proof. Masked lanes are not read.
                Self(unsafe { $load_first(first, from) })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $float) {
                // SAFETY: the caller's contract. A register is the proof of its instructions.
                unsafe { $store(to, self.0) }
            }

            #[inline(always)]
            unsafe fn store_first(self, first: $first, to: *mut $float) {
                // SAFETY: as above. Masked lanes are not written.
                unsafe { $store_first(to, first, self.0) }
            }

            #[inline(always)]
            fn prefetch(_: $isa, place: *const $float) {
                // SAFETY: a prefetch of any address is harmless.
                unsafe { _mm_prefetch::<_MM_HINT_T0>(place.cast()) }
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                // SAFETY: a register is the proof of its instructions. The same holds below.
                Self(unsafe { $add(self.0, other.0) })
            }

            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $sub(self.0, other.0) })
            }

            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $mul(self.0, other.0) })
            }

            #[inline(always)]
            fn div(self, other: Self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $div(self.0, other.0) })
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $mul_add(self.0, factor.0, addend.0) })
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $sqrt(self.0) })
            }

            #[inline(always)]
            fn maximum(self, other: Self) -> Self {
                // SAFETY: as in `add`. The instruction returns its second operand if either is NaN.
                Self(unsafe { $max(self.0, other.0) })
            }

            #[inline(always)]
            fn minimum(self, other: Self) -> Self {
                // SAFETY: as in `maximum`.
                Self(unsafe { $min(self.0, other.0) })
            }

            #[inline(always)]
            fn absolute(self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $andnot($splat(-0.0), self.0) })
            }

            #[inline(always)]
            fn with_sign_of(self, sign: Self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $or($andnot($splat(-0.0), self.0), $and($splat(-0.0), sign.0)) })
            }

            #[inline(always)]
            fn round(self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $round(self.0) })
            }

            #[inline(always)]
            fn whole_and_power(self, factor: Self) -> (Self, Self) {
                // SAFETY: as in `add`.
                let (whole, power) = unsafe { $whole_and_power(self.0, factor.0) };
                (Self(whole), Self(power))
            }

            #[inline(always)]
            fn power_of_two(self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $power_of_two(self.0) })
            }

            #[inline(always)]
            fn mantissa_and_exponent(self) -> (Self, Self) {
                // SAFETY: as in `add`.
                let (mantissa, exponent) = unsafe { $parts(self.0) };
                (Self(mantissa), Self(exponent))
            }

            #[inline(always)]
            fn less(self, other: Self) -> $choice {
                // SAFETY: as in `add`.
                unsafe { $less(self.0, other.0) }
            }

            #[inline(always)]
            fn any_less(self, other: Self) -> bool {
                // SAFETY: as in `add`.
                unsafe { $any_less(self.0, other.0) }
            }

            #[inline(always)]
            fn not_a_number(self) -> $choice {
                // SAFETY: as in `add`.
                unsafe { $not_a_number(self.0) }
            }

            #[inline(always)]
            fn select(self, choice: $choice, other: Self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $select(choice, self.0, other.0) })
            }

            #[inline(always)]
            fn first_or(self, first: $first, other: Self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $first_or(first, self.0, other.0) })
            }

            #[inline(always)]
            fn sum(self) -> $float {
                // SAFETY: as in `add`.
                unsafe { $sum(self.0) }
            }

            #[inline(always)]
            fn largest(self) -> $float {
                // SAFETY: as in `add`.
                unsafe { $largest(self.0) }
            }

            #[inline(always)]
            fn zero_where(self, choice: $choice) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $zero_where(choice, self.0) })
            }

            #[inline(always)]
            fn interleave(self, other: Self) -> (Self, Self) {
                // SAFETY: as in `add`.
                let (low, high) = unsafe { $interleave(self.0, other.0) };
                (Self(low), Self(high))
            }

            #[inline(always)]
            fn separate(self, other: Self) -> (Self, Self) {
                // SAFETY: as in `add`.
                let (even, odd) = unsafe { $separate(self.0, other.0) };
                (Self(even), Self(odd))
            }
        }
    };
}

mod folds;

// After the macro, which they use.
mod avx2;
mod avx512;
