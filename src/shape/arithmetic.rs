//! How are sizes computed at compile time? `network!` computes those of literal sizes itself, by the same formulas, and calls
//! these functions for all others.

use crate::shape::Shape;

/// Returns the number of elements of a shape.
#[must_use]
pub const fn length<S: Shape>() -> usize {
    S::LEN
}

/// Returns the size of one axis of a shape, or 1 if the shape has fewer axes.
#[must_use]
pub const fn axis<S: Shape>(index: usize) -> usize {
    if index < S::DIMENSIONS.len() { S::DIMENSIONS[index] } else { 1 }
}

/// Returns the product of all factors.
#[must_use]
pub const fn product(factors: &[usize]) -> usize {
    let mut product = 1;
    let mut index = 0;
    while index < factors.len() {
        product *= factors[index];
        index += 1;
    }
    product
}

/// Returns the sum of all addends.
#[must_use]
pub const fn sum(addends: &[usize]) -> usize {
    let mut sum = 0;
    let mut index = 0;
    while index < addends.len() {
        sum += addends[index];
        index += 1;
    }
    sum
}

/// Returns how many windows fit along an axis: ⌊(size + 2 padding - window) / stride⌋ + 1, or 0 if the window is larger than
/// the padded size. That mistake is reported separately.
#[must_use]
pub const fn windows(size: usize, window: usize, stride: usize, padding: usize) -> usize {
    let padded = size + 2 * padding;
    if window > padded || stride == 0 { 0 } else { (padded - window) / stride + 1 }
}

/// Returns the quotient of two sizes, rounded up, or 0 if the divisor is 0. That mistake is reported separately.
#[must_use]
pub const fn ceiling(size: usize, divisor: usize) -> usize {
    if divisor == 0 { 0 } else { size.div_ceil(divisor) }
}

/// Returns the size of an axis including its padding on both sides.
#[must_use]
pub const fn padded(size: usize, padding: usize) -> usize {
    size + 2 * padding
}

#[cfg(test)]
mod tests {
    use super::{axis, ceiling, length, product, sum, windows};
    use crate::shape::{Image, Vector};

    #[test]
    fn windows_are_those_that_lie_within_the_padded_axis() {
        for size in 1..12 {
            for window in 1..6 {
                for stride in 1..4 {
                    for padding in 0..3 {
                        let last = (size + 2 * padding + 1_usize).saturating_sub(window);
                        let counted = (0..last).step_by(stride).count();
                        assert_eq!(windows(size, window, stride, padding), counted);
                    }
                }
            }
        }
    }

    #[test]
    fn missing_axes_are_one() {
        assert_eq!([0, 1, 2].map(axis::<Vector<7>>), [7, 1, 1]);
        assert_eq!([0, 1, 2].map(axis::<Image<2, 3, 4>>), [2, 3, 4]);
        assert_eq!((length::<Image<2, 3, 4>>(), product(&[2, 3, 4]), ceiling(7, 2)), (24, 24, 4));
        assert_eq!(sum(&[2, 3, 4]), 9);
    }
}
