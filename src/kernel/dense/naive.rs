//! The products, computed one element after another.

use super::{DenseSizes, PANEL, ranges};
use crate::kernel::Isa;
use crate::scalar::Scalar;

/// `y[s, o] = b[o] + Σ_i x[s, i] w[o, i]`, one output after another.
#[inline(always)]
pub(super) fn forward<T: Scalar, I: Isa>(
    isa: I,
    sizes: DenseSizes,
    weight: &[T],
    bias: &[T],
    input: &[T],
    output: &mut [T],
) {
    sizes.check(weight.len(), Some(bias.len()), input.len(), output.len());
    let DenseSizes { inputs, outputs, .. } = sizes;
    for (x, y) in input.chunks_exact(inputs).zip(output.chunks_exact_mut(outputs)) {
        for (o, y) in y.iter_mut().enumerate() {
            let (ranges, len) = ranges(inputs);
            for range in 0..ranges {
                let end = if range + 1 == ranges { inputs } else { (range + 1) * len };
                let start = bias.get(o).copied().filter(|_| range == 0).unwrap_or(T::ZERO);
                let sum = (range * len..end).fold(start, |sum, i| isa.mul_add(x[i], weight[i * outputs + o], sum));
                *y = if range == 0 { sum } else { *y + sum };
            }
        }
    }
}

/// `dx[s, i] = Σ_o g[s, o] w[o, i]`, one input after another.
#[inline(always)]
pub(super) fn input_gradient<T: Scalar, I: Isa>(
    isa: I,
    sizes: DenseSizes,
    weight: &[T],
    grad_output: &[T],
    grad_input: &mut [T],
) {
    sizes.check(weight.len(), None, grad_input.len(), grad_output.len());
    let DenseSizes { inputs, outputs, .. } = sizes;
    for (g, dx) in grad_output.chunks_exact(outputs).zip(grad_input.chunks_exact_mut(inputs)) {
        for (dx, weights) in dx.iter_mut().zip(weight.chunks_exact(outputs)) {
            let sums = g
                .chunks(PANEL)
                .zip(weights.chunks(PANEL))
                .map(|(g, weights)| g.iter().zip(weights).fold(T::ZERO, |sum, (&g, &w)| isa.mul_add(g, w, sum)));
            *dx = sums.reduce(|sum, part| sum + part).unwrap_or(T::ZERO);
        }
    }
}

/// `dw[o, i] = Σ_s g[s, o] x[s, i]`, `db[o] = Σ_s g[s, o]`, one weight after another.
#[inline(always)]
pub(super) fn weight_gradient<T: Scalar, I: Isa>(
    isa: I,
    sizes: DenseSizes,
    input: &[T],
    grad_output: &[T],
    accumulate: bool,
    grad_weight: &mut [T],
    grad_bias: &mut [T],
) {
    sizes.check(grad_weight.len(), Some(grad_bias.len()), input.len(), grad_output.len());
    let DenseSizes { inputs, outputs, .. } = sizes;
    let samples = || input.chunks_exact(inputs).zip(grad_output.chunks_exact(outputs));
    let put = |place: &mut T, sum: T| *place = if accumulate { *place + sum } else { sum };
    for (i, weights) in grad_weight.chunks_exact_mut(outputs).enumerate() {
        for (o, place) in weights.iter_mut().enumerate() {
            put(place, samples().fold(T::ZERO, |sum, (x, g)| isa.mul_add(x[i], g[o], sum)));
        }
    }
    for (o, place) in grad_bias.iter_mut().enumerate() {
        put(place, samples().fold(T::ZERO, |sum, (_, g)| sum + g[o]));
    }
}
