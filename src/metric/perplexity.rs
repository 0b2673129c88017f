//! Among how many classes does a network hesitate?

use crate::metric::likelihood::{self, Surprise};
use crate::metric::{Better, Metric, ScoresClasses};
use crate::scalar::Scalar;
use crate::target::Target;

/// The perplexity: the number of equally probable classes among which a prediction would be as uncertain.
///
/// exp(-1/n Σ ln p), where p is the probability of the target class, over the n samples, or over all steps of all samples
///
/// 1 if every target class is certain, K if all classes are equally probable. It is the exponential of the loss
/// [`Nll`](crate::Nll) over the same samples.
///
/// # Numerics
/// Computed in `f64` from the predictions. A probability that is 0 in the scalar type of the network, in `f32` below about 10⁻⁴⁵,
/// makes it infinite. The perplexity of no samples is NaN.
///
/// # Example
/// ```
/// use typenet::metric::Perplexity;
/// use typenet::prelude::*;
///
/// network!(struct Guess (Sequence<2, 1>) = Dense<1, 4>, Softmax);
/// let data = Dataset::<Sequence<2, 1>, [Class<4>; 2]>::labelled([[0.0, 1.0]], [[0, 3]])?;
/// // Zero weights make all classes equal.
/// assert!((Guess::zeroed().measure(&data, Perplexity) - 4.0).abs() < 1e-6);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Perplexity;

impl<Output: ScoresClasses> Metric<Output> for Perplexity {
    type Target = Output::Class;
    type State = Surprise;
    type Value = f64;

    fn better(&self) -> Option<Better> {
        Some(Better::Smaller)
    }

    fn add<T: Scalar>(&self, surprise: &mut Surprise, prediction: &[T], target: &<Output::Class as Target>::Value<T>) {
        likelihood::add::<Output, T>(surprise, prediction, target);
    }

    fn value(&self, surprise: &Surprise) -> f64 {
        Scalar::exp(likelihood::mean(surprise))
    }
}
