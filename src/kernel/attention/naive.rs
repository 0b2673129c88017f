//! The kernels, computed one element after another.

use super::{AttentionSizes, KEY, SoftmaxKernels, VALUE};
use crate::kernel::Isa;
use crate::scalar::Scalar;

/// Computes the weights of one step after another, and its output.
#[inline(always)]
pub(super) fn forward<T: SoftmaxKernels, I: Isa>(
    isa: I,
    sizes: AttentionSizes,
    projected: &[T],
    panel: &mut [T],
    weights: &mut [T],
    output: &mut [T],
) {
    sizes.check_forward(projected.len(), panel.len(), weights.len(), output.len());
    let (kept, features, scale) = (sizes.keeps(weights.len()), sizes.features(), sizes.scale::<T>());
    let AttentionSizes { steps, width, .. } = sizes;
    for head in sizes.each_head() {
        let at = |step: usize, part: usize| head.projected + (3 * step + part) * features;
        for step in 0..steps {
            let first = if kept { head.weights + step * steps } else { 0 };
            let row = &mut weights[first..][..sizes.visible(step)];
            for (other, weight) in row.iter_mut().enumerate() {
                let (query, key) = (&projected[at(step, 0)..][..width], &projected[at(other, KEY)..]);
                *weight = dot(isa, query, key) * scale;
            }
            T::softmax(isa, row.len(), row);
            for (d, y) in output[head.output + step * features..][..width].iter_mut().enumerate() {
                let terms = row.iter().enumerate();
                *y = terms.fold(T::ZERO, |sum, (other, &a)| isa.mul_add(a, projected[at(other, VALUE) + d], sum));
            }
        }
    }
}

/// Computes the output of the last step, with a sum for each weight or element of the output that grows by one term at a time.
#[inline(always)]
pub(super) fn step<T: SoftmaxKernels, I: Isa>(
    isa: I,
    sizes: AttentionSizes,
    query: &[T],
    [keys, values]: [&[T]; 2],
    capacity: usize,
    weights: &mut [T],
    output: &mut [T],
) {
    let (AttentionSizes { steps, width, .. }, features, scale) = (sizes, sizes.features(), sizes.scale::<T>());
    let weights = &mut weights[..steps];
    let heads = query.chunks_exact(width).zip(output.chunks_exact_mut(width)).enumerate();
    for (head, (query, output)) in heads {
        weights.fill(T::ZERO);
        for (&q, keys) in query.iter().zip(keys[head * width * capacity..].chunks_exact(capacity)) {
            for (weight, &key) in weights.iter_mut().zip(keys) {
                *weight = isa.mul_add(q, key, *weight);
            }
        }
        for weight in &mut *weights {
            *weight *= scale;
        }
        T::softmax(isa, steps, weights);
        output.fill(T::ZERO);
        for (&weight, values) in weights.iter().zip(values.chunks_exact(features)) {
            for (y, &value) in output.iter_mut().zip(&values[head * width..]) {
                *y = isa.mul_add(weight, value, *y);
            }
        }
    }
}

/// Computes the gradients of the values, the weights, the keys and the queries of each head, in this order.
#[inline(always)]
pub(super) fn gradient<T: SoftmaxKernels, I: Isa>(
    isa: I,
    sizes: AttentionSizes,
    projected: &mut [T],
    panel: &mut [T],
    weights: &mut [T],
    grad_output: &[T],
    means: &[T],
) {
    sizes.check_gradient(projected.len(), panel.len(), weights.len(), grad_output.len(), means.len());
    let AttentionSizes { steps, heads, width, .. } = sizes;
    let (features, scale) = (sizes.features(), sizes.scale::<T>());
    for head in sizes.each_head() {
        let weights = &mut weights[head.weights..][..steps * steps];
        let at = |step: usize, part: usize| head.projected + (3 * step + part) * features;
        let grad_at = |step: usize| head.output + step * features;
        let copy = |projected: &[T], part: usize, panel: &mut [T]| {
            for (step, row) in panel.chunks_exact_mut(width).take(steps).enumerate() {
                row.copy_from_slice(&projected[at(step, part)..][..width]);
            }
        };
        // The sum over the steps that see one.
        let seen = |weights: &[T], other: usize, factor: &dyn Fn(usize) -> T| {
            let viewers = sizes.first_viewer(other)..steps;
            viewers.fold(T::ZERO, |sum, step| isa.mul_add(weights[step * steps + other], factor(step), sum))
        };
        copy(projected, VALUE, panel);
        for (other, d) in pairs(steps, width) {
            projected[at(other, VALUE) + d] = seen(weights, other, &|step| grad_output[grad_at(step) + d]);
        }
        for (step, other) in pairs(steps, steps).filter(|&(step, other)| other < sizes.visible(step)) {
            let product = dot(isa, &grad_output[grad_at(step)..][..width], &panel[other * width..]);
            let weight = &mut weights[step * steps + other];
            *weight = *weight * (product - means[head.means + step * heads]) * scale;
        }
        copy(projected, KEY, panel);
        for (other, d) in pairs(steps, width) {
            projected[at(other, KEY) + d] = seen(weights, other, &|step| projected[at(step, 0) + d]);
        }
        for (step, d) in pairs(steps, width) {
            let row = weights[step * steps..][..sizes.visible(step)].iter().enumerate();
            projected[at(step, 0) + d] =
                row.fold(T::ZERO, |sum, (other, &h)| isa.mul_add(h, panel[other * width + d], sum));
        }
    }
}

/// Returns the product of two vectors, added in the order of their elements from zero.
#[inline(always)]
fn dot<T: Scalar, I: Isa>(isa: I, left: &[T], right: &[T]) -> T {
    left.iter().zip(right).fold(T::ZERO, |sum, (&left, &right)| isa.mul_add(left, right, sum))
}

/// Returns the positions in a matrix, row by row.
fn pairs(rows: usize, columns: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).flat_map(move |row| (0..columns).map(move |column| (row, column)))
}
