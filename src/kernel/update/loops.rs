//! The loops, which are written so that the compiler vectorizes them.

use core::ops::Range;

use super::{AdamStep, MomentumStep};
use crate::kernel::Isa;
use crate::scalar::Scalar;

/// The number of lanes of the reductions: two AVX-512 registers each, so that one is added to while the other waits for its
/// sum.
const LANES: usize = 32;

/// The number of bytes in a cache line.
const LINE: usize = 64;

/// Splits a slice into the elements before the first cache line boundary, and the rest. Allocations of one size usually have
/// the same alignment, so if vectors do not straddle cache lines in one of them, they do not in the others.
#[inline(always)]
fn by_lines<T>(values: &[T]) -> [Range<usize>; 2] {
    let lead = values.as_ptr().align_offset(LINE).min(values.len());
    [0..lead, lead..values.len()]
}

#[inline(always)]
pub(super) fn add_assign<T: Scalar, I: Isa>(_: I, sum: &mut [T], addend: &[T]) {
    assert_eq!(sum.len(), addend.len(), "an addend per sum");
    for (sum, &addend) in sum.iter_mut().zip(addend) {
        *sum += addend;
    }
}

#[inline(always)]
pub(super) fn largest_magnitude<T: Scalar, I: Isa>(isa: I, values: &[T]) -> Option<T> {
    let mut extremes = [[T::ZERO; LANES]; 3];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        extend(isa, &mut extremes, chunk);
    }
    let mut last = [T::ZERO; LANES];
    last[..rest.len()].copy_from_slice(rest);
    extend(isa, &mut extremes, &last);
    let [largest, smallest, zeros] = extremes;
    let magnitude = largest.into_iter().chain(smallest.map(|value| -value)).fold(T::ZERO, T::maximum);
    zeros.iter().all(|zero| zero.is_finite()).then_some(magnitude)
}

/// Adds one more value per lane to the largest, the smallest, and a sum of zeros. The sum becomes NaN once a value is not
/// finite: zero times a finite value is zero, but zero times NaN or infinity is NaN.
#[inline(always)]
fn extend<T: Scalar, I: Isa>(isa: I, [largest, smallest, zeros]: &mut [[T; LANES]; 3], values: &[T; LANES]) {
    for lane in 0..LANES {
        let value = values[lane];
        largest[lane] = value.maximum(largest[lane]);
        smallest[lane] = if value < smallest[lane] { value } else { smallest[lane] };
        zeros[lane] = isa.mul_add(value, T::ZERO, zeros[lane]);
    }
}

#[inline(always)]
pub(super) fn sgd<T: Scalar, I: Isa>(isa: I, rate: T, parameters: &mut [T], gradient: &[T]) {
    assert_eq!(parameters.len(), gradient.len(), "a gradient per parameter");
    for part in by_lines(parameters) {
        for (parameter, &g) in parameters[part.clone()].iter_mut().zip(&gradient[part]) {
            *parameter = isa.mul_add(-rate, g, *parameter);
        }
    }
}

#[inline(always)]
pub(super) fn momentum<T: Scalar, I: Isa>(
    isa: I,
    settings: MomentumStep<T>,
    parameters: &mut [T],
    gradient: &[T],
    velocity: &mut [T],
) {
    assert_eq!(parameters.len(), gradient.len(), "a gradient per parameter");
    assert_eq!(parameters.len(), velocity.len(), "a velocity per parameter");
    let MomentumStep { momentum, scale, rate, nesterov } = settings;
    for part in by_lines(parameters) {
        let pairs = parameters[part.clone()].iter_mut().zip(&gradient[part.clone()]);
        for ((parameter, &g), v) in pairs.zip(&mut velocity[part]) {
            let scaled = scale * g;
            *v = isa.mul_add(momentum, *v, scaled);
            let direction = if nesterov { isa.mul_add(momentum, *v, scaled) } else { *v };
            *parameter = isa.mul_add(-rate, direction, *parameter);
        }
    }
}

#[inline(always)]
pub(super) fn adam<T: Scalar, I: Isa>(
    isa: I,
    settings: AdamStep<T>,
    parameters: &mut [T],
    gradient: &[T],
    first_moment: &mut [T],
    second_moment: &mut [T],
) {
    assert_eq!(parameters.len(), gradient.len(), "a gradient per parameter");
    assert_eq!(parameters.len(), first_moment.len(), "a first moment per parameter");
    assert_eq!(parameters.len(), second_moment.len(), "a second moment per parameter");
    let AdamStep { first_share, second_share, rate, epsilon } = settings;
    for part in by_lines(parameters) {
        let pairs = parameters[part.clone()].iter_mut().zip(&gradient[part.clone()]);
        let moments = first_moment[part.clone()].iter_mut().zip(&mut second_moment[part]);
        for ((parameter, &g), (first, second)) in pairs.zip(moments) {
            // As a move towards the gradient, with one rounded coefficient: β and 1 - β, rounded separately, would not add up
            // to one.
            let m = isa.mul_add(first_share, g - *first, *first);
            let v = isa.mul_add(second_share, isa.mul_add(g, g, -*second), *second);
            (*first, *second) = (m, v);
            // The quotient comes first: the learning rate times the moment may be out of range although the quotient is not.
            *parameter = isa.mul_add(-rate, m / (v.sqrt() + epsilon), *parameter);
        }
    }
}
