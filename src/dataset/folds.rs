//! How is a data set divided into folds?

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use rand::Rng;

use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::random;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::{Class, Target};

/// A division of the samples of a data set into folds, each of which is held out once.
///
/// [`Dataset::folds`] and [`Dataset::stratified_folds`] make it. The same generator state gives the same folds.
///
/// # Example
/// ```
/// use typenet::{Dataset, Vector};
///
/// let inputs: Vec<[f32; 1]> = (0_u8..7).map(|value| [value.into()]).collect();
/// let data: Dataset<Vector<1>, Vector<1>> = Dataset::new(inputs.clone(), inputs)?;
/// let folds = data.folds(3, &mut typenet::rng(37))?;
/// let sizes: Vec<_> = folds.iter().map(|fold| (fold.training.len(), fold.validation.len())).collect();
/// assert_eq!(sizes, [(4, 3), (5, 2), (5, 2)]);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone)]
pub struct Folds<'d, X: Shape, Y: Target, T: Scalar = f32> {
    data: &'d Dataset<X, Y, T>,
    /// The fold in which each sample is held out.
    held_out: Vec<usize>,
    count: usize,
}

/// A fold: the samples that are held out, and all others.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fold<X: Shape, Y: Target, T: Scalar = f32> {
    /// The number of the fold, counted from 0.
    pub index: usize,
    /// The samples of all other folds, in the order of the data set.
    pub training: Dataset<X, Y, T>,
    /// The samples of this fold, in the order of the data set.
    pub validation: Dataset<X, Y, T>,
}

impl<'d, X: Shape, Y: Target, T: Scalar> Folds<'d, X, Y, T> {
    /// Deals the samples in `order` to the folds, one each in turn.
    fn deal(data: &'d Dataset<X, Y, T>, folds: usize, order: &[usize]) -> Result<Self> {
        if !(2..=data.len()).contains(&folds) {
            let (name, value) = ("number of folds", folds as f64);
            return Err(Error::Setting { name, value, allowed: "at least 2, and at most the number of samples" });
        }
        let mut held_out = vec![0; data.len()];
        order.iter().enumerate().for_each(|(position, &sample)| held_out[sample] = position % folds);
        Ok(Self { data, held_out, count: folds })
    }

    /// Returns the number of folds, which is at least 2.
    #[allow(clippy::len_without_is_empty, reason = "there are at least two")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Returns the fold with this number, a copy of its samples.
    ///
    /// # Panics
    /// Panics if `index` is not below the number of folds.
    #[must_use]
    pub fn fold(&self, index: usize) -> Fold<X, Y, T> {
        assert!(index < self.count, "there are {} folds, but fold {index} was requested", self.count);
        let (validation, training): (Vec<usize>, _) =
            (0..self.data.len()).partition(|&sample| self.held_out[sample] == index);
        Fold { index, training: self.data.part(&training), validation: self.data.part(&validation) }
    }

    /// Returns the folds in turn. Each is copied when it is reached.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Fold<X, Y, T>> {
        (0..self.count).map(|index| self.fold(index))
    }
}

/// Prints the number of folds and the data set: `Folds { folds: 5, data: Dataset { .. } }`.
impl<X: Shape, Y: Target, T: Scalar> fmt::Debug for Folds<'_, X, Y, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Folds").field("folds", &self.count).field("data", self.data).finish()
    }
}

impl<X: Shape, Y: Target, T: Scalar> Dataset<X, Y, T> {
    /// Divides the samples at random into `folds` folds, whose sizes differ by at most one sample.
    ///
    /// # Errors
    /// [`Error::Setting`] if `folds` is below 2 or above the number of samples.
    pub fn folds<R: Rng + ?Sized>(&self, folds: usize, rng: &mut R) -> Result<Folds<'_, X, Y, T>> {
        Folds::deal(self, folds, &random::permutation(self.len(), rng))
    }

    /// Returns a copy of the samples with these indices.
    pub(in crate::dataset) fn part(&self, samples: &[usize]) -> Self {
        let mut part = Self { inputs: Vec::new(), targets: Vec::new() };
        self.gather(samples, &mut part.inputs, &mut part.targets);
        part
    }
}

impl<X: Shape, T: Scalar, const K: usize> Dataset<X, Class<K>, T> {
    /// Divides the samples at random into `folds` folds that have the same share of each class, as far as the counts allow: both the
    /// sizes of the folds and their numbers of samples of a class differ by at most one.
    ///
    /// A class with fewer samples than folds is missing in some folds.
    ///
    /// # Errors
    /// [`Error::Setting`] if `folds` is below 2 or above the number of samples.
    ///
    /// # Source
    /// The samples are dealt to the folds class by class, as in scikit-learn's `StratifiedKFold`.
    ///
    /// # Example
    /// ```
    /// use typenet::{Class, Dataset, Vector};
    ///
    /// let data: Dataset<Vector<1>, Class<2>> = Dataset::labelled([[0.5]; 9], [0, 0, 0, 0, 0, 0, 1, 1, 1])?;
    /// for fold in data.stratified_folds(3, &mut typenet::rng(37))?.iter() {
    ///     let ones = fold.validation.targets().iter().filter(|class| class.index() == 1);
    ///     assert_eq!((fold.validation.len(), ones.count()), (3, 1));
    /// }
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn stratified_folds<R: Rng + ?Sized>(&self, folds: usize, rng: &mut R) -> Result<Folds<'_, X, Class<K>, T>> {
        let mut order = random::permutation(self.len(), rng);
        order.sort_by_key(|&sample| self.targets[sample].index());
        Folds::deal(self, folds, &order)
    }
}
