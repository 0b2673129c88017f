//! A number with derivatives: forward-mode differentiation, exact up to rounding.
//!
//! Layers and losses are written over `Scalar`, so running them over dual numbers differentiates their forward formulas
//! without using a line of their backward code.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use typenet::Scalar;
use typenet::kernel::NaiveKernels;

/// `value` + Σ_i `slopes[i]` ε_i, with ε_i ε_j = 0: the derivatives by several numbers at once.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Dual {
    pub(crate) value: f64,
    pub(crate) slopes: [f64; SLOPES],
}

/// How many derivatives are computed at once.
pub(crate) const SLOPES: usize = 4;

impl Dual {
    /// The number that is differentiated by.
    #[allow(dead_code, reason = "the gradients of networks take all derivatives")]
    pub(crate) fn variable(value: f64) -> Self {
        Self::nth_variable(0, value)
    }

    /// The number whose derivative is the one of this index.
    pub(crate) fn nth_variable(index: usize, value: f64) -> Self {
        let mut slopes = [0.0; SLOPES];
        slopes[index] = 1.0;
        Self { value, slopes }
    }

    /// The derivative by `variable`.
    #[allow(dead_code, reason = "the gradients of networks take all derivatives")]
    pub(crate) fn slope(self) -> f64 {
        self.slopes[0]
    }

    /// f of the value, and f'.
    fn chain(self, value: f64, derivative: f64) -> Self {
        let [a, b, c, d] = self.slopes;
        Self { value, slopes: [derivative * a, derivative * b, derivative * c, derivative * d] }
    }

    /// The value and slopes of f(self, other), from both partial derivatives.
    fn combine(self, other: Self, value: f64, by_self: f64, by_other: f64) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.slopes, other.slopes);
        let slopes = [
            by_self * a + by_other * e,
            by_self * b + by_other * f,
            by_self * c + by_other * g,
            by_self * d + by_other * h,
        ];
        Self { value, slopes }
    }
}

impl fmt::Display for Dual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} + {:?} ε", self.value, self.slopes)
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
        let ([a, b, c, d], [e, f, g, h]) = (self.slopes, other.slopes);
        Self { value: self.value + other.value, slopes: [a + e, b + f, c + g, d + h] }
    }
}

impl Sub for Dual {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.slopes, other.slopes);
        Self { value: self.value - other.value, slopes: [a - e, b - f, c - g, d - h] }
    }
}

impl Mul for Dual {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.combine(other, self.value * other.value, other.value, self.value)
    }
}

impl Div for Dual {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let quotient = self.value / other.value;
        self.combine(other, quotient, 1.0 / other.value, -quotient / other.value)
    }
}

impl Neg for Dual {
    type Output = Self;
    fn neg(self) -> Self {
        self.chain(-self.value, -1.0)
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
    const ZERO: Self = Self { value: 0.0, slopes: [0.0; SLOPES] };
    const ONE: Self = Self { value: 1.0, slopes: [0.0; SLOPES] };
    const NAME: &'static str = "Dual";
    const LARGEST: f64 = f64::MAX;

    fn from_f64(value: f64) -> Self {
        Self { value, ..Self::ZERO }
    }

    fn to_f64(self) -> f64 {
        self.value
    }

    fn mul_add(self, factor: Self, addend: Self) -> Self {
        self * factor + addend
    }

    fn exp(self) -> Self {
        let e = self.value.exp();
        self.chain(e, e)
    }

    fn exp_m1(self) -> Self {
        self.chain(self.value.exp_m1(), self.value.exp())
    }

    fn ln_1p(self) -> Self {
        self.chain(self.value.ln_1p(), 1.0 / (1.0 + self.value))
    }

    fn ln(self) -> Self {
        self.chain(self.value.ln(), 1.0 / self.value)
    }

    fn tanh(self) -> Self {
        let y = self.value.tanh();
        self.chain(y, 1.0 - y * y)
    }

    fn sin(self) -> Self {
        self.chain(self.value.sin(), self.value.cos())
    }

    fn cos(self) -> Self {
        self.chain(self.value.cos(), -self.value.sin())
    }

    fn erf(self) -> Self {
        let slope = core::f64::consts::FRAC_2_SQRT_PI * (-self.value * self.value).exp();
        self.chain(Scalar::erf(self.value), slope)
    }

    fn erfc(self) -> Self {
        let slope = -core::f64::consts::FRAC_2_SQRT_PI * (-self.value * self.value).exp();
        self.chain(Scalar::erfc(self.value), slope)
    }

    fn sqrt(self) -> Self {
        let y = self.value.sqrt();
        self.chain(y, 0.5 / y)
    }

    fn is_finite(self) -> bool {
        self.value.is_finite() && self.slopes.iter().all(|slope| slope.is_finite())
    }
}

impl NaiveKernels for Dual {}
