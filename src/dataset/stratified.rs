//! How is a data set split in two with the same shares of classes?

use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::dataset::Dataset;
use crate::scalar::Scalar;
use crate::shape::{Shape, Vector};
use crate::target::{Class, Target};

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
    #[track_caller]
    pub fn stratified_split(self, fraction: f64) -> (Self, Self) {
        self.split_by_class::<K>(fraction, |class| class.index())
    }
}

impl<X: Shape, T: Scalar> Dataset<X, Vector<1>, T> {
    /// Splits the data set into two parts in which yes and no have the same shares, as the `stratified_split` of classes does. A target
    /// of 1 is yes, and one of 0 or -1 is no.
    ///
    /// # Panics
    /// Panics if a target is neither yes nor no, if `fraction` is not strictly between 0 and 1, or if there is only one sample.
    ///
    /// # Example
    /// ```
    /// use typenet::{Dataset, Vector};
    ///
    /// let inputs = vec![[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]];
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(inputs, vec![[0.0], [0.0], [0.0], [0.0], [1.0], [1.0]])?;
    /// let (train, test) = data.stratified_split(0.5);
    /// assert_eq!(train.targets(), [[0.0], [0.0], [1.0]]);
    /// assert_eq!(test.targets(), [[0.0], [0.0], [1.0]]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    #[track_caller]
    pub fn stratified_split(self, fraction: f64) -> (Self, Self) {
        let is_answer = |&[target]: &[T; 1]| [T::ONE, T::ZERO, -T::ONE].contains(&target);
        if let Some(sample) = self.targets.iter().position(|target| !is_answer(target)) {
            let [target] = self.targets[sample];
            panic!("the target of sample {sample} is {target}, but yes is 1 and no is 0 or -1");
        }
        self.split_by_class::<2>(fraction, |&[target]| usize::from(target == T::ONE))
    }
}

impl<X: Shape, Y: Target, T: Scalar> Dataset<X, Y, T> {
    /// Splits the data set into two parts in which each of `K` classes has the same share.
    #[track_caller]
    fn split_by_class<const K: usize>(&self, fraction: f64, class: impl Fn(&Y::Value<T>) -> usize) -> (Self, Self) {
        let classes: Vec<usize> = self.targets.iter().map(class).collect();
        let mut left = shares::<K>(&classes, self.first_part(fraction));
        let (first, second): (Vec<usize>, Vec<usize>) = (0..self.len()).partition(|&sample| {
            let left = &mut left[classes[sample]];
            let is_first = *left > 0;
            *left -= usize::from(is_first);
            is_first
        });
        (self.part(&first), self.part(&second))
    }
}

/// Returns the number of samples of each class in a first part of `total` samples. `classes` are those of all samples.
fn shares<const K: usize>(classes: &[usize], total: usize) -> [usize; K] {
    let mut counts = [0_usize; K];
    for &class in classes {
        counts[class] += 1;
    }
    // In integers, so that equal remainders compare equal: c · n₁ = floor · n + remainder.
    let (n, product) = (classes.len() as u128, |count: usize| count as u128 * total as u128);
    #[allow(clippy::cast_possible_truncation, reason = "at most the count of the class")]
    let mut shares = counts.map(|count| (product(count) / n) as usize);
    let mut seen = [0_usize; K];
    // The classes, ordered by the position of the first sample beyond the rounded share.
    let mut order = Vec::new();
    for &class in classes {
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
