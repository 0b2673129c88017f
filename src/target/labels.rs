//! Which labels does a sequence have, if it is unknown at which steps?

use alloc::vec::Vec;
use core::iter;

use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::target::label::of_index;
use crate::target::{Class, Target};

/// The labels of a sequence in their order, without the steps at which they are: the letters of a spoken word, or the digits in a
/// line of handwriting. It is the target of the loss [`Ctc`](crate::Ctc).
///
/// The network has `L` steps of `K` classes. Class 0 is the *blank*, which says that there is no label at a step, or no new one;
/// labels are the classes from 1 to `K` - 1. A *path* is a class for each step. Its labels are what is left if repeated classes
/// are written once, and then blanks are left out. So a path needs a blank between equal labels:
///
/// | path | labels |
/// |---|---|
/// | 0 1 1 0 2 | 1 2 |
/// | 1 0 1 1 2 | 1 1 2 |
///
/// A sequence may have no labels. One that is shorter than `L` steps is padded at the end, and [`within`](Self::within) says how
/// many steps it has.
///
/// # Errors
/// [`Labels::new`] and [`Labels::within`] reject labels that no path has, so every value of this type has a finite loss:
/// n labels, of which r equal the label before them, need n + r steps.
///
/// # Example
/// ```
/// use typenet::{Class, Labels};
///
/// let labels = Labels::<5, 3>::new(&[1, 1, 2])?;
/// assert_eq!(labels.classes().len(), 3);
/// let path = [1, 0, 1, 1, 2].map(|class| Class::new(class).unwrap());
/// assert_eq!(Labels::of_path(&path), labels);
///
/// let error = Labels::<5, 3>::new(&[1, 1, 1, 2]).unwrap_err();
/// assert_eq!(error.to_string(), "4 labels need 6 steps, one for each and 2 for the blanks between equal ones, but there are 5");
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Labels<const L: usize, const K: usize> {
    /// The labels, followed by blanks.
    classes: [Class<K>; L],
    count: usize,
    steps: usize,
}

impl<const L: usize, const K: usize> Labels<L, K> {
    /// The index of the class that is no label. It is 0, the default of PyTorch.
    pub const BLANK: usize = 0;

    /// Creates the labels of a sequence of `L` steps.
    ///
    /// # Errors
    /// As [`within`](Self::within).
    pub fn new(labels: &[usize]) -> Result<Self> {
        Self::within(L, labels)
    }

    /// Creates the labels of the first `steps` steps. The others are padding, which the loss does not read.
    ///
    /// # Errors
    /// [`Error::LabelOutOfRange`] for a label of `K` or above, [`Error::BlankLabel`] for the blank, [`Error::TooManyLabels`] for
    /// more labels than a path of `steps` steps can have, and [`Error::Setting`] for more than `L` steps.
    pub fn within(steps: usize, labels: &[usize]) -> Result<Self> {
        Self::of_sample(None, steps, labels)
    }

    /// Creates the labels of each sample, of `L` steps.
    ///
    /// # Errors
    /// As [`within`](Self::within), with the position of the sample.
    ///
    /// # Example
    /// ```
    /// use typenet::Labels;
    ///
    /// let targets = Labels::<4, 3>::of_samples([vec![1, 2], vec![], vec![2, 2]])?;
    /// assert_eq!(targets.len(), 3);
    /// let error = Labels::<4, 3>::of_samples([vec![1], vec![2, 0]]).unwrap_err();
    /// assert_eq!(error.to_string(), "label 0 at position 1 of sample 1 is the blank: labels are 1 to 2");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn of_samples<I: IntoIterator<Item: AsRef<[usize]>>>(samples: I) -> Result<Vec<Self>> {
        let samples = samples.into_iter().enumerate();
        samples.map(|(sample, labels)| Self::of_sample(Some(sample), L, labels.as_ref())).collect()
    }

    fn of_sample(sample: Option<usize>, steps: usize, labels: &[usize]) -> Result<Self> {
        if steps > L {
            let (name, allowed) = ("number of steps", "at most that of the shape");
            return Err(Error::Setting { name, value: steps as f64, allowed });
        }
        let equal = labels.windows(2).filter(|pair| pair[0] == pair[1]).count();
        if steps < labels.len() + equal {
            return Err(Error::TooManyLabels { sample, labels: labels.len(), equal, steps });
        }
        let mut classes = [Class(0); L];
        for (position, (class, &label)) in classes.iter_mut().zip(labels).enumerate() {
            if label == Self::BLANK {
                return Err(Error::BlankLabel { sample, position, classes: K });
            }
            *class =
                Class::new(label).map_err(|_| Error::LabelOutOfRange { sample, label: of_index(label), classes: K })?;
        }
        Ok(Self { classes, count: labels.len(), steps })
    }

    /// Returns the labels of a path: repeated classes once, without blanks.
    ///
    /// The classes that a network predicts are the most probable path, so this is the *best path decoding* or *greedy decoding*
    /// of its output. Another sequence of labels may be more probable, since many paths have the same labels.
    ///
    /// # Panics
    /// If the path has more than `L` steps.
    #[must_use]
    pub fn of_path(path: &[Class<K>]) -> Self {
        assert!(path.len() <= L, "a path of {} steps in a sequence of {L}", path.len());
        let (mut classes, mut count) = ([Class(0); L], 0);
        for class in collapsed(path.iter().copied(), Class(0)) {
            classes[count] = class;
            count += 1;
        }
        Self { classes, count, steps: path.len() }
    }

    /// Returns the labels.
    #[must_use]
    #[inline(always)]
    pub fn classes(&self) -> &[Class<K>] {
        &self.classes[..self.count]
    }

    /// Returns the number of steps of the sequence, without padding.
    #[must_use]
    #[inline(always)]
    pub const fn steps(&self) -> usize {
        self.steps
    }
}

/// Returns the labels of a path.
pub(crate) fn collapsed<C: Copy + PartialEq>(path: impl Iterator<Item = C>, blank: C) -> impl Iterator<Item = C> {
    let mut before = blank;
    path.filter(move |&class| {
        let is_new = class != before && class != blank;
        before = class;
        is_new
    })
}

impl<const L: usize, const K: usize> Target for Labels<L, K> {
    const LEAVES_OUT_STEPS: bool = true;

    type Value<T: Scalar> = Self;

    fn elements<T: Scalar>(_: &Self) -> impl Iterator<Item = (usize, T)> {
        iter::empty()
    }

    fn end<T: Scalar>(value: &Self) -> Option<usize> {
        Some(value.steps)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::Labels;
    use crate::target::Class;

    #[test]
    fn labels_of_paths() {
        let of = |path: [usize; 6]| {
            let labels = Labels::<6, 4>::of_path(&path.map(|class| Class::new(class).unwrap()));
            labels.classes().iter().map(|class| class.index()).collect::<alloc::vec::Vec<_>>()
        };
        assert!(of([0, 0, 0, 0, 0, 0]).is_empty());
        assert_eq!(of([1, 1, 1, 1, 1, 1]), [1]);
        assert_eq!(of([1, 0, 1, 1, 0, 1]), [1, 1, 1]);
        assert_eq!(of([1, 2, 1, 3, 3, 2]), [1, 2, 1, 3, 2]);
        assert_eq!(of([0, 3, 0, 0, 3, 0]), [3, 3]);
    }

    #[test]
    fn labels_that_no_path_has_are_refused() {
        let text = |steps, labels: &[usize]| Labels::<4, 3>::within(steps, labels).unwrap_err().to_string();
        assert!(Labels::<4, 3>::within(4, &[1, 2, 1, 2]).is_ok() && Labels::<4, 3>::within(3, &[1, 1]).is_ok());
        assert!(Labels::<4, 3>::within(0, &[]).is_ok());
        let blanks = "one for each and 1 for the blanks between equal ones";
        assert_eq!(text(2, &[1, 1]), ["2 labels need 3 steps, ", blanks, ", but there are 2"].concat());
        assert_eq!(text(4, &[1, 2, 1, 2, 1]), "5 labels need 5 steps, but there are 4");
        assert_eq!(text(0, &[1]), "1 label needs 1 step, but there are 0");
        assert_eq!(text(4, &[1, 3]), "label 3 is out of range: there are 3 classes, 0 to 2");
        assert_eq!(text(4, &[1, 0]), "label 0 at position 1 is the blank: labels are 1 to 2");
        assert_eq!(text(5, &[1]), "the number of steps is 5, but must be at most that of the shape");
    }
}
