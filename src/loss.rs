//! How wrong is a prediction, and in which direction does it improve?
//!
//! A loss is computed from the **logits**: for a network that ends in `Softmax`, these are the inputs of the softmax. One
//! function computes value and gradient, so that each can be written in its numerically stable form.

mod absolute_error;
mod binary_cross_entropy;
mod class_weights;
mod cross_entropy;
mod ctc;
mod hinge;
mod huber;
mod label_smoothing;
mod masked;
mod mean_squared_error;
mod negative_log_likelihood;
mod sample_weights;
mod takes;

pub use absolute_error::AbsoluteError;
pub use binary_cross_entropy::BinaryCrossEntropy;
pub use class_weights::ClassWeights;
pub use cross_entropy::{CrossEntropy, RawScores};
pub use ctc::Ctc;
pub use hinge::{CategoricalHinge, Hinge};
pub use huber::Huber;
pub use label_smoothing::LabelSmoothing;
pub use mean_squared_error::MeanSquaredError;
pub use negative_log_likelihood::{EndsInSoftmax, Nll};
pub use sample_weights::SampleWeights;
pub use takes::{Admits, AnyOutput, EndsInSigmoid, RawOutput, UnknownHead};

use core::slice;

use crate::error::{Error, Result};
use crate::kernel::{Isa, Kernels};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::{ClassTarget, Target};

/// The targets that a loss compares with, one per sample.
pub type Values<L, Output, T> = <<L as Loss<Output>>::Target as Target>::Value<T>;

/// A function of a network's prediction and its target that training minimizes.
///
/// `Output` is the shape of the network's output.
///
/// # Units
/// Training uses the mean over the batch: it passes `weight` = 1 / batch for the gradients, and divides the sum of the losses
/// itself.
///
/// # Example
/// A custom loss: half the squared distance.
/// ```
/// use typenet::prelude::*;
/// use typenet::kernel::{Isa, Kernels};
/// use typenet::loss::AnyOutput;
///
/// struct HalfSquare;
///
/// impl<const N: usize> Loss<Vector<N>> for HalfSquare {
///     type Target = Vector<N>;
///     type Takes = AnyOutput;
///
///     fn evaluate<T: Kernels, I: Isa>(
///         &self, _: I, logits: &[T], targets: &[[T; N]], weight: T, gradient: Option<&mut [T]>,
///     ) -> T {
///         let differences = logits.iter().zip(targets.as_flattened()).map(|(&p, &t)| p - t);
///         if let Some(gradient) = gradient {
///             for (g, difference) in gradient.iter_mut().zip(differences.clone()) {
///                 *g = weight * difference;
///             }
///         }
///         differences.fold(T::ZERO, |sum, d| sum + d * d) / (T::ONE + T::ONE)
///     }
/// }
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
/// let mut line = Line::zeroed();
/// Trainer::new(HalfSquare, Sgd::new(0.5)).epochs(200).batch_size(2).fit(&mut line, &data)?;
/// assert!((line.predict(&[2.0])[0] - 5.0).abs() < 1e-3);
/// # Ok::<(), typenet::Error>(())
/// ```
#[diagnostic::on_unimplemented(message = "the loss `{Self}` does not fit a network whose output is `{Output}`")]
pub trait Loss<Output: Shape>: Send + Sync {
    /// The kind of target that the loss compares with.
    type Target: Target;

    /// The outputs that the loss takes: [`AnyOutput`], or [`RawOutput`] if it expects logits. A network that ends in `Sigmoid` or
    /// `HardSigmoid` outputs probabilities instead, and does not compile with a loss of raw scores.
    type Takes: Admits<EndsInSigmoid<false>>;

    /// Returns a value of the target that is finite, but that the loss cannot compare with. Training with such a target
    /// fails with [`Error::TargetOutOfRange`].
    #[inline(always)]
    fn objection<T: Scalar>(&self, _target: &<Self::Target as Target>::Value<T>) -> Option<Objection> {
        None
    }

    /// Returns the sum of the losses over the samples. If `gradient` is given, also writes the gradient of each loss with
    /// respect to its logits, multiplied by `weight`.
    ///
    /// `logits` and `gradient` hold one sample after another, as many as there are targets.
    fn evaluate<T: Kernels, I: Isa>(
        &self,
        isa: I,
        logits: &[T],
        targets: &[<Self::Target as Target>::Value<T>],
        weight: T,
        gradient: Option<&mut [T]>,
    ) -> T;
}

/// A value in a target that a loss cannot compare with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objection {
    /// The position of the value within the target.
    pub position: usize,
    /// The allowed values, as a phrase: `at least 0 and at most 1`.
    pub allowed: &'static str,
}

impl Objection {
    /// Finds the first value of a target that is not allowed.
    #[inline(always)]
    fn to_first<T: Scalar>(values: &[T], is_allowed: impl Fn(T) -> bool, allowed: &'static str) -> Option<Self> {
        let position = values.iter().position(|&value| !is_allowed(value))?;
        Some(Self { position, allowed })
    }
}

/// Rejects targets that a loss cannot compare with.
pub(crate) fn check_targets<L, Output, T>(loss: &L, targets: &[Values<L, Output, T>]) -> Result<()>
where
    L: Loss<Output>,
    Output: Shape,
    T: Scalar,
{
    for (sample, target) in targets.iter().enumerate() {
        if let Some(Objection { position, allowed }) = loss.objection::<T>(target) {
            let mut elements = L::Target::elements::<T>(target);
            let value = elements.find(|&(of_element, _)| of_element == position);
            let value = value.map_or(f64::NAN, |(_, value)| value.to_f64());
            return Err(Error::TargetOutOfRange { sample, position, value, allowed });
        }
    }
    Ok(())
}

/// Returns the sum over the samples of the mean over the outputs of a function. The function receives an output and its target,
/// and returns its value and its slope. The outputs of a sample are added in order, and the sum is divided by their count.
#[inline(always)]
fn each_output<Output: Shape, T: Kernels>(
    outputs: &[T],
    targets: &[Output::Array<T>],
    weight: T,
    mut gradient: Option<&mut [T]>,
    value_and_slope: impl Fn(T, T) -> (T, T),
) -> T {
    let mean = T::ONE / T::from_count(Output::LEN);
    let factor = weight * mean;
    let targets = Output::flat_batch(targets);
    let mut sum = T::ZERO;
    let rows = outputs.chunks_exact(Output::LEN).zip(targets.chunks_exact(Output::LEN));
    for (sample, (outputs, targets)) in rows.enumerate() {
        let mut of_sample = T::ZERO;
        for (position, (&output, &target)) in outputs.iter().zip(targets).enumerate() {
            let (value, slope) = value_and_slope(output, target);
            of_sample += value;
            if let Some(gradient) = gradient.as_deref_mut() {
                gradient[sample * Output::LEN + position] = factor * slope;
            }
        }
        sum += of_sample * mean;
    }
    sum
}

/// The number of class indices that are gathered at a time.
const GATHERED: usize = 64;

/// Returns the negative log-likelihood of class targets under the softmax of the logits, the mean over the steps of a sample.
/// [`Nll`] and [`CrossEntropy`] share it.
#[inline(always)]
fn softmax_nll<C: ClassTarget, T: Kernels, I: Isa>(
    isa: I,
    logits: &[T],
    targets: &[C::Value<T>],
    weight: T,
    mut gradient: Option<&mut [T]>,
) -> T {
    let steps = targets.len() * C::STEPS;
    let (classes, of_each) = (logits.len() / steps.max(1), T::ONE / T::from_count(C::STEPS));
    let mut all = targets.iter().flat_map(|target| (0..C::STEPS).map(|step| C::number::<T>(target, step)));
    let mut sum = T::ZERO;
    for start in (0..steps).step_by(GATHERED) {
        let mut indices = [0; GATHERED];
        let indices = &mut indices[..GATHERED.min(steps - start)];
        for (index, number) in indices.iter_mut().zip(&mut all) {
            *index = number;
        }
        let rows = start * classes..(start + indices.len()) * classes;
        let gradient = gradient.as_deref_mut().map(|gradient| &mut gradient[rows.clone()]);
        sum += T::softmax_nll(isa, &logits[rows], indices, weight * of_each, gradient);
    }
    sum * of_each
}

/// Returns Σ w_i l_i over the samples and writes the gradients of w_i l_i, given a target and a weight for each sample. The
/// loss is called once per sample.
#[inline(always)]
fn weighted_sum<'a, Output: Shape, L: Loss<Output>, T: Kernels, I: Isa>(
    loss: &L,
    isa: I,
    logits: &[T],
    targets: impl Iterator<Item = (&'a Values<L, Output, T>, T)>,
    weight: T,
    mut gradient: Option<&mut [T]>,
) -> T {
    let mut sum = T::ZERO;
    for (sample, (target, sample_weight)) in targets.enumerate() {
        let row = sample * Output::LEN..(sample + 1) * Output::LEN;
        let gradient = gradient.as_deref_mut().map(|gradient| &mut gradient[row.clone()]);
        sum +=
            sample_weight * loss.evaluate(isa, &logits[row], slice::from_ref(target), weight * sample_weight, gradient);
    }
    sum
}
