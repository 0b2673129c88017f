//! The loops, over one row of windows at a time.

use core::ops::Range;

use super::{PoolingSizes, WindowDivisor};
use crate::kernel::Isa;
use crate::scalar::Scalar;

/// The number of partial results over the elements of a plane.
const PARTS: usize = 16;

impl PoolingSizes {
    /// Checks that the lengths of the slices match the sizes, and that no size is 0.
    #[inline(always)]
    pub(super) fn check(self, input: usize, output: usize) {
        let Self { planes, input: [ih, iw], output: [oh, ow], kernel, stride, dilation, .. } = self;
        let sizes = [[ih, iw], [oh, ow], kernel, stride, dilation];
        assert!(sizes.as_flattened().iter().all(|&size| size > 0), "no size is 0");
        assert!(input == planes * ih * iw && output == planes * oh * ow, "inputs and outputs of every plane");
    }

    /// Returns whether windows are adjacent squares of 2 by 2 elements within the image, the usual case, which has loops of its
    /// own.
    #[inline(always)]
    pub(super) fn halves(self) -> bool {
        let Self { input: [ih, iw], output: [oh, ow], kernel, stride, padding, dilation, .. } = self;
        let adjacent = [kernel, stride] == [[2; 2]; 2] && padding == [0; 2] && dilation == [1; 2];
        // Without padding before the image, the last windows may still reach over its end.
        adjacent && oh <= ih / 2 && ow <= iw / 2
    }

    /// Returns the elements of the kernel that lie within the image along an axis, for a window.
    #[inline(always)]
    fn inside(self, axis: usize, window: usize) -> Range<usize> {
        let (start, dilation, padding) = (window * self.stride[axis], self.dilation[axis], self.padding[axis]);
        // window * stride + element * dilation - padding ranges from 0 to the last row or column.
        let first = padding.saturating_sub(start).div_ceil(dilation);
        let end = (self.input[axis] + padding).saturating_sub(start).div_ceil(dilation).min(self.kernel[axis]);
        first..end.max(first)
    }

    /// Returns the row or column of the input at which an element of the kernel lies that is inside.
    #[inline(always)]
    fn place(self, axis: usize, window: usize, element: usize) -> usize {
        window * self.stride[axis] + element * self.dilation[axis] - self.padding[axis]
    }

    /// Returns the windows of a row for which an element of the kernel lies within the image, and the column of the input that
    /// corresponds to the first of them.
    #[inline(always)]
    fn windows(self, element: usize) -> (Range<usize>, usize) {
        let (stride, padding, element) = (self.stride[1], self.padding[1], element * self.dilation[1]);
        let first = padding.saturating_sub(element).div_ceil(stride);
        let end = (self.input[1] + padding).saturating_sub(element).div_ceil(stride).min(self.output[1]);
        if first < end { (first..end, first * stride + element - padding) } else { (0..0, 0) }
    }
}

/// Returns the larger of two values, the first if they are equal, and NaN if one of them is.
#[allow(clippy::eq_op, reason = "only NaN is not equal to itself")]
#[inline(always)]
fn larger<T: Scalar>(first: T, second: T) -> T {
    if second > first || second != second { second } else { first }
}

/// Returns whether an element is the maximum of its window: equal to it, or NaN as well.
#[allow(clippy::eq_op, reason = "only NaN is not equal to itself")]
#[inline(always)]
fn is_maximum<T: Scalar>(element: T, maximum: T) -> bool {
    element == maximum || (element != element && maximum != maximum)
}

/// Sets `$y` to `$next` for each window `$y` of a row and the element `$x` of the input that it meets, `$step` columns apart.
/// A macro, since the body of a closure is not guaranteed to be compiled for the instruction set. The two usual steps have loops
/// of their own, which the compiler vectorizes.
macro_rules! for_each_window {
    ($row:expr, $input:expr, $step:expr, |$y:ident, $x:ident| $next:expr) => {{
        let (row, input): (&mut [T], &[T]) = ($row, $input);
        match $step {
            1 => {
                for (place, &$x) in row.iter_mut().zip(input) {
                    let $y = *place;
                    *place = $next;
                }
            }
            2 => {
                let (pairs, rest) = input.as_chunks::<2>();
                let whole = row.len().min(pairs.len());
                let (row, last) = row.split_at_mut(whole);
                for (place, pair) in row.iter_mut().zip(pairs) {
                    let ($y, $x) = (*place, pair[0]);
                    *place = $next;
                }
                for (place, &$x) in last.iter_mut().zip(rest) {
                    let $y = *place;
                    *place = $next;
                }
            }
            step => {
                for (place, &$x) in row.iter_mut().zip(input.iter().step_by(step)) {
                    let $y = *place;
                    *place = $next;
                }
            }
        }
    }};
}

#[inline(always)]
pub(super) fn pool_maximum<T: Scalar, I: Isa>(_: I, sizes: PoolingSizes, input: &[T], output: &mut [T]) {
    sizes.check(input.len(), output.len());
    let PoolingSizes { input: [ih, iw], output: [oh, ow], kernel: [_, kw], stride, .. } = sizes;
    if sizes.halves() {
        for (x, y) in input.chunks_exact(ih * iw).zip(output.chunks_exact_mut(oh * ow)) {
            for (rows, y) in x.chunks_exact(2 * iw).zip(y.chunks_exact_mut(ow)) {
                let (upper, lower) = rows.split_at(iw);
                let pairs = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
                for (y, (&[a, b], &[c, d])) in y.iter_mut().zip(pairs) {
                    *y = larger(larger(larger(a, b), c), d);
                }
            }
        }
        return;
    }
    let lowest = T::from_f64(f64::NEG_INFINITY);
    for (x, y) in input.chunks_exact(ih * iw).zip(output.chunks_exact_mut(oh * ow)) {
        for (oy, row) in y.chunks_exact_mut(ow).enumerate() {
            row.fill(lowest);
            for ky in sizes.inside(0, oy) {
                let x = &x[sizes.place(0, oy, ky) * iw..][..iw];
                for kx in 0..kw {
                    let (windows, first) = sizes.windows(kx);
                    for_each_window!(&mut row[windows], &x[first..], stride[1], |y, x| larger(y, x));
                }
            }
        }
    }
}

#[inline(always)]
pub(super) fn pool_maximum_gradient<T: Scalar, I: Isa>(
    _: I,
    sizes: PoolingSizes,
    input: &[T],
    output: &[T],
    grad_output: &[T],
    grad_input: &mut [T],
) {
    sizes.check(input.len(), output.len());
    sizes.check(grad_input.len(), grad_output.len());
    let PoolingSizes { input: [ih, iw], output: [oh, ow], .. } = sizes;
    grad_input.fill(T::ZERO);
    let inputs = input.chunks_exact(ih * iw).zip(grad_input.chunks_exact_mut(ih * iw));
    let outputs = output.chunks_exact(oh * ow).zip(grad_output.chunks_exact(oh * ow));
    if sizes.halves() {
        for ((x, dx), (y, g)) in inputs.zip(outputs) {
            let rows = x.chunks_exact(2 * iw).zip(dx.chunks_exact_mut(2 * iw));
            for ((x, dx), (y, g)) in rows.zip(y.chunks_exact(ow).zip(g.chunks_exact(ow))) {
                halves_gradient(iw, x, y, g, dx);
            }
        }
        return;
    }
    for ((x, dx), (y, g)) in inputs.zip(outputs) {
        for (oy, (y, g)) in y.chunks_exact(ow).zip(g.chunks_exact(ow)).enumerate() {
            let rows = sizes.inside(0, oy);
            for (ox, (&y, &g)) in y.iter().zip(g).enumerate() {
                let columns = sizes.inside(1, ox);
                'window: for ky in rows.clone() {
                    let start = sizes.place(0, oy, ky) * iw;
                    for kx in columns.clone() {
                        let place = start + sizes.place(1, ox, kx);
                        if is_maximum(x[place], y) {
                            dx[place] += g;
                            break 'window;
                        }
                    }
                }
            }
        }
    }
}

/// Returns a gradient where it is chosen, and 0 elsewhere.
#[inline(always)]
fn chosen<T: Scalar>(here: bool, g: T) -> T {
    if here { g } else { T::ZERO }
}

/// Writes the gradient of two rows of the input, for windows of 2 by 2 elements.
#[allow(clippy::needless_bitwise_bool, reason = "the compiler does not vectorize lazy operators here")]
#[inline(always)]
fn halves_gradient<T: Scalar>(columns: usize, x: &[T], y: &[T], g: &[T], dx: &mut [T]) {
    let ((upper, lower), (dx_upper, dx_lower)) = (x.split_at(columns), dx.split_at_mut(columns));
    let pairs = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
    let places = dx_upper.as_chunks_mut::<2>().0.iter_mut().zip(dx_lower.as_chunks_mut::<2>().0);
    for (((&[a, b], &[c, _]), (upper, lower)), (&y, &g)) in pairs.zip(places).zip(y.iter().zip(g)) {
        // Zero is added as in any other sum, so that -0 becomes 0. One of the elements is the maximum.
        let (g, is_a, is_b, is_c) = (T::ZERO + g, is_maximum(a, y), is_maximum(b, y), is_maximum(c, y));
        *upper = [chosen(is_a, g), chosen(is_b & !is_a, g)];
        *lower = [chosen(is_c & !(is_a | is_b), g), chosen(!(is_a | is_b | is_c), g)];
    }
}

/// Divides the values of every window by what `divisor` says.
#[inline(always)]
fn divide<T: Scalar>(sizes: PoolingSizes, divisor: WindowDivisor, values: &mut [T]) {
    let PoolingSizes { input: [ih, iw], output: [oh, ow], kernel: [kh, kw], padding: [above, left], .. } = sizes;
    // The elements that count are those within this image.
    let counted = match divisor {
        WindowDivisor::Padded => PoolingSizes { input: [ih + 2 * above, iw + 2 * left], padding: [0; 2], ..sizes },
        WindowDivisor::Inside | WindowDivisor::Of(_) => sizes,
    };
    let whole = |axis: usize| {
        let last = sizes.output[axis] - 1;
        [0, last].into_iter().all(|window| counted.inside(axis, window).len() == sizes.kernel[axis])
    };
    let same = match divisor {
        WindowDivisor::Of(divisor) => Some(divisor),
        // Windows between the first and the last one lie within the image if these do.
        WindowDivisor::Inside | WindowDivisor::Padded => (whole(0) && whole(1)).then_some(kh * kw),
    };
    if let Some(divisor) = same {
        let divisor = T::from_count(divisor);
        for value in values {
            *value /= divisor;
        }
        return;
    }
    for plane in values.chunks_exact_mut(oh * ow) {
        for (oy, row) in plane.chunks_exact_mut(ow).enumerate() {
            let rows = counted.inside(0, oy).len();
            for (ox, value) in row.iter_mut().enumerate() {
                *value /= T::from_count(rows * counted.inside(1, ox).len());
            }
        }
    }
}

#[inline(always)]
pub(super) fn pool_average<T: Scalar, I: Isa>(
    _: I,
    sizes: PoolingSizes,
    divisor: WindowDivisor,
    input: &[T],
    output: &mut [T],
) {
    sizes.check(input.len(), output.len());
    let PoolingSizes { input: [ih, iw], output: [oh, ow], kernel: [_, kw], stride, .. } = sizes;
    for (x, y) in input.chunks_exact(ih * iw).zip(output.chunks_exact_mut(oh * ow)) {
        for (oy, row) in y.chunks_exact_mut(ow).enumerate() {
            row.fill(T::ZERO);
            for ky in sizes.inside(0, oy) {
                let x = &x[sizes.place(0, oy, ky) * iw..][..iw];
                for kx in 0..kw {
                    let (windows, first) = sizes.windows(kx);
                    for_each_window!(&mut row[windows], &x[first..], stride[1], |y, x| y + x);
                }
            }
        }
    }
    divide(sizes, divisor, output);
}

#[inline(always)]
pub(super) fn pool_average_gradient<T: Scalar, I: Isa>(
    _: I,
    sizes: PoolingSizes,
    divisor: WindowDivisor,
    grad_output: &mut [T],
    grad_input: &mut [T],
) {
    sizes.check(grad_input.len(), grad_output.len());
    let PoolingSizes { input: [ih, iw], output: [oh, ow], kernel: [_, kw], stride, .. } = sizes;
    divide(sizes, divisor, grad_output);
    grad_input.fill(T::ZERO);
    for (g, dx) in grad_output.chunks_exact(oh * ow).zip(grad_input.chunks_exact_mut(ih * iw)) {
        for (oy, g) in g.chunks_exact(ow).enumerate() {
            for ky in sizes.inside(0, oy) {
                let dx = &mut dx[sizes.place(0, oy, ky) * iw..][..iw];
                for kx in 0..kw {
                    let (windows, first) = sizes.windows(kx);
                    for (dx, &g) in dx[first..].iter_mut().step_by(stride[1]).zip(&g[windows]) {
                        *dx += g;
                    }
                }
            }
        }
    }
}

/// Sets `$part` to `$next` for each element `$x` of a plane and the partial result `$part` that it belongs to, and joins the
/// partial results in halves.
macro_rules! over_plane {
    ($plane:expr, $start:expr, |$part:ident, $x:ident| $next:expr) => {{
        let mut parts = [$start; PARTS];
        let (chunks, rest) = $plane.as_chunks::<PARTS>();
        for chunk in chunks {
            for (place, &$x) in parts.iter_mut().zip(chunk) {
                let $part = *place;
                *place = $next;
            }
        }
        for (place, &$x) in parts.iter_mut().zip(rest) {
            let $part = *place;
            *place = $next;
        }
        for half in [8, 4, 2, 1] {
            for index in 0..half {
                let ($part, $x) = (parts[index], parts[index + half]);
                parts[index] = $next;
            }
        }
        parts[0]
    }};
}

/// Checks that there is a value per plane of `elements` elements.
#[inline(always)]
fn check_planes(elements: usize, input: usize, output: usize) {
    assert!(elements > 0 && Some(input) == output.checked_mul(elements), "a value per plane");
}

#[inline(always)]
pub(super) fn maximum_of_planes<T: Scalar, I: Isa>(_: I, elements: usize, input: &[T], output: &mut [T]) {
    check_planes(elements, input.len(), output.len());
    for (x, y) in input.chunks_exact(elements).zip(output) {
        *y = over_plane!(x, T::from_f64(f64::NEG_INFINITY), |part, x| larger(part, x));
    }
}

#[inline(always)]
pub(super) fn maximum_of_planes_gradient<T: Scalar, I: Isa>(
    _: I,
    elements: usize,
    input: &[T],
    output: &[T],
    grad_output: &[T],
    grad_input: &mut [T],
) {
    check_planes(elements, input.len(), output.len());
    check_planes(elements, grad_input.len(), grad_output.len());
    grad_input.fill(T::ZERO);
    let planes = input.chunks_exact(elements).zip(grad_input.chunks_exact_mut(elements));
    for ((x, dx), (&y, &g)) in planes.zip(output.iter().zip(grad_output)) {
        for (dx, &x) in dx.iter_mut().zip(x) {
            if is_maximum(x, y) {
                *dx = g;
                break;
            }
        }
    }
}

#[inline(always)]
pub(super) fn average_of_planes<T: Scalar, I: Isa>(_: I, elements: usize, input: &[T], output: &mut [T]) {
    check_planes(elements, input.len(), output.len());
    let count = T::from_count(elements);
    for (x, y) in input.chunks_exact(elements).zip(output) {
        *y = over_plane!(x, T::ZERO, |part, x| part + x) / count;
    }
}

#[inline(always)]
pub(super) fn average_of_planes_gradient<T: Scalar, I: Isa>(
    _: I,
    elements: usize,
    grad_output: &[T],
    grad_input: &mut [T],
) {
    check_planes(elements, grad_input.len(), grad_output.len());
    let count = T::from_count(elements);
    for (&g, dx) in grad_output.iter().zip(grad_input.chunks_exact_mut(elements)) {
        dx.fill(g / count);
    }
}
