//! The functions, computed in vector registers.

use crate::kernel::Isa;
use crate::kernel::elementary::{self, map};
use crate::kernel::lanes::{Lanes, Vectors};

#[inline(always)]
pub(super) fn sigmoid<T: Vectors, I: Isa>(isa: I, values: &mut [T]) {
    map!(T::In<I>, isa, values, |x| elementary::logistic(x));
}

#[inline(always)]
pub(super) fn sigmoid_gradient<T: Vectors, I: Isa>(isa: I, output: &[T], gradient: &mut [T]) {
    let one = <T::In<I>>::splat(isa, T::ONE);
    map!(T::In<I>, isa, gradient, output, |g, y| g.mul(y.mul(one.sub(y))));
}

#[inline(always)]
pub(super) fn tanh<T: Vectors, I: Isa>(isa: I, values: &mut [T]) {
    map!(T::In<I>, isa, values, |x| elementary::tanh(x));
}

#[inline(always)]
pub(super) fn tanh_gradient<T: Vectors, I: Isa>(isa: I, output: &[T], gradient: &mut [T]) {
    let one = <T::In<I>>::splat(isa, T::ONE);
    map!(T::In<I>, isa, gradient, output, |g, y| g.mul(one.sub(y.mul(y))));
}

#[inline(always)]
pub(super) fn relu<T: Vectors, I: Isa>(isa: I, values: &mut [T]) {
    // The result for zero and NaN is NaN.
    let zero = <T::In<I>>::splat(isa, T::ZERO);
    map!(T::In<I>, isa, values, |x| zero.maximum(x));
}

#[inline(always)]
pub(super) fn relu_gradient<T: Vectors, I: Isa>(isa: I, output: &[T], gradient: &mut [T]) {
    // A value below the smallest positive value is at most zero.
    let least = <T::In<I>>::splat(isa, T::LEAST);
    map!(T::In<I>, isa, gradient, output, |g, y| g.zero_where(y.less(least)));
}

#[inline(always)]
pub(super) fn leaky_relu<T: Vectors, I: Isa>(isa: I, slope: T, values: &mut [T]) {
    let [zero, slope] = [T::ZERO, slope].map(|value| <T::In<I>>::splat(isa, value));
    map!(T::In<I>, isa, values, |x| x.mul(slope).select(x.less(zero), x));
}

#[inline(always)]
pub(super) fn leaky_relu_gradient<T: Vectors, I: Isa>(isa: I, slope: T, output: &[T], gradient: &mut [T]) {
    let [least, slope] = [T::LEAST, slope].map(|value| <T::In<I>>::splat(isa, value));
    map!(T::In<I>, isa, gradient, output, |g, y| g.mul(slope).select(y.less(least), g));
}

#[inline(always)]
pub(super) fn elu<T: Vectors, I: Isa>(isa: I, alpha: T, values: &mut [T]) {
    let [zero, alpha] = [T::ZERO, alpha].map(|value| <T::In<I>>::splat(isa, value));
    map!(T::In<I>, isa, values, |x| {
        let negative = elementary::exponential_minus_one_of_non_positive(zero.minimum(x));
        negative.mul(alpha).select(x.less(zero), x)
    });
}

#[inline(always)]
pub(super) fn elu_gradient<T: Vectors, I: Isa>(isa: I, alpha: T, output: &[T], gradient: &mut [T]) {
    let [least, alpha] = [T::LEAST, alpha].map(|value| <T::In<I>>::splat(isa, value));
    map!(T::In<I>, isa, gradient, output, |g, y| g.mul(y.add(alpha)).select(y.less(least), g));
}

#[inline(always)]
pub(super) fn silu<T: Vectors, I: Isa>(isa: I, values: &mut [T]) {
    map!(T::In<I>, isa, values, |x| x.mul(elementary::logistic(x)));
}

#[inline(always)]
pub(super) fn silu_gradient<T: Vectors, I: Isa>(isa: I, input: &[T], gradient: &mut [T]) {
    let one = <T::In<I>>::splat(isa, T::ONE);
    map!(T::In<I>, isa, gradient, input, |g, x| {
        let y = elementary::logistic(x);
        g.mul(y.mul(x.mul_add(one.sub(y), one)))
    });
}

#[inline(always)]
pub(super) fn softplus<T: Vectors, I: Isa>(isa: I, beta: T, values: &mut [T]) {
    let beta = <T::In<I>>::splat(isa, beta);
    map!(T::In<I>, isa, values, |x| elementary::softplus(x, beta));
}

#[inline(always)]
pub(super) fn softplus_gradient<T: Vectors, I: Isa>(isa: I, beta: T, input: &[T], gradient: &mut [T]) {
    let beta = <T::In<I>>::splat(isa, beta);
    map!(T::In<I>, isa, gradient, input, |g, x| g.mul(elementary::logistic(x.mul(beta))));
}

#[inline(always)]
pub(super) fn gelu<T: Vectors, I: Isa>(isa: I, values: &mut [T]) {
    map!(T::In<I>, isa, values, |x| elementary::gelu(x));
}

#[inline(always)]
pub(super) fn gelu_gradient<T: Vectors, I: Isa>(isa: I, input: &[T], gradient: &mut [T]) {
    map!(T::In<I>, isa, gradient, input, |g, x| g.mul(elementary::gelu_derivative(x)));
}

#[inline(always)]
pub(super) fn gelu_tanh<T: Vectors, I: Isa>(isa: I, values: &mut [T]) {
    map!(T::In<I>, isa, values, |x| elementary::gelu_tanh(x));
}

#[inline(always)]
pub(super) fn gelu_tanh_gradient<T: Vectors, I: Isa>(isa: I, input: &[T], gradient: &mut [T]) {
    map!(T::In<I>, isa, gradient, input, |g, x| g.mul(elementary::gelu_tanh_derivative(x)));
}
