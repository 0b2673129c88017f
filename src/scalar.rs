//! What does the library require of a scalar type?
//!
//! The formulas of layers and losses are written once, over [`Scalar`], so that the same code runs in `f32`, in `f64`, and over
//! the dual numbers with which the tests differentiate.

use core::fmt::{Debug, Display};
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A type of real numbers that networks can compute with: `f32`, `f64`, or a custom type.
///
/// # Numerics
/// For both floats, `exp`, `exp_m1`, `ln`, `ln_1p`, `sin`, `cos`, `tanh`, `erf` and `erfc` come from the `libm` crate and not from
/// the system's C library, so their bits do not depend on the machine. The first six and `erf` are within 1 ULP, the others within
/// 3 ULP. `sin` and `cos` are that accurate for every finite argument.
///
/// # Example
/// ```
/// use typenet::Scalar;
///
/// fn square<T: Scalar>(x: T) -> T {
///     x * x
/// }
/// assert_eq!(square(3.0_f32), 9.0);
/// assert_eq!(f32::from_f64(0.5).mul_add(4.0, 1.0), 3.0);
/// ```
pub trait Scalar:
    Copy
    + Debug
    + Display
    + Default
    + PartialEq
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Send
    + Sync
    + 'static
{
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// The name of the type as written in code: `f32`.
    const NAME: &'static str;
    /// The largest finite value, as `f64`.
    const LARGEST: f64;

    /// Converts an `f64` to the nearest value of the type.
    #[must_use]
    fn from_f64(value: f64) -> Self;

    /// Converts the value to `f64`, which is exact for both floats.
    #[must_use]
    fn to_f64(self) -> f64;

    /// Returns `self * factor + addend`, rounded once.
    #[must_use]
    fn mul_add(self, factor: Self, addend: Self) -> Self;

    /// Returns e raised to the power of the value.
    #[must_use]
    fn exp(self) -> Self;

    /// Returns e raised to the power of the value, minus one, with full precision near zero.
    #[must_use]
    fn exp_m1(self) -> Self;

    /// Returns the natural logarithm.
    #[must_use]
    fn ln(self) -> Self;

    /// Returns the natural logarithm of one plus the value, with full precision near zero.
    #[must_use]
    fn ln_1p(self) -> Self;

    /// Returns the sine of the value in radians.
    #[must_use]
    fn sin(self) -> Self;

    /// Returns the cosine of the value in radians.
    #[must_use]
    fn cos(self) -> Self;

    /// Returns the hyperbolic tangent.
    #[must_use]
    fn tanh(self) -> Self;

    /// Returns the error function: 2/√π ∫ e^(-t²) dt from zero to the value.
    #[must_use]
    fn erf(self) -> Self;

    /// Returns the complementary error function: 2/√π ∫ e^(-t²) dt from the value to infinity.
    #[must_use]
    fn erfc(self) -> Self;

    /// Returns the square root.
    #[must_use]
    fn sqrt(self) -> Self;

    /// Returns whether the value is neither infinite nor NaN.
    #[must_use]
    fn is_finite(self) -> bool;

    /// Returns the larger of two values, or `other` if either is NaN.
    #[must_use]
    #[inline(always)]
    fn maximum(self, other: Self) -> Self {
        if self > other { self } else { other }
    }

    /// Returns the absolute value.
    #[must_use]
    #[inline(always)]
    fn absolute(self) -> Self {
        if self < Self::ZERO { -self } else { self }
    }

    /// Returns the nearest value between `low` and `high`. NaN stays NaN.
    #[must_use]
    #[inline(always)]
    fn clamped(self, low: Self, high: Self) -> Self {
        if self > high {
            high
        } else if self < low {
            low
        } else {
            self
        }
    }

    /// Converts a count to the scalar type.
    #[must_use]
    #[inline(always)]
    fn from_count(count: usize) -> Self {
        Self::from_f64(count as f64)
    }
}

/// Returns whether a setting is usable in networks of `f32`: as an `f32` it is neither 0 nor subnormal, infinite or NaN.
#[must_use]
pub(crate) const fn is_normal_in_f32(value: f64) -> bool {
    #[allow(clippy::cast_possible_truncation, reason = "the check concerns the value after the cast to `f32`")]
    let single = value as f32;
    single.is_normal()
}

/// Implements the trait for a float. The arguments are its functions in `libm`.
macro_rules! float {
    (
        $float:ident, $fma:ident, $sqrt:ident, $exp:ident, $exp_m1:ident, $ln:ident, $ln_1p:ident, $sin:ident, $cos:ident,
        $tanh:ident, $erf:ident, $erfc:ident
    ) => {
        impl Scalar for $float {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const NAME: &'static str = stringify!($float);
            #[allow(clippy::cast_lossless, reason = "one of the two floats needs the cast")]
            const LARGEST: f64 = $float::MAX as f64;

            #[allow(clippy::cast_possible_truncation, reason = "rounding to the type is the point")]
            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $float
            }

            #[allow(clippy::cast_lossless, reason = "one of the two floats needs the cast")]
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                // The standard library's method compiles to one instruction if the target has it.
                #[cfg(feature = "std")]
                return $float::mul_add(self, factor, addend);
                #[cfg(not(feature = "std"))]
                return libm::$fma(self, factor, addend);
            }

            #[inline]
            fn exp(self) -> Self {
                libm::$exp(self)
            }

            #[inline]
            fn exp_m1(self) -> Self {
                libm::$exp_m1(self)
            }

            #[inline]
            fn ln(self) -> Self {
                libm::$ln(self)
            }

            #[inline]
            fn ln_1p(self) -> Self {
                libm::$ln_1p(self)
            }

            #[inline]
            fn sin(self) -> Self {
                libm::$sin(self)
            }

            #[inline]
            fn cos(self) -> Self {
                libm::$cos(self)
            }

            #[inline]
            fn tanh(self) -> Self {
                libm::$tanh(self)
            }

            #[inline]
            fn erf(self) -> Self {
                libm::$erf(self)
            }

            #[inline]
            fn erfc(self) -> Self {
                libm::$erfc(self)
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                // Both round correctly, so their bits agree. Only the standard library's compiles to a vector instruction.
                #[cfg(feature = "std")]
                return $float::sqrt(self);
                #[cfg(not(feature = "std"))]
                return libm::$sqrt(self);
            }

            #[inline(always)]
            fn is_finite(self) -> bool {
                $float::is_finite(self)
            }
        }
    };
}

float!(f32, fmaf, sqrtf, expf, expm1f, logf, log1pf, sinf, cosf, tanhf, erff, erfcf);
float!(f64, fma, sqrt, exp, expm1, log, log1p, sin, cos, tanh, erf, erfc);

/// A scalar type for which any bytes are a valid value. It cannot be implemented outside this crate.
#[cfg(feature = "safetensors")]
pub trait Float: Scalar {}

#[cfg(feature = "safetensors")]
impl Float for f32 {}
#[cfg(feature = "safetensors")]
impl Float for f64 {}

#[cfg(test)]
mod tests {
    use super::Scalar;

    #[test]
    fn maximum_of_nan_and_a_value_is_the_second() {
        assert!(Scalar::maximum(f32::NAN, 1.0) == 1.0);
        assert!(Scalar::maximum(1.0_f32, f32::NAN).is_nan());
    }

    #[test]
    fn transcendental_functions_agree_with_the_standard_library() {
        for step in -200..200 {
            let x = f64::from(step) / 16.0;
            assert!((Scalar::exp(x) - f64::exp(x)).abs() <= f64::EPSILON * f64::exp(x));
            assert!((Scalar::tanh(x) - f64::tanh(x)).abs() <= 3.0 * f64::EPSILON * f64::tanh(x).abs());
        }
    }

    /// Returns the distance of an `f32` result from the exact value in units in the last place.
    fn ulps(ours: f32, exact: f64) -> f64 {
        let nearest: f32 = Scalar::from_f64(exact.abs());
        let unit = f64::from(f32::from_bits(nearest.to_bits() + 1)) - f64::from(nearest);
        (f64::from(ours) - exact).abs() / unit
    }

    #[test]
    fn single_precision_functions_are_within_their_bounds() {
        for step in -30_000..30_000_i16 {
            let x = f32::from(step) / 3_000.0;
            let exact = f64::from(x);
            assert!(ulps(Scalar::exp(x), f64::exp(exact)) <= 1.0, "exp {x}");
            assert!(ulps(Scalar::exp_m1(x), f64::exp_m1(exact)) <= 1.0, "exp_m1 {x}");
            assert!(x <= -1.0 || ulps(Scalar::ln_1p(x), f64::ln_1p(exact)) <= 1.0, "ln_1p {x}");
            assert!(x == 0.0 || ulps(Scalar::tanh(x), f64::tanh(exact)) <= 3.0, "tanh {x}");
            assert!(x == 0.0 || ulps(Scalar::sin(x), f64::sin(exact)) <= 1.0, "sin {x}");
            assert!(ulps(Scalar::cos(x), f64::cos(exact)) <= 1.0, "cos {x}");
            assert!(x == 0.0 || ulps(Scalar::erf(x), Scalar::erf(exact)) <= 1.0, "erf {x}");
            assert!(x <= 0.0 || x == 1.0 || ulps(Scalar::ln(x), f64::ln(exact)) <= 1.0, "ln {x}");
            // Beyond 9, results are subnormal and their units larger.
            assert!(x > 9.0 || ulps(Scalar::erfc(x), Scalar::erfc(exact)) <= 3.0, "erfc {x}");
        }
    }
}
