//! How is a data set split in two with the same shares of classes?

use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::dataset::Dataset;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Class;

impl<X: Shape, T: Scalar, const K: usize> Dataset<X, Class<K>, T> {
    /// Splits the data set into two parts of the sizes that [`split`](Self::split) gives. Each class has the same share in both
    /// parts, as far as the counts allow.
    ///
    /// With n samples, n₁ of which go to the first part, the share of a class of c samples is c · n₁ / n. The class gets this
    /// share rounded down. The samples that are then missing come from the classes with the largest remainders, one each. The
    /// first part therefore has n₁ samples, and every class differs from its share by less than one sample. Among equal
    /// remainders, the class whose next sample comes first in the data set gets it, so that rare classes are spread over both
    /// parts.
    ///
    /// A class for each step, `[Class<K>; L]`, is no class of the sample, so such a data set has no stratified split. Where one
    /// step decides, split a data set of the same inputs by the class of that step.
    ///
    /// The first part gets the first samples of each class, and both parts keep the order of their samples. Shuffle first if
    /// that order carries information.
    ///
    /// # Panics
    /// Panics if `fraction` is not strictly between 0 and 1, or if there is only one sample.
    ///
    /// # Source
    /// The largest remainder method, also called Hamilton's method. The counts are those of scikit-learn's
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

    /// Returns the number of samples of each class in a first part of `total` samples.
    fn shares(&self, total: usize) -> [usize; K] {
        let mut counts = [0_usize; K];
        self.targets.iter().for_each(|class| counts[class.index()] += 1);
        // In integers, so that equal remainders compare equal: c · n₁ = floor · n + remainder.
        let (n, product) = (self.len() as u128, |count: usize| count as u128 * total as u128);
        #[allow(clippy::cast_possible_truncation, reason = "at most the count of the class")]
        let mut shares = counts.map(|count| (product(count) / n) as usize);
        let mut seen = [0_usize; K];
        // The classes, ordered by the position of the first sample beyond the rounded share.
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
}
