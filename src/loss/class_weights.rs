//! Class weights: classes that count more or less than others.

use crate::error::{Error, Result};
use crate::kernel::{Isa, Kernels};
use crate::loss::{BinaryCrossEntropy, Loss, Objection, RawOutput, Values, each_output, weighted_sum};
use crate::metric::Classification;
use crate::scalar::Scalar;
use crate::shape::{Shape, Vector};
use crate::target::{ClassTarget, ClassTargetOf};

/// A loss with class targets that multiplies the inner loss of each sample by the weight of its class.
///
/// l(x, c) = w_c l(x, c)
///
/// [`BinaryCrossEntropy`] has the classes no, 0, and yes, 1, for each output:
///
/// l(z, t) = -1/M Σ_j (w_1 t_j ln σ(z_j) + w_0 (1 - t_j) ln (1 - σ(z_j)))
///
/// With w_0 = 1, w_1 is `pos_weight` of PyTorch's `BCEWithLogitsLoss`, as
/// [`positive_weight`](BinaryCrossEntropy::positive_weight) sets it.
///
/// # Shapes
/// Those of the inner loss, which has `K` classes. The inner loss of each step of a sequence is multiplied by the weight of the
/// class of that step.
///
/// # Gradients
/// Those of the inner loss times w_c.
///
/// # Units
/// Training and evaluation divide by the number of samples, as Keras does for `class_weight`. PyTorch's `weight` divides by the
/// sum of the weights of the batch instead. With [`balanced_class_weights`](crate::Dataset::balanced_class_weights), whose mean
/// is 1, the two agree on the whole data set, and approximately on batches, depending on their class proportions. With label
/// smoothing they do not agree: this loss multiplies the whole smoothed loss of a sample by the weight of the sample's class,
/// while PyTorch multiplies the term of each class by the weight of that class. Accuracy counts every sample equally.
///
/// # Numerics
/// As for [`SampleWeights`](crate::loss::SampleWeights). Weights are rounded to the network's scalar type. A class whose
/// rounded weight is 0, in `f32` below about 10⁻⁴⁵, does not count. If all rounded weights are 0, every loss is 0, without an
/// [`Error::AllWeightsZero`].
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Guess = Dense<1, 2>, Softmax);
///
/// let data = Dataset::<Vector<1>, Class<2>>::labelled([[0.0], [0.0], [0.0], [0.0]], [0, 1, 1, 1])?;
/// let mut guess = Guess::zeroed();
/// // Both classes have probability 1/2: (2 + 1 + 1 + 1) / 4 times ln 2.
/// let loss = ClassWeights::new(Nll, [2.0, 1.0])?;
/// assert!((guess.evaluate(&data, &loss).loss - 1.25 * 2.0_f64.ln()).abs() < 1e-6);
///
/// // Three of the four samples belong to class 1, but both classes have the same total weight.
/// let loss = ClassWeights::new(Nll, data.balanced_class_weights()?)?;
/// guess.dense.bias[0] = 1.0;
/// Trainer::new(loss, Sgd::new(1.0)).epochs(200).fit(&mut guess, &data)?;
/// assert!((guess.predict(&[0.0])[0] - 0.5).abs() < 1e-5);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassWeights<L, const K: usize> {
    loss: L,
    weights: [f64; K],
}

impl<L, const K: usize> ClassWeights<L, K> {
    /// Creates a loss with one weight per class, in class order.
    ///
    /// # Errors
    /// [`Error::WeightOutOfRange`] for the first weight that is negative, infinite or NaN. [`Error::AllWeightsZero`] if all
    /// weights are zero.
    pub fn new(loss: L, weights: [f64; K]) -> Result<Self> {
        let (what, in_range) = ("class", |weight: f64| weight.is_finite() && weight >= 0.0);
        if let Some(class) = weights.iter().position(|&weight| !in_range(weight)) {
            return Err(Error::WeightOutOfRange { what, position: Some(class), value: weights[class] });
        }
        if weights.iter().all(|&weight| weight == 0.0) {
            return Err(Error::AllWeightsZero { what });
        }
        Ok(Self { loss, weights })
    }
}

/// What a loss compares with the outputs of a network.
type TargetOf<L, Output> = <L as Loss<Output>>::Target;

impl<Output, L, const K: usize> Loss<Output> for ClassWeights<L, K>
where
    Output: Shape,
    L: Loss<Output, Target: ClassTargetOf<K>>,
    L: Loss<Output::Step, Target = <TargetOf<L, Output> as ClassTarget>::Step>,
{
    type Target = TargetOf<L, Output>;
    type Evaluation = <L as Loss<Output>>::Evaluation;
    type Takes = <L as Loss<Output>>::Takes;

    #[inline(always)]
    fn objection<T: Scalar>(&self, target: &Values<L, Output, T>) -> Option<Objection> {
        Loss::<Output>::objection::<T>(&self.loss, target)
    }

    #[inline(always)]
    fn evaluate<T: Kernels, I: Isa>(
        &self,
        isa: I,
        logits: &[T],
        targets: &[Values<L, Output, T>],
        weight: T,
        gradient: Option<&mut [T]>,
    ) -> T {
        let steps = TargetOf::<L, Output>::STEPS;
        let of_each = T::ONE / T::from_count(steps);
        let weighted = |target, step| {
            let class = TargetOf::<L, Output>::number::<T>(target, step) as usize;
            (TargetOf::<L, Output>::step::<T>(target, step), T::from_f64(self.weights[class]) * of_each)
        };
        let targets = targets.iter().flat_map(|target| (0..steps).map(move |step| weighted(target, step)));
        weighted_sum::<Output::Step, L, T, I>(&self.loss, isa, logits, targets, weight, gradient)
    }
}

impl BinaryCrossEntropy {
    /// Returns the loss in which yes counts `weight` times as much as no: [`ClassWeights`] of 1 and `weight`, PyTorch's
    /// `pos_weight`. The number of samples with no divided by that with yes gives both the same total weight.
    ///
    /// l(z, t) = -1/M Σ_j (weight · t_j ln σ(z_j) + (1 - t_j) ln (1 - σ(z_j)))
    ///
    /// # Errors
    /// [`Error::WeightOutOfRange`] if the weight is negative, infinite or NaN.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Yes = Dense<1, 1>);
    ///
    /// // One yes among four.
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]; 4], vec![[0.0], [1.0], [0.0], [0.0]])?;
    /// let mut yes = Yes::zeroed();
    /// yes.dense.bias[0] = -1.0;
    /// Trainer::new(BinaryCrossEntropy.positive_weight(3.0)?, Sgd::new(1.0)).epochs(200).fit(&mut yes, &data)?;
    /// // Yes and no have the same total weight, so that neither is more likely.
    /// assert!(yes.predict(&[0.0])[0].abs() < 1e-5);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn positive_weight(self, weight: f64) -> Result<ClassWeights<Self, 2>> {
        ClassWeights::new(self, [1.0, weight])
    }
}

impl<const M: usize> Loss<Vector<M>> for ClassWeights<BinaryCrossEntropy, 2> {
    type Target = Vector<M>;
    type Evaluation = Classification;
    type Takes = RawOutput;

    #[inline(always)]
    fn objection<T: Scalar>(&self, target: &[T; M]) -> Option<Objection> {
        Loss::<Vector<M>>::objection::<T>(&self.loss, target)
    }

    #[inline(always)]
    fn evaluate<T: Kernels, I: Isa>(
        &self,
        _: I,
        logits: &[T],
        targets: &[[T; M]],
        weight: T,
        gradient: Option<&mut [T]>,
    ) -> T {
        let [no, yes] = self.weights.map(T::from_f64);
        each_output::<Vector<M>, T>(logits, targets, weight, gradient, |score, target| {
            let (no, yes) = (no * (T::ONE - target), yes * target);
            // The exponential of a non-positive value cannot overflow.
            let e = (-score.absolute()).exp();
            let less_likely = e / (T::ONE + e);
            let (ln, far) = (e.ln_1p(), score.absolute());
            // The losses of no and yes, and σ(z) with 1 - σ(z), each in its precise form.
            if score < T::ZERO {
                (no * ln + yes * (far + ln), no * less_likely - yes * (T::ONE - less_likely))
            } else {
                (no * (far + ln) + yes * ln, no * (T::ONE - less_likely) - yes * less_likely)
            }
        })
    }
}
