//! How many bits would a network need to tell a target?

use core::f64::consts::LN_2;

use crate::metric::likelihood::{self, Surprise};
use crate::metric::{Better, Metric, ScoresClasses};
use crate::scalar::Scalar;
use crate::target::Target;

/// The bits per character: how many bits an ideal code needs on average for a target class, if the network predicts it.
///
/// -1/n Σ log₂ p, where p is the probability of the target class, over the n samples, or over all steps of all samples
///
/// It is the loss [`Nll`](crate::Nll) over the same samples, divided by ln 2. A class may be a character or any other symbol.
///
/// # Numerics
/// As for [`Perplexity`](crate::metric::Perplexity).
///
/// # Example
/// ```
/// use typenet::metric::BitsPerCharacter;
/// use typenet::prelude::*;
///
/// network!(struct Guess (Sequence<2, 1>) = Dense<1, 4>, Softmax);
/// let data = Dataset::<Sequence<2, 1>, [Class<4>; 2]>::labelled([[0.0, 1.0]], [[0, 3]])?;
/// // Zero weights make all classes equal.
/// assert!((Guess::zeroed().measure(&data, BitsPerCharacter) - 2.0).abs() < 1e-6);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BitsPerCharacter;

impl<Output: ScoresClasses> Metric<Output> for BitsPerCharacter {
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
        likelihood::mean(surprise) / LN_2
    }
}
