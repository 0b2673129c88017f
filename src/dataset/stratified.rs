//! How is a data set cut in two with the same shares of classes?

use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::dataset::Dataset;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Class;

impl<X: Shape, T: Scalar, const K: usize> Dataset<X, Class<K>, T> {
    /// Cuts the data set in two parts of the sizes that [`split`](Self::split) gives, each with the same share of every class
    /// as far as counts allow.
    ///
    /// With n samples, n₁ of which go to the first part, the share of a class of c samples is c · n₁ / n. The class gets
    /// this number rounded down, and the samples that are then left go to the classes with the largest remainders, one
    /// each. So the part has n₁ samples, and no class is a whole sample away from its share. Among equal remainders the
    /// class whose next sample comes first in the data set gets it: rare classes are spread over both parts.
    ///
    /// The first part gets the first samples of each class, and both parts keep the order of their samples. Shuffle first
    /// when that order says something about them.
    ///
    /// # Panics
    /// When `fraction` does not lie between 0 and 1, both excluded, or there is only one sample.
    ///
    /// # Source
    /// Largest remainders, also called Hamilton's method; the counts are those of scikit-learn's
    /// `train_test_split(.., train_size=n1, stratify=y)`, which chooses at random among equal remainders.
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
        let mut left = self.shares(self.first_part(fraction));
        let (first, second): (Vec<usize>, Vec<usize>) = (0..self.len()).partition(|&sample| {
            let left = &mut left[self.targets[sample].index()];
            let is_first = *left > 0;
            *left -= usize::from(is_first);
            is_first
        });
        (self.part(&first), self.part(&second))
    }

    /// How many samples of each class go to a first part of `total` samples.
    fn shares(&self, total: usize) -> [usize; K] {
        let mut counts = [0_usize; K];
        self.targets.iter().for_each(|class| counts[class.index()] += 1);
        // In whole numbers, so that equal remainders are equal: c · n₁ = floor · n + remainder.
        let (n, product) = (self.len() as u128, |count: usize| count as u128 * total as u128);
        #[allow(clippy::cast_possible_truncation, reason = "at most the count of the class")]
        let mut shares = counts.map(|count| (product(count) / n) as usize);
        let mut seen = [0_usize; K];
        // The classes in the order of the samples that are the first not to be in the rounded share.
        let mut order = Vec::new();
        for class in self.targets.iter().map(|class| class.index()) {
            if seen[class] == shares[class] {
                order.push(class);
            }
            seen[class] += 1;
        }
        order.sort_by_key(|&class| Reverse(product(counts[class]) % n));
        let left = total - shares.iter().sum::<usize>();
        order.iter().take(left).for_each(|&class| shares[class] += 1);
        shares
    }

    fn part(&self, samples: &[usize]) -> Self {
        let mut part = Self { inputs: Vec::new(), targets: Vec::new() };
        self.gather(samples, &mut part.inputs, &mut part.targets);
        part
    }
}
