//! A vector register as a number of a formula.

use super::Real;
use crate::kernel::elementary;
use crate::kernel::lanes::Lanes;
use crate::scalar::Scalar;

/// A register of an instruction set. Its field is private to the kernels, so whoever has a value has the instructions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Register<V>(pub(super) V);

/// Applies a function to one lane after another.
#[inline(always)]
fn by_lane<V: Lanes>(x: V, function: fn(V::Element) -> V::Element) -> V {
    let mut elements = [V::Element::ZERO; 16];
    // SAFETY: no register has more than 16 lanes.
    unsafe { x.store(elements.as_mut_ptr()) };
    for element in &mut elements[..V::COUNT] {
        *element = function(*element);
    }
    // SAFETY: as above.
    unsafe { V::load(x.isa(), elements.as_ptr()) }
}

impl<V: Lanes> Real for Register<V> {
    type Choice = V::Choice;

    #[inline(always)]
    fn constant(self, value: f64) -> Self {
        Self(elementary::constant(self.0, value))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0.add(other.0))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0.sub(other.0))
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0.mul(other.0))
    }

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(self.0.div(other.0))
    }

    #[inline(always)]
    fn negated(self) -> Self {
        // 0 - 0 is 0, whose sign is wrong.
        Self(elementary::constant(self.0, -0.0).sub(self.0))
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        Self(self.0.mul_add(factor.0, addend.0))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.sqrt())
    }

    #[inline(always)]
    fn absolute(self) -> Self {
        Self(self.0.absolute())
    }

    #[inline(always)]
    fn maximum(self, other: Self) -> Self {
        // The second operand of the instruction is the result if both are equal or either is NaN.
        Self(other.0.select(other.0.not_a_number(), other.0.maximum(self.0)))
    }

    #[inline(always)]
    fn minimum(self, other: Self) -> Self {
        Self(other.0.select(other.0.not_a_number(), other.0.minimum(self.0)))
    }

    #[inline(always)]
    fn exp(self) -> Self {
        Self(elementary::exponential(self.0))
    }

    #[inline(always)]
    fn exp_m1(self) -> Self {
        Self(by_lane(self.0, V::Element::exp_m1))
    }

    #[inline(always)]
    fn ln(self) -> Self {
        Self(elementary::logarithm(self.0))
    }

    #[inline(always)]
    fn ln_1p(self) -> Self {
        Self(by_lane(self.0, V::Element::ln_1p))
    }

    #[inline(always)]
    fn tanh(self) -> Self {
        Self(elementary::tanh(self.0))
    }

    #[inline(always)]
    fn sigmoid(self) -> Self {
        Self(elementary::logistic(self.0))
    }

    #[inline(always)]
    fn softplus(self) -> Self {
        Self(elementary::softplus(self.0, elementary::constant(self.0, 1.0)))
    }

    #[inline(always)]
    fn sin(self) -> Self {
        Self(by_lane(self.0, V::Element::sin))
    }

    #[inline(always)]
    fn cos(self) -> Self {
        Self(by_lane(self.0, V::Element::cos))
    }

    #[inline(always)]
    fn erf(self) -> Self {
        Self(by_lane(self.0, V::Element::erf))
    }

    #[inline(always)]
    fn less(self, other: Self) -> V::Choice {
        self.0.less(other.0)
    }

    #[inline(always)]
    fn select(choice: V::Choice, yes: Self, no: Self) -> Self {
        Self(yes.0.select(choice, no.0))
    }
}
