//! How are elementary functions computed in vector registers?
//!
//! One function per file, written once over [`Lanes`] for both floats. Every lane takes the same steps, so all instruction sets
//! with fused multiply-add give the same bits. There are no tables and no branches: cases are distinguished by selection. Only
//! sine and cosine leave the registers, for very large arguments.
//!
//! Polynomials minimize the largest error. They are fitted by the Remez exchange algorithm in 200 bits. The coefficients are
//! rounded either all at once, or one after another with the remaining ones refitted. Each file states the interval and the
//! error of its fits, rounding included. Tests enforce the bounds of the functions, which also hold without fused multiply-add.

mod exponential;
mod logarithm;

#[cfg(test)]
mod accuracy;
mod error_function;
mod exponential_minus_one;
mod gelu;
mod gelu_tanh;
mod logarithm_of_one_plus;
mod logistic;
mod sine;
mod softplus;
mod tanh;

pub(super) use error_function::error_function;
pub(super) use exponential::{exponential, exponential_of_non_positive};
pub(super) use exponential_minus_one::{exponential_minus_one, exponential_minus_one_of_non_positive};
pub(super) use gelu::{gelu, gelu_derivative};
pub(super) use gelu_tanh::{gelu_tanh, gelu_tanh_derivative};
pub(super) use logarithm::logarithm;
pub(super) use logarithm_of_one_plus::logarithm_of_one_plus;
pub(super) use logistic::logistic;
pub(super) use sine::{cosine, sine};
pub(super) use softplus::softplus;
pub(super) use tanh::tanh;

use super::Isa;
use super::lanes::{Lanes, Vectors};
use crate::scalar::Scalar;

/// ln 2 for `f32`: 16 bits, so that its product with an exponent of 8 bits is exact, and the remainder.
const SINGLE_OCTAVE: [f64; 2] = [0.693_145_751_953_125, 1.428_606_765_330_187e-6];
/// ln 2 for `f64`: 42 bits, so that its product with an exponent of 11 bits is exact, and the remainder.
const DOUBLE_OCTAVE: [f64; 2] = [0.693_147_180_559_890_3, 5.497_923_018_708_371e-14];

/// Returns a register like this one with the same value in all lanes.
#[inline(always)]
pub(super) fn constant<V: Lanes>(like: V, value: f64) -> V {
    V::splat(like.isa(), V::Element::from_f64(value))
}

/// Computes Σ_k c_k xᵏ. Adjacent terms are paired, and Horner's scheme in x² combines the pairs. The chain of dependent
/// operations is half as long as in Horner's scheme in x, at the cost of one more product.
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

/// Replaces every element of a slice by a function of it and, if a second slice is given, of the element at the same position
/// there. A macro, since the body of a closure is not guaranteed to be compiled for the instruction set.
macro_rules! map {
    ($lanes:ty, $isa:ident, $values:ident, |$x:ident| $result:expr) => {
        crate::kernel::elementary::map!($lanes, $isa, $values, $values, |$x, _| $result)
    };
    ($lanes:ty, $isa:ident, $values:ident, $others:ident, |$x:ident, $y:tt| $result:expr) => {{
        assert_eq!($values.len(), $others.len(), "the slices have the same length");
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
            // SAFETY: the first lanes are the remainder of both slices.
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
