//! Registers for every processor: small arrays, which compilers keep in the available vector registers.

use super::{Lanes, Registers};
use crate::kernel::{Isa, Portable};
use crate::scalar::Scalar;

impl Registers for Portable {
    type F32 = Four<f32>;
    type F64 = Four<f64>;
}

/// Four elements.
#[derive(Clone, Copy, Debug)]
#[repr(align(16))]
pub struct Four<T>(Portable, [T; 4]);

impl<T: Copy> Four<T> {
    #[inline(always)]
    fn map(self, function: impl Fn(T) -> T) -> Self {
        let [a, b, c, d] = self.1;
        Self(self.0, [function(a), function(b), function(c), function(d)])
    }

    #[inline(always)]
    fn zip(self, other: Self, function: impl Fn(T, T) -> T) -> Self {
        Self(self.0, four(|lane| function(self.1[lane], other.1[lane])))
    }
}

/// Returns one value per lane. `core::array::from_fn` gives the same, but takes longer to compile.
#[inline(always)]
fn four<R>(value: impl Fn(usize) -> R) -> [R; 4] {
    [value(0), value(1), value(2), value(3)]
}

/// Implements registers for a float type. The arguments are the integer type of its bits, the bits of the mantissa, and the
/// exponent bias.
macro_rules! four {
    ($float:ident, $bits:ident, $mantissa:literal, $bias:literal) => {
        impl Lanes for Four<$float> {
            type Element = $float;
            type Isa = Portable;
            type First = usize;
            type Choice = [bool; 4];

            const COUNT: usize = 4;
            const ROWS: usize = 4;

            #[inline(always)]
            fn isa(self) -> Portable {
                self.0
            }

            #[inline(always)]
            fn splat(isa: Portable, value: $float) -> Self {
                Self(isa, [value; 4])
            }

            #[inline(always)]
            fn first(_: Portable, count: usize) -> usize {
                count.min(4)
            }

            #[inline(always)]
            unsafe fn load(isa: Portable, from: *const $float) -> Self {
                // SAFETY: the caller's contract.
                Self(isa, unsafe { from.cast::<[$float; 4]>().read() })
            }

            #[inline(always)]
            unsafe fn load_first(isa: Portable, first: usize, from: *const $float) -> Self {
                let mut elements = [0.0; 4];
                for (lane, element) in elements.iter_mut().enumerate().take(first) {
                    // SAFETY: the caller's contract.
                    *element = unsafe { from.add(lane).read() };
                }
                Self(isa, elements)
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $float) {
                // SAFETY: the caller's contract.
                unsafe { to.cast::<[$float; 4]>().write(self.1) };
            }

            #[inline(always)]
            unsafe fn store_first(self, first: usize, to: *mut $float) {
                for (lane, &element) in self.1.iter().enumerate().take(first) {
                    // SAFETY: the caller's contract.
                    unsafe { to.add(lane).write(element) };
                }
            }

            #[inline(always)]
            fn prefetch(_: Portable, _: *const $float) {}

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self.zip(other, |a, b| a + b)
            }

            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                self.zip(other, |a, b| a - b)
            }

            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                self.zip(other, |a, b| a * b)
            }

            #[inline(always)]
            fn div(self, other: Self) -> Self {
                self.zip(other, |a, b| a / b)
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                Self(self.0, four(|lane| self.0.mul_add(self.1[lane], factor.1[lane], addend.1[lane])))
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                self.map(Scalar::sqrt)
            }

            #[inline(always)]
            fn maximum(self, other: Self) -> Self {
                self.zip(other, |a, b| if a > b { a } else { b })
            }

            #[inline(always)]
            fn minimum(self, other: Self) -> Self {
                self.zip(other, |a, b| if a < b { a } else { b })
            }

            #[inline(always)]
            fn absolute(self) -> Self {
                self.map($float::abs)
            }

            #[inline(always)]
            fn with_sign_of(self, sign: Self) -> Self {
                self.zip(sign, $float::copysign)
            }

            #[inline(always)]
            fn round(self) -> Self {
                // One and a half times the value from which on adjacent floats are one apart: the addition rounds to an
                // integer.
                const WHOLE: $float = 1.5 * (1_u64 << $mantissa) as $float;
                self.map(|x| (x + WHOLE) - WHOLE)
            }

            #[inline(always)]
            fn whole_and_power(self, factor: Self) -> (Self, Self) {
                // As in `round`, with the bias added: the low bits of the sum are those of the biased exponent.
                const WHOLE: $float = 1.5 * (1_u64 << $mantissa) as $float + $bias;
                let sum = self.mul_add(factor, Self(self.0, [WHOLE; 4]));
                (sum.map(|k| k - WHOLE), sum.map(|k| $float::from_bits(k.to_bits() << $mantissa)))
            }

            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a biased exponent is small")]
            #[inline(always)]
            fn power_of_two(self) -> Self {
                self.map(|n| $float::from_bits(((n + $bias) as $bits) << $mantissa))
            }

            #[inline(always)]
            fn mantissa_and_exponent(self) -> (Self, Self) {
                const BELOW: $bits = (1 << $mantissa) - 1;
                let mantissa = self.map(|x| $float::from_bits(x.to_bits() & BELOW | (1.0 as $float).to_bits()));
                let exponent = self.map(|x| (x.to_bits() >> $mantissa) as $float - $bias);
                (mantissa, exponent)
            }

            #[inline(always)]
            fn less(self, other: Self) -> [bool; 4] {
                four(|lane| self.1[lane] < other.1[lane])
            }

            #[inline(always)]
            fn any_less(self, other: Self) -> bool {
                let [a, b, c, d] = self.less(other);
                a | b | c | d
            }

            #[inline(always)]
            fn not_a_number(self) -> [bool; 4] {
                four(|lane| self.1[lane].is_nan())
            }

            #[inline(always)]
            fn select(self, choice: [bool; 4], other: Self) -> Self {
                Self(self.0, four(|lane| if choice[lane] { self.1[lane] } else { other.1[lane] }))
            }

            #[inline(always)]
            fn first_or(self, first: usize, other: Self) -> Self {
                Self(self.0, four(|lane| if lane < first { self.1[lane] } else { other.1[lane] }))
            }

            #[inline(always)]
            fn sum(self) -> $float {
                let [a, b, c, d] = self.1;
                (a + c) + (b + d)
            }

            #[inline(always)]
            fn largest(self) -> $float {
                let [a, b, c, d] = self.1;
                Scalar::maximum(Scalar::maximum(a, c), Scalar::maximum(b, d))
            }

            #[inline(always)]
            fn zero_where(self, choice: [bool; 4]) -> Self {
                Self(self.0, four(|lane| if choice[lane] { 0.0 } else { self.1[lane] }))
            }

            #[inline(always)]
            fn interleave(self, other: Self) -> (Self, Self) {
                let (a, b) = (self.1, other.1);
                (Self(self.0, [a[0], b[0], a[1], b[1]]), Self(self.0, [a[2], b[2], a[3], b[3]]))
            }

            #[inline(always)]
            fn separate(self, other: Self) -> (Self, Self) {
                let (a, b) = (self.1, other.1);
                (Self(self.0, [a[0], a[2], b[0], b[2]]), Self(self.0, [a[1], a[3], b[1], b[3]]))
            }
        }
    };
}

four!(f32, u32, 23, 127.0);
four!(f64, u64, 52, 1023.0);
