//! How good is a network on samples that it did not learn from?

use alloc::vec::Vec;

use crate::dataset::{Fold, Folds};
use crate::error::Result;
use crate::scalar::Scalar;
use crate::selection::parallel;
use crate::selection::scores::Scores;
use crate::shape::Shape;
use crate::target::Target;

impl<X: Shape, Y: Target, T: Scalar> Folds<'_, X, Y, T> {
    /// Returns the score of each fold: `score` trains on the training samples of the fold, and measures on its validation samples.
    ///
    /// What depends on the data belongs into the closure: a scaler learns from the training samples of the fold alone.
    ///
    /// # Errors
    /// The error of the first fold that has one.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Sign = Dense<1, 2>, Softmax);
    /// let inputs: Vec<[f32; 1]> = (-10_i8..10).map(|value| [f32::from(value) + 0.5]).collect();
    /// let labels: Vec<usize> = inputs.iter().map(|[x]| usize::from(*x > 0.0)).collect();
    /// let data = Dataset::<Vector<1>, Class<2>>::labelled(inputs, labels)?;
    ///
    /// let scores = data.stratified_folds(5, &mut typenet::rng(37))?.cross_validate(|fold| {
    ///     let mut network = Sign::zeroed();
    ///     Trainer::new(Nll, Sgd::new(0.5)).epochs(10).batch_size(4).fit(&mut network, &fold.training)?;
    ///     Ok(network.measure(&fold.validation, Accuracy))
    /// })?;
    /// assert_eq!(scores.to_string(), "1.000 ± 0");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn cross_validate(&self, score: impl Fn(Fold<X, Y, T>) -> Result<f64> + Sync) -> Result<Scores> {
        self.map(score).map(Scores::from)
    }

    /// Returns the result of `work` for each fold, such as a history or a network.
    ///
    /// # Errors
    /// The error of the first fold that has one.
    pub fn map<R: Send>(&self, work: impl Fn(Fold<X, Y, T>) -> Result<R> + Sync) -> Result<Vec<R>> {
        parallel::all(self.len(), &|index| work(self.fold(index)))
    }
}
