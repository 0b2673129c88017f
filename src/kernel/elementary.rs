//! How are elementary functions computed in vector registers?
//!
//! One function per file, written once over [`Lanes`] for both floats. Every lane takes the same steps, so all instruction
//! sets with fused multiply-add give the same bits. There is no table and no branch: what depends on the argument is
//! selected.
//!
//! Polynomials are fitted for the smallest largest error: by the exchange algorithm of Remez in 200 bits, the coefficients
//! rounded at once, or one after the other with those behind fitted again. Each file states the interval and the error of its
//! fits, rounding included. The bounds of the functions are enforced by tests, and hold without fused multiply-add too.

mod exponential;
mod logarithm;

#[cfg(test)]
mod accuracy;
mod exponential_minus_one;
mod gelu;
mod gelu_tanh;
mod logistic;
mod softplus;
mod tanh;

pub(super) use exponential::exponential_of_non_positive;
pub(super) use exponential_minus_one::exponential_minus_one_of_non_positive;
pub(super) use gelu::{gelu, gelu_derivative};
pub(super) use gelu_tanh::{gelu_tanh, gelu_tanh_derivative};
pub(super) use logarithm::logarithm;
pub(super) use logistic::logistic;
pub(super) use softplus::softplus;
pub(super) use tanh::tanh;

use super::Isa;
use super::lanes::{Lanes, Vectors};
use crate::scalar::Scalar;

/// ln 2 for `f32`: 16 bits, so that its product with an exponent of 8 bits is exact, and the rest.
const SINGLE_OCTAVE: [f64; 2] = [0.693_145_751_953_125, 1.428_606_765_330_187e-6];
/// ln 2 for `f64`: 42 bits, so that its product with an exponent of 11 bits is exact, and the rest.
const DOUBLE_OCTAVE: [f64; 2] = [0.693_147_180_559_890_3, 5.497_923_018_708_371e-14];

/// The same number in all lanes of a register like this one.
#[inline(always)]
pub(super) fn constant<V: Lanes>(like: V, value: f64) -> V {
    V::splat(like.isa(), V::Number::from_f64(value))
}

/// Σ_k c_k xᵏ. Neighbouring terms are joined, and Horner's scheme in x² joins the pairs: half as long a chain of operations
/// that wait for one another as in Horner's scheme in x, for one product more.
#[inline(always)]
fn polynomial<V: Lanes, const N: usize>(x: V, coefficients: [f64; N]) -> V {
    let square = x.mul(x);
    let mut sum = constant(x, coefficients[N - 1]);
    if N.is_multiple_of(2) {
        sum = sum.mul_add(x, constant(x, coefficients[N - 2]));
    }
    for pair in (0..(N - 1) / 2).rev() {
        let [even, odd] = [constant(x, coefficients[2 * pair]), constant(x, coefficients[2 * pair + 1])];
        sum = sum.mul_add(square, odd.mul_add(x, even));
    }
    sum
}

/// Replaces every number of a slice by a function of it and, where a second slice is given, of the number at the same place
/// there. A macro, since nothing ensures that the body of a closure is compiled for the instruction set.
macro_rules! map {
    ($lanes:ty, $isa:ident, $values:ident, |$x:ident| $result:expr) => {
        crate::kernel::elementary::map!($lanes, $isa, $values, $values, |$x, _| $result)
    };
    ($lanes:ty, $isa:ident, $values:ident, $others:ident, |$x:ident, $y:tt| $result:expr) => {{
        assert_eq!($values.len(), $others.len(), "slices of one length");
        let (len, mut start) = ($values.len(), 0);
        while start + <$lanes>::COUNT <= len {
            // SAFETY: all lanes are within both slices.
            let ($x, $y) = unsafe {
                (<$lanes>::load($isa, $values.as_ptr().add(start)), <$lanes>::load($isa, $others.as_ptr().add(start)))
            };
            let result = $result;
            // SAFETY: as above.
            unsafe { result.store($values.as_mut_ptr().add(start)) };
            start += <$lanes>::COUNT;
        }
        if start < len {
            let rest = <$lanes>::first($isa, len - start);
            // SAFETY: the first lanes are the rest of both slices.
            let ($x, $y) = unsafe {
                (
                    <$lanes>::load_first($isa, rest, $values.as_ptr().add(start)),
                    <$lanes>::load_first($isa, rest, $others.as_ptr().add(start)),
                )
            };
            let result = $result;
            // SAFETY: as above.
            unsafe { result.store_first(rest, $values.as_mut_ptr().add(start)) };
        }
    }};
}

pub(super) use map;
