//! How are sizes computed at compile time? `network!` computes those of literal sizes itself, by the same formulas, and calls
//! these functions for all others.

use crate::shape::Shape;

/// Returns the number of elements of a shape.
#[must_use]
pub const fn length<S: Shape>() -> usize {
    S::LEN
}

/// Returns the number of elements of a step of a shape: of a shape without steps, all of them.
#[must_use]
pub const fn features<S: Shape>() -> usize {
    quotient(S::LEN, S::STEPS)
}

/// Returns the number of elements of a step of the first part of a pair.
#[must_use]
pub const fn features_of_first<S: Shape>() -> usize {
    features::<S::First>()
}

/// Returns the size of one axis of a shape, or 1 if the shape has fewer axes.
#[must_use]
pub const fn axis<S: Shape>(index: usize) -> usize {
    if index < S::DIMENSIONS.len() { S::DIMENSIONS[index] } else { 1 }
}

/// Returns the size of a shape along the axis of a concatenation.
#[must_use]
pub const fn joined<S: Shape>() -> usize {
    axis::<S>(S::CONCATENATED)
}

/// Returns the number of runs in which a sample of a shape is concatenated: the product of the sizes before that axis.
pub(crate) const fn runs<S: Shape>() -> usize {
    product(S::DIMENSIONS.split_at(S::CONCATENATED).0)
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

/// Returns the sum of all terms.
#[must_use]
pub const fn sum(terms: &[usize]) -> usize {
    let mut sum = 0;
    let mut index = 0;
    while index < terms.len() {
        sum += terms[index];
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

/// Returns how many windows begin along an axis within the elements or the padding before them, if the last one may reach over
/// the padding behind: ⌈(size + 2 padding - window) / stride⌉ + 1, or one less if the last would begin behind the elements. It is
/// 0 if the window is larger than what [`begun`] gives. That mistake is reported separately.
#[must_use]
pub const fn windows_begun(size: usize, window: usize, stride: usize, padding: usize) -> usize {
    let room = begun(size, padding, stride);
    if window > room || stride == 0 {
        return 0;
    }
    let last = (room - window) / stride;
    if last * stride >= size + padding { last } else { last + 1 }
}

/// Returns the largest window that [`windows_begun`] counts: size + 2 padding + stride - 1.
#[must_use]
pub const fn begun(size: usize, padding: usize, stride: usize) -> usize {
    (padded(size, padding) + stride).saturating_sub(1)
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

/// Returns the number of elements that a kernel spans along an axis: (kernel - 1) dilation + 1.
#[must_use]
pub const fn span(kernel: usize, dilation: usize) -> usize {
    if kernel == 0 { 0 } else { (kernel - 1) * dilation + 1 }
}

/// Returns the number of elements that the kernels of a transposed convolution cover: (size - 1) stride + span + output padding.
#[must_use]
pub const fn covered(size: usize, span: usize, stride: usize, output_padding: usize) -> usize {
    size.saturating_sub(1) * stride + span + output_padding
}

/// Returns a size without the padding on both sides, or 0 if the padding is larger. That mistake is reported separately.
#[must_use]
pub const fn cropped(size: usize, padding: usize) -> usize {
    size.saturating_sub(2 * padding)
}

/// Returns the quotient of two sizes, rounded down, but at least 1. A remainder and a divisor of 0 are reported separately.
#[must_use]
pub const fn quotient(size: usize, divisor: usize) -> usize {
    if divisor == 0 || divisor > size { 1 } else { size / divisor }
}

/// Returns the greatest common divisor of two sizes.
#[must_use]
pub const fn greatest_common_divisor(mut left: usize, mut right: usize) -> usize {
    while right > 0 {
        (left, right) = (right, left % right);
    }
    left
}

/// Returns whether a size is a multiple of a divisor.
#[must_use]
pub const fn divides(divisor: usize, size: usize) -> bool {
    divisor > 0 && size.is_multiple_of(divisor)
}

#[cfg(test)]
mod tests {
    use super::{
        axis, begun, ceiling, covered, cropped, divides, features, greatest_common_divisor, length, product, quotient,
        span, sum, windows, windows_begun,
    };
    use crate::shape::{Image, Sequence, Vector};

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
    fn windows_begin_before_the_last_element_and_end_less_than_a_stride_behind_the_padding() {
        for size in 1..12 {
            for window in 1..9 {
                for stride in 1..5 {
                    for padding in 0..=window / 2 {
                        let padded = size + 2 * padding;
                        let begins = |start: &usize| *start < size + padding && start + window < padded + stride;
                        let counted = (0..padded).step_by(stride).filter(begins).count();
                        assert_eq!(windows_begun(size, window, stride, padding), counted);
                        assert_eq!(counted > 0, window <= begun(size, padding, stride));
                    }
                }
            }
        }
        assert_eq!((windows_begun(4, 2, 0, 0), begun(1, 0, 0)), (0, 0));
    }

    #[test]
    fn spans_and_groups_are_those_of_the_definition() {
        assert_eq!([(1, 5), (3, 1), (3, 2), (5, 3), (0, 2)].map(|(k, d)| span(k, d)), [1, 3, 5, 13, 0]);
        assert_eq!([(8, 2), (7, 3), (2, 5), (4, 0)].map(|(c, g)| quotient(c, g)), [4, 2, 1, 1]);
        assert_eq!([(12, 18), (7, 5), (4, 8), (3, 0)].map(|(a, b)| greatest_common_divisor(a, b)), [6, 1, 4, 3]);
        assert_eq!([(2, 8), (3, 8), (0, 8)].map(|(d, c)| divides(d, c)), [true, false, false]);
    }

    #[test]
    fn transposed_windows_are_the_inverse_of_windows() {
        for size in 1..9 {
            for (span, stride, padding, more) in [(3, 1, 1, 0), (3, 2, 1, 1), (5, 3, 2, 2), (2, 2, 0, 0)] {
                let given = cropped(covered(size, span, stride, more), padding);
                assert_eq!(windows(given, span, stride, padding), size);
            }
        }
        assert_eq!(cropped(3, 2), 0);
    }

    #[test]
    fn missing_axes_are_one() {
        assert_eq!([0, 1, 2].map(axis::<Vector<7>>), [7, 1, 1]);
        assert_eq!([0, 1, 2].map(axis::<Image<2, 3, 4>>), [2, 3, 4]);
        assert_eq!((length::<Image<2, 3, 4>>(), product(&[2, 3, 4]), ceiling(7, 2)), (24, 24, 4));
        assert_eq!(sum(&[2, 3, 4]), 9);
    }

    #[test]
    fn features_are_the_elements_of_a_step() {
        assert_eq!([features::<Vector<7>>(), features::<Sequence<5, 3>>(), features::<Image<2, 3, 4>>()], [7, 3, 24]);
    }
}
