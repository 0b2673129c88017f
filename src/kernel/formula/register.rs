//! A vector register as a number of a formula.

use super::Real;
use crate::kernel::elementary;
use crate::kernel::lanes::Lanes;
use crate::scalar::Scalar;

/// A register of an instruction set. Its field is private to the kernels, so whoever has a value has the instructions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Register<V>(pub(super) V);

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
        Self(elementary::exponential_minus_one(self.0))
    }

    #[inline(always)]
    fn ln(self) -> Self {
        Self(elementary::logarithm(self.0))
    }

    #[inline(always)]
    fn ln_1p(self) -> Self {
        Self(elementary::logarithm_of_one_plus(self.0))
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
        Self(elementary::sine(self.0))
    }

    #[inline(always)]
    fn cos(self) -> Self {
        Self(elementary::cosine(self.0))
    }

    #[inline(always)]
    fn erf(self) -> Self {
        Self(elementary::error_function(self.0))
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

/// Loads the first `count` lanes of registers from a place in several slices.
///
/// # Safety
/// All slices have `count` elements from that place on, or as many as a register has lanes.
#[inline(always)]
pub(super) unsafe fn load<V: Lanes, const N: usize>(
    isa: V::Isa,
    from: &[*const V::Element; N],
    place: usize,
    count: usize,
) -> [Register<V>; N] {
    let mut registers = [Register(V::splat(isa, V::Element::ZERO)); N];
    if count >= V::COUNT {
        for (register, from) in registers.iter_mut().zip(from) {
            // SAFETY: the caller's contract.
            register.0 = unsafe { V::load(isa, from.add(place)) };
        }
    } else {
        let first = V::first(isa, count);
        for (register, from) in registers.iter_mut().zip(from) {
            // SAFETY: the caller's contract.
            register.0 = unsafe { V::load_first(isa, first, from.add(place)) };
        }
    }
    registers
}

/// Loads one element of several slices into all lanes of registers.
///
/// # Safety
/// All slices have an element at that index.
#[inline(always)]
pub(super) unsafe fn splat<V: Lanes, const N: usize>(
    isa: V::Isa,
    from: &[*const V::Element; N],
    index: usize,
) -> [Register<V>; N] {
    let mut registers = [Register(V::splat(isa, V::Element::ZERO)); N];
    for (register, from) in registers.iter_mut().zip(from) {
        // SAFETY: the caller's contract.
        register.0 = V::splat(isa, unsafe { *from.add(index) });
    }
    registers
}

/// Stores the first `count` lanes of registers at a place in several slices.
///
/// # Safety
/// Those of [`load`], for writes.
#[inline(always)]
pub(super) unsafe fn store<V: Lanes, const N: usize>(
    isa: V::Isa,
    registers: [Register<V>; N],
    to: &[*mut V::Element; N],
    place: usize,
    count: usize,
) {
    if count >= V::COUNT {
        for (register, to) in registers.iter().zip(to) {
            // SAFETY: the caller's contract.
            unsafe { register.0.store(to.add(place)) };
        }
    } else {
        let first = V::first(isa, count);
        for (register, to) in registers.iter().zip(to) {
            // SAFETY: the caller's contract.
            unsafe { register.0.store_first(first, to.add(place)) };
        }
    }
}

/// The lanes of a register, in one line of the cache: what crosses lines is slow to read after it was written as a whole.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Elements<T>(pub(super) [T; 16]);

/// Returns the lanes of registers, each followed by zeros.
#[inline(always)]
pub(super) fn lanes_of<V: Lanes, const N: usize>(registers: [Register<V>; N]) -> [Elements<V::Element>; N] {
    let mut elements = [Elements([V::Element::ZERO; 16]); N];
    for (elements, register) in elements.iter_mut().zip(registers) {
        // SAFETY: no register has more than 16 lanes.
        unsafe { register.0.store(elements.0.as_mut_ptr()) };
    }
    elements
}
