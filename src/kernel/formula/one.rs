//! One scalar as a number of a formula.

use core::cmp::Ordering;

use super::Real;
use crate::kernel::Isa;
use crate::scalar::Scalar;

/// A scalar, with the instruction set that decides whether products are rounded before they are added.
#[derive(Clone, Copy, Debug)]
pub(super) struct One<T, I>(pub(super) T, pub(super) I);

impl<T: Scalar, I: Isa> One<T, I> {
    /// Returns whether the scalar is NaN, which alone cannot be compared with itself.
    #[inline(always)]
    fn is_nan(self) -> bool {
        self.0.partial_cmp(&self.0).is_none()
    }
}

impl<T: Scalar, I: Isa> Real for One<T, I> {
    type Choice = bool;

    #[inline(always)]
    fn constant(self, value: f64) -> Self {
        Self(T::from_f64(value), self.1)
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0, self.1)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0, self.1)
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0, self.1)
    }

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(self.0 / other.0, self.1)
    }

    #[inline(always)]
    fn negated(self) -> Self {
        Self(-self.0, self.1)
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        Self(self.1.mul_add(self.0, factor.0, addend.0), self.1)
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.sqrt(), self.1)
    }

    #[inline(always)]
    fn absolute(self) -> Self {
        // Zero is written, so that the absolute value of -0 is 0, and that a dual number has the slope 0 there.
        let y = match self.0.partial_cmp(&T::ZERO) {
            Some(Ordering::Less) => -self.0,
            Some(Ordering::Equal) => T::ZERO,
            _ => self.0,
        };
        Self(y, self.1)
    }

    #[inline(always)]
    fn maximum(self, other: Self) -> Self {
        if self.0 < other.0 || other.is_nan() { other } else { self }
    }

    #[inline(always)]
    fn minimum(self, other: Self) -> Self {
        if other.0 < self.0 || other.is_nan() { other } else { self }
    }

    #[inline(always)]
    fn exp(self) -> Self {
        Self(self.0.exp(), self.1)
    }

    #[inline(always)]
    fn exp_m1(self) -> Self {
        Self(self.0.exp_m1(), self.1)
    }

    #[inline(always)]
    fn ln(self) -> Self {
        Self(self.0.ln(), self.1)
    }

    #[inline(always)]
    fn ln_1p(self) -> Self {
        Self(self.0.ln_1p(), self.1)
    }

    #[inline(always)]
    fn tanh(self) -> Self {
        Self(self.0.tanh(), self.1)
    }

    #[inline(always)]
    fn sigmoid(self) -> Self {
        // The exponential of a negative value cannot overflow.
        let y = if self.0 < T::ZERO {
            let e = self.0.exp();
            e / (T::ONE + e)
        } else {
            T::ONE / (T::ONE + (-self.0).exp())
        };
        Self(y, self.1)
    }

    #[inline(always)]
    fn softplus(self) -> Self {
        let y = if T::ZERO < self.0 { self.0 + (-self.0).exp().ln_1p() } else { self.0.exp().ln_1p() };
        Self(y, self.1)
    }

    #[inline(always)]
    fn sin(self) -> Self {
        Self(self.0.sin(), self.1)
    }

    #[inline(always)]
    fn cos(self) -> Self {
        Self(self.0.cos(), self.1)
    }

    #[inline(always)]
    fn erf(self) -> Self {
        Self(self.0.erf(), self.1)
    }

    #[inline(always)]
    fn less(self, other: Self) -> bool {
        self.0 < other.0
    }

    #[inline(always)]
    fn select(choice: bool, yes: Self, no: Self) -> Self {
        if choice { yes } else { no }
    }
}
