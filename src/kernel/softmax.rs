//! Softmax over the classes of each sample, its gradient, and the negative log likelihood on top of it.

use super::Isa;
use crate::scalar::Scalar;

#[inline(always)]
fn largest<T: Scalar>(values: &[T]) -> T {
    // A NaN is kept, wherever it stands, so that it reaches the result.
    values.iter().skip(1).fold(values[0], |largest, &value| {
        #[allow(clippy::eq_op, reason = "NaN alone differs from itself")]
        if value > largest || value != value { value } else { largest }
    })
}

#[inline(always)]
pub(super) fn softmax<T: Scalar, I: Isa>(_: I, classes: usize, values: &mut [T]) {
    for row in values.chunks_exact_mut(classes) {
        let largest = largest(row);
        let mut sum = T::ZERO;
        for value in row.iter_mut() {
            *value = (*value - largest).exp();
            sum += *value;
        }
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

/// -ln softmax(z)_c = ln Σ e^(z_k - m) - (z_c - m): no exponential overflows, and no logarithm sees zero, since the
/// largest logit contributes one.
#[inline(always)]
pub(super) fn softmax_nll<T: Scalar, I: Isa>(
    _: I,
    logits: &[T],
    class: usize,
    weight: T,
    gradient: Option<&mut [T]>,
) -> T {
    let largest = largest(logits);
    let mut sum = T::ZERO;
    if let Some(gradient) = gradient {
        assert_eq!(logits.len(), gradient.len(), "a gradient per logit");
        for (g, &z) in gradient.iter_mut().zip(logits) {
            *g = (z - largest).exp();
            sum += *g;
        }
        let factor = weight / sum;
        // The probability of the class minus one is minus the probabilities of the others: their sum keeps its digits
        // where the difference of a probability near one would lose them.
        let mut others = T::ZERO;
        for (position, g) in gradient.iter_mut().enumerate() {
            *g *= factor;
            if position != class {
                others += *g;
            }
        }
        gradient[class] = -others;
    } else {
        for &z in logits {
            sum += (z - largest).exp();
        }
    }
    sum.ln() - (logits[class] - largest)
}

#[cfg(test)]
mod tests {
    use crate::kernel::{Isa, Kernels, Program, dispatch};

    struct GradientOf<'a>(&'a [f32], &'a mut [f32]);

    impl Program for GradientOf<'_> {
        type Output = ();

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) {
            f32::softmax_nll(isa, self.0, 0, 1.0, Some(self.1));
        }
    }

    #[test]
    fn the_gradient_of_a_sample_that_is_nearly_right_keeps_its_digits() {
        // p = 1 - 2 e^-20 to the last digit of f32 and beyond: p - 1 would be 0.
        let mut gradient = [0.0; 3];
        dispatch(GradientOf(&[20.0, 0.0, 0.0], &mut gradient));
        let expected = -2.0 * f64::exp(-20.0) / (1.0 + 2.0 * f64::exp(-20.0));
        assert!((f64::from(gradient[0]) / expected - 1.0).abs() < 1e-6, "{gradient:?}");
    }
}
