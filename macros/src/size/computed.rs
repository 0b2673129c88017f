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

/// The size of a shape that only the compiler knows along an axis, given by its index; 1 if the shape has fewer axes.
pub(crate) static AXIS: Function = Function { name: "axis", takes_list: false, fold: |_| None };

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
    fold: |addends| addends.iter().try_fold(0, |sum: u64, &addend| sum.checked_add(addend)),
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

#[cfg(test)]
mod tests {
    use super::{CEILING, PADDED, PRODUCT, SUM, WINDOWS};

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
    fn what_leaves_the_range_is_left_to_the_compiler() {
        assert_eq!((PRODUCT.fold)(&[2, 3, 4]), Some(24));
        assert_eq!((PRODUCT.fold)(&[u64::MAX, 2]), None);
        assert_eq!((SUM.fold)(&[2, 3, 4]), Some(9));
        assert_eq!((SUM.fold)(&[u64::MAX, 2]), None);
        assert_eq!((PADDED.fold)(&[1, u64::MAX]), None);
        assert_eq!((WINDOWS.fold)(&[4, 2, 0, 0]), None);
        assert_eq!((CEILING.fold)(&[4, 0]), None);
    }
}
