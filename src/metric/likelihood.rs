//! How probable are the target classes?

use crate::metric::{ScoresClasses, steps};
use crate::scalar::Scalar;
use crate::target::Target;

/// The sum of -ln p over the target classes, and their number.
pub(super) type Surprise = (f64, u64);

/// Adds a prediction for a sample. Scores become probabilities by a softmax, unless they are probabilities.
pub(super) fn add<Output: ScoresClasses, T: Scalar>(
    (sum, count): &mut Surprise,
    prediction: &[T],
    target: &<Output::Class as Target>::Value<T>,
) {
    for (scores, class) in steps::<Output, T>(prediction, target) {
        let score = scores[class].to_f64();
        *sum += if Output::PROBABILITIES { -Scalar::ln(score) } else { log_sum_exp(scores) - score };
        *count += 1;
    }
}

/// Returns the mean over the target classes.
pub(super) fn mean(&(sum, count): &Surprise) -> f64 {
    sum / count as f64
}

/// Returns ln Σ e^x. The largest score is subtracted first, so that no exponential overflows.
fn log_sum_exp<T: Scalar>(scores: &[T]) -> f64 {
    let largest = scores.iter().map(|score| score.to_f64()).fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = scores.iter().map(|score| Scalar::exp(score.to_f64() - largest)).sum();
    largest + Scalar::ln(sum)
}
