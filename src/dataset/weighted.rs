//! How does a data set give each sample a weight?

use alloc::vec::Vec;

use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::{Shape, Vector};
use crate::target::{ClassTarget, ClassTargetOf, Target, Weighted, WeightedValue};

impl<X: Shape, Y: Target, T: Scalar> Dataset<X, Y, T> {
    /// Returns the data set with a weight for each sample, for the loss [`SampleWeights`](crate::loss::SampleWeights).
    ///
    /// # Errors
    /// - [`Error::CountMismatch`] if the number of weights differs from the number of samples.
    /// - [`Error::WeightOutOfRange`] for the first weight that is negative, infinite or NaN.
    /// - [`Error::AllWeightsZero`] if all weights are 0.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// let data: Dataset<Vector<1>, Class<2>> = Dataset::labelled([[0.0], [1.0], [2.0]], [0, 1, 1])?;
    /// let weighted = data.weighted([1.0, 0.5, 2.0])?;
    /// assert_eq!(weighted.targets()[2].weight(), 2.0);
    /// assert_eq!(weighted.targets()[2].target().index(), 1);
    ///
    /// let error = weighted.unweighted().weighted([1.0, -0.5, 2.0]).unwrap_err();
    /// assert_eq!(error.to_string(), "the weight of sample 1 is -0.5, but must be a finite number of at least 0");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn weighted(self, weights: impl IntoIterator<Item = T>) -> Result<Dataset<X, Weighted<Y>, T>> {
        let Self { inputs, targets } = self;
        let weights: Vec<T> = weights.into_iter().collect();
        if weights.len() != targets.len() {
            return Err(Error::CountMismatch {
                first: "samples",
                first_count: targets.len(),
                second: "weights",
                second_count: weights.len(),
            });
        }
        let mut any = false;
        let value = |(sample, (target, weight)): (usize, (Y::Value<T>, T))| {
            any |= weight > T::ZERO;
            let out_of_range =
                Error::WeightOutOfRange { what: "sample", position: Some(sample), value: weight.to_f64() };
            WeightedValue::new(target, weight).map_err(|_| out_of_range)
        };
        let targets = targets.into_iter().zip(weights).enumerate().map(value).collect::<Result<_>>()?;
        if any { Ok(Dataset { inputs, targets }) } else { Err(Error::AllWeightsZero { what: "sample" }) }
    }
}

impl<X: Shape, Y: Target, T: Scalar> Dataset<X, Weighted<Y>, T> {
    /// Returns the data set without its weights, for metrics, which count every sample equally.
    #[must_use]
    pub fn unweighted(self) -> Dataset<X, Y, T> {
        let targets = self.targets.iter().map(|value| *value.target()).collect();
        Dataset { inputs: self.inputs, targets }
    }
}

impl<X: Shape, Y: ClassTarget, T: Scalar> Dataset<X, Y, T> {
    /// Returns the weights with which all classes contribute equally, for [`ClassWeights`](crate::loss::ClassWeights):
    /// w_c = n / (K n_c), where n_c of the n samples are in class c, or n_c of the n steps of all samples. Their mean over the
    /// samples, or steps, is 1.
    ///
    /// # Errors
    /// [`Error::AbsentClass`] for the first class without a sample.
    ///
    /// # Source
    /// `class_weight="balanced"` of scikit-learn; G. King and L. Zeng, "Logistic regression in rare events data", 2001.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// let data: Dataset<Vector<1>, Class<2>> = Dataset::labelled([[0.0], [1.0], [2.0], [3.0]], [0, 1, 1, 1])?;
    /// assert_eq!(data.balanced_class_weights()?, [2.0, 2.0 / 3.0]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn balanced_class_weights<const K: usize>(&self) -> Result<[f64; K]>
    where
        Y: ClassTargetOf<K>,
    {
        let mut counts = [0_usize; K];
        let classes = self.targets.iter().flat_map(|target| (0..Y::STEPS).map(|step| Y::number::<T>(target, step)));
        classes.for_each(|class| counts[class as usize] += 1);
        if let Some(class) = counts.iter().position(|&count| count == 0) {
            return Err(Error::AbsentClass { class });
        }
        let all = (self.len() * Y::STEPS) as f64;
        Ok(counts.map(|count| all / (K as f64 * count as f64)))
    }
}

impl<X: Shape, T: Scalar, const M: usize> Dataset<X, Vector<M>, T> {
    /// Returns the weights of no and yes with which both contribute equally, for [`ClassWeights`](crate::loss::ClassWeights) of
    /// [`BinaryCrossEntropy`](crate::BinaryCrossEntropy): w_c = n / (2 n_c), where n_c of all n targets are no, 0, or yes, 1. A target
    /// above 0.5 is yes.
    ///
    /// # Errors
    /// [`Error::AbsentClass`] with class 0 if every target is yes, and with class 1 if every target is no.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]; 4], vec![[0.0], [1.0], [1.0], [1.0]])?;
    /// let loss = ClassWeights::new(BinaryCrossEntropy, data.balanced_class_weights()?)?;
    /// assert_eq!(data.balanced_class_weights()?, [2.0, 2.0 / 3.0]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn balanced_class_weights(&self) -> Result<[f64; 2]> {
        let all = self.len() * M;
        let yes = self.targets.iter().flatten().filter(|target| target.to_f64() > 0.5).count();
        let counts = [all - yes, yes];
        if let Some(class) = counts.iter().position(|&count| count == 0) {
            return Err(Error::AbsentClass { class });
        }
        Ok(counts.map(|count| all as f64 / (2.0 * count as f64)))
    }
}
