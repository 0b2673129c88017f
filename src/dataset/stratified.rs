//! How is a data set cut in two with the same shares of classes?

use alloc::vec::Vec;

use crate::dataset::Dataset;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Class;

impl<X: Shape, T: Scalar, const K: usize> Dataset<X, Class<K>, T> {
    /// Cuts the data set in two, each with the same share of every class as far as counts allow: the first part gets
    /// `fraction` of the samples of each class.
    ///
    /// Of the n samples of a class the first part gets the first round(`fraction` · n), halves rounded up; both parts keep
    /// the order of their samples. Shuffle first when that order says something about them. A class of few samples may be
    /// missing from one part.
    ///
    /// # Panics
    /// When `fraction` does not lie between 0 and 1, both excluded, or one part would get no sample at all.
    ///
    /// # Example
    /// ```
    /// use typenet::{Class, Dataset, Vector};
    ///
    /// let inputs = [[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]];
    /// let data: Dataset<Vector<1>, Class<2>> = Dataset::labelled(inputs, [0, 0, 0, 0, 1, 1])?;
    /// let (train, test) = data.stratified_split(0.5);
    /// assert_eq!(train.inputs(), [[0.0], [1.0], [4.0]]);
    /// assert_eq!(test.inputs(), [[2.0], [3.0], [5.0]]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn stratified_split(&self, fraction: f64) -> (Self, Self) {
        assert!(
            fraction > 0.0 && fraction < 1.0,
            "the fraction of a split is {fraction}, but must lie between 0 and 1"
        );
        let mut counts = [0_usize; K];
        self.targets.iter().for_each(|class| counts[class.index()] += 1);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the number of samples"
        )]
        let mut left = counts.map(|count| libm::round(fraction * count as f64) as usize);
        let (first, second): (Vec<usize>, Vec<usize>) = (0..self.len()).partition(|&sample| {
            let left = &mut left[self.targets[sample].index()];
            let is_first = *left > 0;
            *left -= usize::from(is_first);
            is_first
        });
        assert!(
            !first.is_empty() && !second.is_empty(),
            "a split of {fraction} leaves one part of {} samples empty: each class has too few",
            self.len()
        );
        (self.part(&first), self.part(&second))
    }

    fn part(&self, samples: &[usize]) -> Self {
        let mut part = Self { inputs: Vec::new(), targets: Vec::new() };
        self.gather(samples, &mut part.inputs, &mut part.targets);
        part
    }
}
