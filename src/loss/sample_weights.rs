//! Sample weights: samples that count more or less than others.

use crate::kernel::{Isa, Kernels};
use crate::loss::{Loss, Objection, Values, weighted_sum};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::{Weighted, WeightedValue};

/// A loss that multiplies the inner loss of each sample by the weight of the sample.
///
/// l(x, (t, w)) = w l(x, t)
///
/// # Shapes
/// Those of the inner loss. Targets are [`Weighted`], as [`Dataset::weighted`](crate::Dataset::weighted) creates them. The
/// validation set needs weights too. For unweighted samples, use `data.weighted(vec![1.0; data.len()])`.
///
/// # Gradients
/// Those of the inner loss times w.
///
/// # Units
/// Training and evaluation divide by the number of samples, as Keras does for `sample_weight`, and not by the sum of the
/// weights. Weights with mean 1 therefore preserve the scale of loss and gradient. To divide by the sum over the data set,
/// first divide the weights by their mean. Accuracy and mean absolute error count every sample equally.
///
/// # Numerics
/// With weights of 1, gradients have the same bits as without weights. The value has the same bits for up to 64 samples per
/// tile. Above that, its sum may be computed in another order.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
///
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [0.0]], vec![[1.0], [3.0]])?.weighted([1.0, 0.5])?;
/// let mut line = Line::zeroed();
/// // Zero weights predict 0: (1 · 1² + 0.5 · 3²) / 2.
/// assert_eq!(line.evaluate(&data, &SampleWeights(MeanSquaredError)).loss, 2.75);
/// Trainer::new(SampleWeights(MeanSquaredError), Sgd::new(0.5)).epochs(200).fit(&mut line, &data)?;
/// // The weighted mean (1 · 1 + 0.5 · 3) / 1.5.
/// assert!((line.predict(&[0.0])[0] - 5.0 / 3.0).abs() < 1e-5);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SampleWeights<L>(
    /// The inner loss.
    pub L,
);

impl<Output: Shape, L: Loss<Output>> Loss<Output> for SampleWeights<L> {
    type Target = Weighted<L::Target>;
    type Takes = L::Takes;

    #[inline(always)]
    fn objection<T: Scalar>(&self, target: &WeightedValue<Values<L, Output, T>, T>) -> Option<Objection> {
        self.0.objection::<T>(target.target())
    }

    #[inline(always)]
    fn evaluate<T: Kernels, I: Isa>(
        &self,
        isa: I,
        logits: &[T],
        targets: &[WeightedValue<Values<L, Output, T>, T>],
        weight: T,
        gradient: Option<&mut [T]>,
    ) -> T {
        let targets = targets.iter().map(|value| (value.target(), value.weight()));
        weighted_sum::<Output, L, T, I>(&self.0, isa, logits, targets, weight, gradient)
    }
}
