//! The loops, over one row at a time.

use super::{EnlargementSizes, Interpolation, PadMode, PadSizes};
use crate::kernel::Isa;
use crate::scalar::Scalar;

impl PadSizes {
    /// Checks that the lengths of the slices match the sizes and that the image fills the border, and returns rows and columns of
    /// the output.
    #[inline(always)]
    fn check(self, mode: PadMode, input: usize, output: usize) -> [usize; 2] {
        let Self { planes, input: [ih, iw], before, after } = self;
        let [oh, ow] = [before[0] + ih + after[0], before[1] + iw + after[1]];
        assert!(ih > 0 && iw > 0, "no size is 0");
        assert!(input == planes * ih * iw && output == planes * oh * ow, "inputs and outputs of every plane");
        for (size, border) in [(ih, before[0].max(after[0])), (iw, before[1].max(after[1]))] {
            let fills = match mode {
                PadMode::Zeros | PadMode::Replicate => true,
                PadMode::Reflect => border < size,
                PadMode::Circular => border <= size,
            };
            assert!(fills, "a border of {border} does not follow from an image of {size}");
        }
        [oh, ow]
    }

    /// Returns the row or column of the input at a place of the output, or `None` for a zero.
    #[inline(always)]
    fn source(self, mode: PadMode, axis: usize, place: usize) -> Option<usize> {
        let (size, before) = (self.input[axis], self.before[axis]);
        if place < before {
            return match mode {
                PadMode::Zeros => None,
                PadMode::Reflect => Some(before - place),
                PadMode::Replicate => Some(0),
                PadMode::Circular => Some(size - (before - place)),
            };
        }
        let behind = (place - before).checked_sub(size);
        match (behind, mode) {
            (None, _) => Some(place - before),
            (Some(_), PadMode::Zeros) => None,
            (Some(behind), PadMode::Reflect) => Some(size - 2 - behind),
            (Some(_), PadMode::Replicate) => Some(size - 1),
            (Some(behind), PadMode::Circular) => Some(behind),
        }
    }
}

#[inline(always)]
pub(super) fn pad<T: Scalar, I: Isa>(_: I, sizes: PadSizes, mode: PadMode, input: &[T], output: &mut [T]) {
    let [oh, ow] = sizes.check(mode, input.len(), output.len());
    let PadSizes { input: [ih, iw], before: [_, left], .. } = sizes;
    for (x, y) in input.chunks_exact(ih * iw).zip(output.chunks_exact_mut(oh * ow)) {
        for (oy, row) in y.chunks_exact_mut(ow).enumerate() {
            let Some(iy) = sizes.source(mode, 0, oy) else {
                row.fill(T::ZERO);
                continue;
            };
            let x = &x[iy * iw..][..iw];
            row[left..][..iw].copy_from_slice(x);
            for ox in (0..left).chain(left + iw..ow) {
                row[ox] = match sizes.source(mode, 1, ox) {
                    Some(ix) => x[ix],
                    None => T::ZERO,
                };
            }
        }
    }
}

#[inline(always)]
pub(super) fn pad_gradient<T: Scalar, I: Isa>(
    _: I,
    sizes: PadSizes,
    mode: PadMode,
    grad_output: &[T],
    grad_input: &mut [T],
) {
    let [oh, ow] = sizes.check(mode, grad_input.len(), grad_output.len());
    let PadSizes { input: [ih, iw], before: [top, left], .. } = sizes;
    for (g, dx) in grad_output.chunks_exact(oh * ow).zip(grad_input.chunks_exact_mut(ih * iw)) {
        if mode == PadMode::Zeros {
            for (g, dx) in g.chunks_exact(ow).skip(top).zip(dx.chunks_exact_mut(iw)) {
                dx.copy_from_slice(&g[left..][..iw]);
            }
            continue;
        }
        dx.fill(T::ZERO);
        for (oy, g) in g.chunks_exact(ow).enumerate() {
            let Some(iy) = sizes.source(mode, 0, oy) else { continue };
            let dx = &mut dx[iy * iw..][..iw];
            for (ox, &g) in g[..left].iter().enumerate() {
                if let Some(ix) = sizes.source(mode, 1, ox) {
                    dx[ix] += g;
                }
            }
            for (dx, &g) in dx.iter_mut().zip(&g[left..]) {
                *dx += g;
            }
            for (ox, &g) in g.iter().enumerate().skip(left + iw) {
                if let Some(ix) = sizes.source(mode, 1, ox) {
                    dx[ix] += g;
                }
            }
        }
    }
}

impl EnlargementSizes {
    /// Checks that the lengths of the slices match the sizes.
    #[inline(always)]
    fn check(self, input: usize, output: usize) {
        let Self { planes, input: [ih, iw], factor: [fy, fx] } = self;
        assert!([ih, iw, fy, fx].iter().all(|&size| size > 0), "no size is 0");
        assert!(input == planes * ih * iw && output == input * fy * fx, "inputs and outputs of every plane");
    }

    /// Returns the two elements between which a place of the output lies, and the weight of the second one.
    #[inline(always)]
    fn between<T: Scalar>(self, axis: usize, place: usize) -> ([usize; 2], T) {
        let (size, factor) = (self.input[axis], self.factor[axis]);
        // (place + 1/2) / factor - 1/2, as a fraction with the denominator 2 factor.
        let numerator = (2 * place + 1).saturating_sub(factor);
        let (first, rest) = (numerator / (2 * factor), numerator % (2 * factor));
        ([first, (first + 1).min(size - 1)], T::from_count(rest) / T::from_count(2 * factor))
    }
}

#[inline(always)]
pub(super) fn enlarge<T: Scalar, I: Isa>(
    isa: I,
    sizes: EnlargementSizes,
    interpolation: Interpolation,
    input: &[T],
    output: &mut [T],
) {
    sizes.check(input.len(), output.len());
    let EnlargementSizes { input: [ih, iw], factor: [fy, fx], .. } = sizes;
    let ow = iw * fx;
    match interpolation {
        Interpolation::Nearest => {
            for (x, rows) in input.chunks_exact(iw).zip(output.chunks_exact_mut(fy * ow)) {
                let (first, others) = rows.split_at_mut(ow);
                for (&x, y) in x.iter().zip(first.chunks_exact_mut(fx)) {
                    y.fill(x);
                }
                for row in others.chunks_exact_mut(ow) {
                    row.copy_from_slice(first);
                }
            }
        }
        Interpolation::Bilinear => {
            for (x, y) in input.chunks_exact(ih * iw).zip(output.chunks_exact_mut(ih * iw * fy * fx)) {
                for (oy, row) in y.chunks_exact_mut(ow).enumerate() {
                    let (rows, h1) = sizes.between::<T>(0, oy);
                    let [above, below] = [&x[rows[0] * iw..][..iw], &x[rows[1] * iw..][..iw]];
                    for (ox, y) in row.iter_mut().enumerate() {
                        let ([left, right], w1) = sizes.between::<T>(1, ox);
                        let (w0, h0) = (T::ONE - w1, T::ONE - h1);
                        let upper = isa.mul_add(w1, above[right], w0 * above[left]);
                        let lower = isa.mul_add(w1, below[right], w0 * below[left]);
                        *y = isa.mul_add(h1, lower, h0 * upper);
                    }
                }
            }
        }
    }
}

#[inline(always)]
pub(super) fn enlarge_gradient<T: Scalar, I: Isa>(
    isa: I,
    sizes: EnlargementSizes,
    interpolation: Interpolation,
    grad_output: &[T],
    grad_input: &mut [T],
) {
    sizes.check(grad_input.len(), grad_output.len());
    let EnlargementSizes { input: [ih, iw], factor: [fy, fx], .. } = sizes;
    let ow = iw * fx;
    grad_input.fill(T::ZERO);
    match interpolation {
        Interpolation::Nearest => {
            for (g, dx) in grad_output.chunks_exact(fy * ow).zip(grad_input.chunks_exact_mut(iw)) {
                for g in g.chunks_exact(ow) {
                    for (g, dx) in g.chunks_exact(fx).zip(&mut *dx) {
                        for &g in g {
                            *dx += g;
                        }
                    }
                }
            }
        }
        Interpolation::Bilinear => {
            let planes = grad_output.chunks_exact(ih * iw * fy * fx).zip(grad_input.chunks_exact_mut(ih * iw));
            for (g, dx) in planes {
                for (oy, g) in g.chunks_exact(ow).enumerate() {
                    let (rows, h1) = sizes.between::<T>(0, oy);
                    for (ox, &g) in g.iter().enumerate() {
                        let (columns, w1) = sizes.between::<T>(1, ox);
                        for (row, h) in rows.into_iter().zip([T::ONE - h1, h1]) {
                            for (column, w) in columns.into_iter().zip([T::ONE - w1, w1]) {
                                let dx = &mut dx[row * iw + column];
                                *dx = isa.mul_add(g * h, w, *dx);
                            }
                        }
                    }
                }
            }
        }
    }
}
