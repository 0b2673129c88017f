//! The maxima of windows of two by two elements that do not overlap, and their gradient, without branches.

use super::{PoolingSizes, loops};
use crate::kernel::lanes::{Lanes, Vectors};
use crate::kernel::{Isa, Program};
use crate::scalar::Scalar;

/// The twin of [`pool_maximum_gradient`](loops::pool_maximum_gradient) for sizes that [`halves`](PoolingSizes::halves) accepts.
pub(super) struct MaximumGradient<'a, T> {
    pub(super) sizes: PoolingSizes,
    pub(super) input: &'a [T],
    pub(super) output: &'a [T],
    pub(super) grad_output: &'a [T],
    pub(super) grad_input: &'a mut [T],
}

impl<T: Vectors> Program for MaximumGradient<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        self.of_planes::<T::In<I>>(isa);
    }
}

impl<T: Vectors> MaximumGradient<'_, T> {
    #[inline(always)]
    fn of_planes<V: Lanes<Element = T>>(self, isa: V::Isa) {
        let sizes = self.sizes;
        sizes.check(self.input.len(), self.output.len());
        sizes.check(self.grad_input.len(), self.grad_output.len());
        let PoolingSizes { input: [ih, iw], output: [oh, ow], .. } = sizes;
        assert!(sizes.halves() && 2 * oh <= ih && 2 * ow <= iw, "windows within the image");
        let outputs = self.output.chunks_exact(oh * ow).zip(self.grad_output.chunks_exact(oh * ow));
        let inputs = self.input.chunks_exact(ih * iw).zip(self.grad_input.chunks_exact_mut(ih * iw));
        for ((x, dx), (y, g)) in inputs.zip(outputs) {
            // Rows and columns without a window.
            if (ih, iw) != (2 * oh, 2 * ow) {
                dx.fill(T::ZERO);
            }
            if !of_plane::<V>(isa, sizes, [x, y, g], dx) {
                loops::pool_maximum_gradient(isa, PoolingSizes { planes: 1, ..sizes }, x, y, g, dx);
            }
        }
    }
}

/// The twin of [`pool_maximum`](loops::pool_maximum) for sizes that [`halves`](PoolingSizes::halves) accepts.
pub(super) struct Maximum<'a, T> {
    pub(super) sizes: PoolingSizes,
    pub(super) input: &'a [T],
    pub(super) output: &'a mut [T],
}

impl<T: Vectors> Program for Maximum<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        self.of_planes::<T::In<I>>(isa);
    }
}

impl<T: Vectors> Maximum<'_, T> {
    #[inline(always)]
    fn of_planes<V: Lanes<Element = T>>(self, isa: V::Isa) {
        let sizes = self.sizes;
        sizes.check(self.input.len(), self.output.len());
        let PoolingSizes { input: [ih, iw], output: [oh, ow], .. } = sizes;
        for (x, y) in self.input.chunks_exact(ih * iw).zip(self.output.chunks_exact_mut(oh * ow)) {
            if !maxima_of_plane::<V>(isa, sizes, x, y) {
                loops::pool_maximum(isa, PoolingSizes { planes: 1, ..sizes }, x, y);
            }
        }
    }
}

/// Computes the maxima of one plane. Returns false if an element is not finite: NaN needs other comparisons.
#[inline(always)]
fn maxima_of_plane<V: Lanes>(isa: V::Isa, sizes: PoolingSizes, x: &[V::Element], y: &mut [V::Element]) -> bool {
    let PoolingSizes { input: [ih, iw], output: [oh, ow], .. } = sizes;
    assert!(x.len() == ih * iw && y.len() == oh * ow, "one plane");
    assert!(sizes.halves() && 2 * oh <= ih && 2 * ow <= iw, "windows within the image");
    let zero = V::splat(isa, V::Element::ZERO);
    // Zero, or NaN if an element is infinite or NaN.
    let mut check = zero;
    for row in 0..oh {
        for start in (0..ow).step_by(V::COUNT) {
            let count = V::COUNT.min(ow - start);
            // The elements of the windows take two registers of each row.
            let low = V::first(isa, (2 * count).min(V::COUNT));
            let high = V::first(isa, (2 * count).saturating_sub(V::COUNT));
            let mut maxima = zero;
            for line in 0..2 {
                let from = x.as_ptr().wrapping_add((2 * row + line) * iw + 2 * start);
                // SAFETY: the two rows of each window are within the image, and so are its two columns.
                let (even, odd) = unsafe {
                    V::load_first(isa, low, from).separate(V::load_first(isa, high, from.wrapping_add(V::COUNT)))
                };
                check = odd.mul_add(zero, even.mul_add(zero, check));
                // The first of equal elements is the second operand.
                maxima = odd.maximum(if line == 0 { even } else { even.maximum(maxima) });
            }
            // SAFETY: `count` windows from `start` on are within the row.
            unsafe { maxima.store_first(V::first(isa, count), y.as_mut_ptr().add(row * ow + start)) };
        }
    }
    check.sum() == V::Element::ZERO
}

/// Computes the gradient for one plane. Returns false if a maximum is not finite: NaN needs other comparisons.
#[inline(always)]
fn of_plane<V: Lanes>(isa: V::Isa, sizes: PoolingSizes, [x, y, g]: [&[V::Element]; 3], dx: &mut [V::Element]) -> bool {
    let PoolingSizes { input: [ih, iw], output: [oh, ow], .. } = sizes;
    assert!(x.len() == ih * iw && dx.len() == x.len() && y.len() == oh * ow && g.len() == y.len(), "one plane");
    assert!(2 * oh <= ih && 2 * ow <= iw, "windows within the image");
    let zero = V::splat(isa, V::Element::ZERO);
    // Zero, or NaN if a maximum is infinite or NaN.
    let mut check = zero;
    for row in 0..oh {
        for start in (0..ow).step_by(V::COUNT) {
            let count = V::COUNT.min(ow - start);
            let first = V::first(isa, count);
            // The elements of the windows take two registers of each row.
            let low = V::first(isa, (2 * count).min(V::COUNT));
            let high = V::first(isa, (2 * count).saturating_sub(V::COUNT));
            // SAFETY: `count` windows from `start` on are within the row, as the loops ensure.
            let (maxima, mut rest) = unsafe {
                let place = row * ow + start;
                (V::load_first(isa, first, y.as_ptr().add(place)), V::load_first(isa, first, g.as_ptr().add(place)))
            };
            check = maxima.mul_add(zero, check);
            for line in [2 * row, 2 * row + 1] {
                let place = line * iw + 2 * start;
                let from = x.as_ptr().wrapping_add(place);
                // SAFETY: the two rows of each window are within the image, and so are its two columns.
                let (even, odd) = unsafe {
                    V::load_first(isa, low, from).separate(V::load_first(isa, high, from.wrapping_add(V::COUNT)))
                };
                // What the maximum gets, the elements after it do not get.
                let less = even.less(maxima);
                let of_even = rest.zero_where(less).add(zero);
                rest = rest.select(less, zero);
                let less = odd.less(maxima);
                let of_odd = rest.zero_where(less).add(zero);
                rest = rest.select(less, zero);
                let (one, other) = of_even.interleave(of_odd);
                let to = dx.as_mut_ptr().wrapping_add(place);
                // SAFETY: as above.
                unsafe {
                    one.store_first(low, to);
                    other.store_first(high, to.wrapping_add(V::COUNT));
                }
            }
        }
    }
    check.sum() == V::Element::ZERO
}
