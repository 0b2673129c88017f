//! The kernels, computed one class after another.

use super::{PARTS, check_rows};
use crate::kernel::Isa;
use crate::scalar::Scalar;

/// Adds up the partial sums.
#[inline(always)]
fn folded<T: Scalar>(mut parts: [T; PARTS]) -> T {
    for half in [8, 4, 2, 1] {
        for part in 0..half {
            parts[part] += parts[part + half];
        }
    }
    parts[0]
}

#[inline(always)]
fn sum_of<T: Scalar>(values: impl Iterator<Item = T>) -> T {
    let mut parts = [T::ZERO; PARTS];
    for (class, value) in values.enumerate() {
        parts[class % PARTS] += value;
    }
    folded(parts)
}

#[inline(always)]
fn largest<T: Scalar>(values: &[T]) -> T {
    // A NaN is lost here, but persists in the sum of the exponentials.
    values.iter().fold(values[0], |largest, &value| value.maximum(largest))
}

#[inline(always)]
pub(super) fn softmax<T: Scalar, I: Isa>(_: I, classes: usize, values: &mut [T]) {
    for row in values.chunks_exact_mut(classes) {
        let largest = largest(row);
        for value in row.iter_mut() {
            *value = (*value - largest).exp();
        }
        let sum = sum_of(row.iter().copied());
        for value in row {
            *value /= sum;
        }
    }
}

#[inline(always)]
pub(super) fn softmax_gradient<T: Scalar, I: Isa>(isa: I, classes: usize, output: &[T], gradient: &mut [T]) {
    assert_eq!(output.len(), gradient.len(), "an output per gradient");
    for (y, g) in output.chunks_exact(classes).zip(gradient.chunks_exact_mut(classes)) {
        let mean = y.iter().zip(&*g).fold(T::ZERO, |sum, (&y, &g)| isa.mul_add(g, y, sum));
        for (g, &y) in g.iter_mut().zip(y) {
            *g = y * (*g - mean);
        }
    }
}

/// -ln softmax(z)_c = ln Σ e^(z_k - m) - (z_c - m): no exponential overflows, and the argument of the logarithm is never zero,
/// since the largest logit contributes one.
///
/// The probability of the target class minus one equals minus the sum of the other probabilities. The sum keeps its precision
/// if the probability is near one, whereas the difference would lose it.
#[inline(always)]
pub(super) fn softmax_nll<T: Scalar, I: Isa>(
    _: I,
    logits: &[T],
    targets: &[u32],
    weight: T,
    mut gradient: Option<&mut [T]>,
) -> T {
    let classes = check_rows(logits, targets, gradient.as_deref());
    let mut loss = T::ZERO;
    for (row, &class) in targets.iter().enumerate() {
        let class = class as usize;
        let logits = &logits[row * classes..(row + 1) * classes];
        let largest = largest(logits);
        let exponentials = || logits.iter().map(|&z| (z - largest).exp()).enumerate();
        let others = sum_of(exponentials().map(|(k, e)| if k == class { T::ZERO } else { e }));
        let sum = others + (logits[class] - largest).exp();
        if let Some(gradient) = gradient.as_deref_mut() {
            let gradient = &mut gradient[row * classes..(row + 1) * classes];
            let factor = weight / sum;
            for (k, e) in exponentials() {
                gradient[k] = if k == class { -(others * factor) } else { e * factor };
            }
        }
        loss += sum.ln() - (logits[class] - largest);
    }
    loss
}
