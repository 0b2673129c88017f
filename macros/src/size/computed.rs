//! Which functions compute sizes from sizes? Each is a `const fn` of the library, with the same formula here for numbers.

/// A function of sizes.
#[derive(Debug)]
pub(crate) struct Function {
    /// Its name in the library.
    pub(crate) name: &'static str,
    /// Whether it takes its arguments as one list.
    pub(crate) takes_list: bool,
    /// Returns the result for numbers; `None` on overflow, which the compiler reports.
    pub(crate) fold: fn(&[u64]) -> Option<u64>,
}

/// The number of elements of a shape that only the compiler knows.
pub(crate) static LENGTH: Function = Function { name: "length", takes_list: false, fold: |_| None };

/// The number of elements of a step of a shape that only the compiler knows; of a shape without steps, that of all elements.
pub(crate) static FEATURES: Function = Function { name: "features", takes_list: false, fold: |_| None };

/// The number of elements of a step of the first part of a pair that only the compiler knows.
pub(crate) static FEATURES_OF_FIRST: Function =
    Function { name: "features_of_first", takes_list: false, fold: |_| None };

/// The size of a shape that only the compiler knows along an axis, given by its index; 1 if the shape has fewer axes.
pub(crate) static AXIS: Function = Function { name: "axis", takes_list: false, fold: |_| None };

/// The size of a shape that only the compiler knows along the axis of a concatenation.
pub(crate) static JOINED: Function = Function { name: "joined", takes_list: false, fold: |_| None };

/// The product of all arguments.
pub(crate) static PRODUCT: Function = Function {
    name: "product",
    takes_list: true,
    fold: |factors| factors.iter().try_fold(1, |product: u64, &factor| product.checked_mul(factor)),
};

/// The sum of all arguments.
pub(crate) static SUM: Function = Function {
    name: "sum",
    takes_list: true,
    fold: |terms| terms.iter().try_fold(0, |sum: u64, &term| sum.checked_add(term)),
};

/// The number of windows that fit, for (size, window, stride, padding on each side): ⌊(size + 2 padding - window) / stride⌋ +
/// 1, or 0 if the window exceeds the padded size, which is reported as a separate mistake.
pub(crate) static WINDOWS: Function = Function {
    name: "windows",
    takes_list: false,
    fold: |arguments| {
        let &[size, window, stride, padding] = arguments else { return None };
        let padded = size.checked_add(padding.checked_mul(2)?)?;
        match padded.checked_sub(window) {
            Some(rest) => rest.checked_div(stride)?.checked_add(1),
            None => Some(0),
        }
    },
};

/// The number of windows that begin, for (size, window, stride, padding on each side): as `WINDOWS`, rounded up, and one less if
/// the last one would begin behind the elements. 0 if the window exceeds `BEGUN`, which is reported as a separate mistake.
pub(crate) static WINDOWS_BEGUN: Function = Function {
    name: "windows_begun",
    takes_list: false,
    fold: |arguments| {
        let &[size, window, stride, padding] = arguments else { return None };
        let Some(rest) = (BEGUN.fold)(&[size, padding, stride])?.checked_sub(window) else { return Some(0) };
        let last = rest.checked_div(stride)?;
        let is_behind = last.checked_mul(stride)? >= size.checked_add(padding)?;
        last.checked_add(u64::from(!is_behind))
    },
};

/// The largest window of which one begins, for (size, padding on each side, stride): size + 2 padding + stride - 1.
pub(crate) static BEGUN: Function = Function {
    name: "begun",
    takes_list: false,
    fold: |arguments| {
        let &[size, padding, stride] = arguments else { return None };
        Some((PADDED.fold)(&[size, padding])?.checked_add(stride)?.saturating_sub(1))
    },
};

/// The quotient of two sizes, rounded up.
pub(crate) static CEILING: Function = Function {
    name: "ceiling",
    takes_list: false,
    fold: |arguments| {
        let &[size, stride] = arguments else { return None };
        (stride > 0).then(|| size.div_ceil(stride))
    },
};

/// A size with padding on both sides.
pub(crate) static PADDED: Function = Function {
    name: "padded",
    takes_list: false,
    fold: |arguments| {
        let &[size, padding] = arguments else { return None };
        size.checked_add(padding.checked_mul(2)?)
    },
};

/// The elements that a kernel spans, for (kernel, dilation): (kernel - 1) dilation + 1.
pub(crate) static SPAN: Function = Function {
    name: "span",
    takes_list: false,
    fold: |arguments| {
        let &[kernel, dilation] = arguments else { return None };
        kernel.checked_sub(1)?.checked_mul(dilation)?.checked_add(1)
    },
};

/// The elements that the kernels of a transposed convolution cover, for (size, span, stride, output padding):
/// (size - 1) stride + span + output padding.
pub(crate) static COVERED: Function = Function {
    name: "covered",
    takes_list: false,
    fold: |arguments| {
        let &[size, span, stride, more] = arguments else { return None };
        size.checked_sub(1)?.checked_mul(stride)?.checked_add(span)?.checked_add(more)
    },
};

/// A size without the padding on both sides, or 0 if the padding is larger, which is reported as a separate mistake.
pub(crate) static CROPPED: Function = Function {
    name: "cropped",
    takes_list: false,
    fold: |arguments| {
        let &[size, padding] = arguments else { return None };
        Some(size.saturating_sub(padding.checked_mul(2)?))
    },
};

/// The quotient of two sizes, rounded down, but at least 1. A remainder is reported as a separate mistake.
pub(crate) static QUOTIENT: Function = Function {
    name: "quotient",
    takes_list: false,
    fold: |arguments| {
        let &[size, divisor] = arguments else { return None };
        size.checked_div(divisor).map(|quotient| quotient.max(1))
    },
};

/// The greatest common divisor of two sizes.
pub(crate) static SHARED: Function = Function {
    name: "greatest_common_divisor",
    takes_list: false,
    fold: |arguments| {
        let &[mut left, mut right] = arguments else { return None };
        while right > 0 {
            (left, right) = (right, left % right);
        }
        Some(left)
    },
};

#[cfg(test)]
mod tests {
    use super::{
        BEGUN, CEILING, COVERED, CROPPED, PADDED, PRODUCT, QUOTIENT, SHARED, SPAN, SUM, WINDOWS, WINDOWS_BEGUN,
    };

    #[test]
    fn windows_are_those_that_lie_within_the_padded_axis() {
        for size in 1..12 {
            for window in 1..6 {
                for stride in 1..4 {
                    for padding in 0..3 {
                        let last = (size + 2 * padding + 1_u64).saturating_sub(window);
                        let counted = (0..last).step_by(usize::try_from(stride).unwrap_or(1)).count() as u64;
                        assert_eq!((WINDOWS.fold)(&[size, window, stride, padding]), Some(counted));
                        assert_eq!((PADDED.fold)(&[size, padding]), Some(size + padding + padding));
                    }
                    let covered = (0..=size).find(|count| count * stride >= size);
                    assert_eq!((CEILING.fold)(&[size, stride]), covered);
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
                        let begins =
                            |&start: &u64| start < size + padding && start + window < size + 2 * padding + stride;
                        let counted = (0..20).map(|index| index * stride).filter(begins).count() as u64;
                        assert_eq!((WINDOWS_BEGUN.fold)(&[size, window, stride, padding]), Some(counted));
                        assert_eq!(counted > 0, Some(window) <= (BEGUN.fold)(&[size, padding, stride]));
                    }
                }
            }
        }
    }

    #[test]
    fn spans_and_groups_are_those_of_the_definition() {
        assert_eq!([(1, 5), (3, 1), (3, 2), (5, 3)].map(|(k, d)| (SPAN.fold)(&[k, d])), [1, 3, 5, 13].map(Some));
        assert_eq!([(8, 2), (7, 3), (2, 5)].map(|(c, g)| (QUOTIENT.fold)(&[c, g])), [4, 2, 1].map(Some));
        for left in 1..20_u64 {
            for right in 1..20_u64 {
                let largest = (1..=left)
                    .rev()
                    .find(|&divisor: &u64| left.is_multiple_of(divisor) && right.is_multiple_of(divisor));
                assert_eq!((SHARED.fold)(&[left, right]), largest);
            }
        }
    }

    #[test]
    fn transposed_windows_are_the_inverse_of_windows() {
        for size in 1..9 {
            for (span, stride, padding, more) in [(3, 1, 1, 0), (3, 2, 1, 1), (5, 3, 2, 2), (2, 2, 0, 0)] {
                let covered = (COVERED.fold)(&[size, span, stride, more]);
                let given = covered.and_then(|covered| (CROPPED.fold)(&[covered, padding]));
                let back = given.and_then(|given| (WINDOWS.fold)(&[given, span, stride, padding]));
                assert_eq!(back, Some(size));
            }
        }
        assert_eq!((CROPPED.fold)(&[3, 2]), Some(0));
    }

    #[test]
    fn what_leaves_the_range_is_left_to_the_compiler() {
        assert_eq!((PRODUCT.fold)(&[2, 3, 4]), Some(24));
        assert_eq!((PRODUCT.fold)(&[u64::MAX, 2]), None);
        assert_eq!((SUM.fold)(&[2, 3, 4]), Some(9));
        assert_eq!((SUM.fold)(&[u64::MAX, 2]), None);
        assert_eq!((PADDED.fold)(&[1, u64::MAX]), None);
        assert_eq!((WINDOWS.fold)(&[4, 2, 0, 0]), None);
        assert_eq!((WINDOWS_BEGUN.fold)(&[4, 2, 0, 0]), None);
        assert_eq!((BEGUN.fold)(&[u64::MAX, 0, 1]), None);
        assert_eq!((CEILING.fold)(&[4, 0]), None);
        assert_eq!((SPAN.fold)(&[3, u64::MAX]), None);
        assert_eq!((QUOTIENT.fold)(&[4, 0]), None);
    }
}
