//! A number with a derivative: forward-mode differentiation, exact up to rounding.
//!
//! Layers and losses are written over `Scalar`, so running them over dual numbers differentiates their forward formulas
//! without using a line of their backward code.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use typenet::Scalar;
use typenet::kernel::NaiveKernels;

/// `value` + `slope` ε, with ε² = 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Dual {
    pub(crate) value: f64,
    pub(crate) slope: f64,
}

impl Dual {
    /// The number that is differentiated by.
    pub(crate) fn variable(value: f64) -> Self {
        Self { value, slope: 1.0 }
    }

    fn with(value: f64, slope: f64) -> Self {
        Self { value, slope }
    }
}

impl fmt::Display for Dual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} + {} ε", self.value, self.slope)
    }
}

impl PartialOrd for Dual {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl Add for Dual {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::with(self.value + other.value, self.slope + other.slope)
    }
}

impl Sub for Dual {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::with(self.value - other.value, self.slope - other.slope)
    }
}

impl Mul for Dual {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self::with(self.value * other.value, self.slope * other.value + self.value * other.slope)
    }
}

impl Div for Dual {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let quotient = self.value / other.value;
        Self::with(quotient, (self.slope - quotient * other.slope) / other.value)
    }
}

impl Neg for Dual {
    type Output = Self;
    fn neg(self) -> Self {
        Self::with(-self.value, -self.slope)
    }
}

macro_rules! assign {
    ($($trait:ident $function:ident $operator:tt)*) => {$(
        impl $trait for Dual {
            fn $function(&mut self, other: Self) {
                *self = *self $operator other;
            }
        }
    )*};
}

assign!(AddAssign add_assign + SubAssign sub_assign - MulAssign mul_assign * DivAssign div_assign /);

impl Scalar for Dual {
    const ZERO: Self = Self { value: 0.0, slope: 0.0 };
    const ONE: Self = Self { value: 1.0, slope: 0.0 };
    const NAME: &'static str = "Dual";
    const LARGEST: f64 = f64::MAX;

    fn from_f64(value: f64) -> Self {
        Self::with(value, 0.0)
    }

    fn to_f64(self) -> f64 {
        self.value
    }

    fn mul_add(self, factor: Self, addend: Self) -> Self {
        self * factor + addend
    }

    fn exp(self) -> Self {
        let e = self.value.exp();
        Self::with(e, e * self.slope)
    }

    fn exp_m1(self) -> Self {
        Self::with(self.value.exp_m1(), self.value.exp() * self.slope)
    }

    fn ln_1p(self) -> Self {
        Self::with(self.value.ln_1p(), self.slope / (1.0 + self.value))
    }

    fn ln(self) -> Self {
        Self::with(self.value.ln(), self.slope / self.value)
    }

    fn tanh(self) -> Self {
        let y = self.value.tanh();
        Self::with(y, (1.0 - y * y) * self.slope)
    }

    fn sin(self) -> Self {
        Self::with(self.value.sin(), self.value.cos() * self.slope)
    }

    fn cos(self) -> Self {
        Self::with(self.value.cos(), -self.value.sin() * self.slope)
    }

    fn erf(self) -> Self {
        let slope = core::f64::consts::FRAC_2_SQRT_PI * (-self.value * self.value).exp();
        Self::with(Scalar::erf(self.value), slope * self.slope)
    }

    fn erfc(self) -> Self {
        let slope = -core::f64::consts::FRAC_2_SQRT_PI * (-self.value * self.value).exp();
        Self::with(Scalar::erfc(self.value), slope * self.slope)
    }

    fn sqrt(self) -> Self {
        let y = self.value.sqrt();
        Self::with(y, self.slope / (2.0 * y))
    }

    fn is_finite(self) -> bool {
        self.value.is_finite() && self.slope.is_finite()
    }
}

impl NaiveKernels for Dual {}
