//! What does a network learn from? Samples with targets, checked once when the data set is created.
//!
//! [`Dataset`] holds the samples, splits them and divides them into batches. [`Standardizer`] gives every feature mean 0 and
//! standard deviation 1, [`MinMax`] a range, and [`QuantileTransformer`] a distribution. [`digits`], [`iris()`],
//! [`wine()`], [`breast_cancer()`] and [`diabetes()`] are data sets to start with.

mod feature;
#[cfg(any(feature = "csv", feature = "idx", feature = "images", feature = "npy"))]
mod place;
mod scaler;

mod augmented;
mod batches;
#[cfg(feature = "csv")]
mod csv;
mod epoch;
#[cfg(feature = "idx")]
pub mod fashion_mnist;
mod folds;
#[cfg(feature = "idx")]
mod idx;
#[cfg(feature = "images")]
mod images;
mod included;
mod min_max;
#[cfg(feature = "npy")]
mod npy;
mod padded;
mod pairs;
mod quantile_transformer;
#[cfg(feature = "std")]
mod read_ahead;
mod rows;
mod sample_reader;
mod standardizer;
mod stratified;
mod streams;
mod tokens;
mod weighted;

mod checked_batches;

use alloc::vec::Vec;
use core::any::type_name;
use core::fmt;

use rand::Rng;

use crate::error::{Error, Result};
use crate::random;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;

pub use augmented::Augmented;
pub use batches::Batches;
pub(crate) use checked_batches::CheckedBatches;
#[cfg(feature = "csv")]
pub use csv::{Csv, CsvEncoding, CsvFile, CsvTable, Missing, TargetColumns};
pub use epoch::Epoch;
#[cfg(feature = "idx")]
pub use fashion_mnist::fashion_mnist;
pub use folds::{Fold, Folds};
#[cfg(feature = "images")]
pub use images::{ImageFiles, ImageFolder, LabelledImages};
pub use included::{breast_cancer, diabetes, digits, iris, wine};
pub use min_max::MinMax;
#[cfg(feature = "npz")]
pub use npy::Npz;
#[cfg(feature = "npy")]
pub use npy::{Npy, NpyFile, NpyTarget, NpyValue, save_npy};
pub use quantile_transformer::QuantileTransformer;
#[cfg(feature = "std")]
pub use read_ahead::ReadAhead;
pub use sample_reader::{RandomOrder, SampleReader};
pub use scaler::{FitsScaler, Scaler};
#[cfg(feature = "safetensors")]
#[doc(hidden)]
pub use scaler::{StoredTensor, Unfit};
pub use standardizer::{SameSample, Standardizer};
pub use streams::Streams;

pub use crate::shape::SampleArray;

/// Consecutive samples: the inputs and, in the same order, their targets.
pub type Batch<'a, X, Y, T = f32> = (&'a [<X as Shape>::Array<T>], &'a [<Y as Target>::Value<T>]);

/// Samples: inputs of shape `X` with targets of kind `Y`, which is [`Class<K>`](crate::Class) or a shape.
///
/// A data set is never empty, holds as many targets as inputs, and contains only finite values; the constructors check this. A
/// loss that becomes infinite during training is therefore caused by the training, not by the data.
///
/// # Shapes
/// Inputs are `[X::Array<T>]`, targets `[Y::Value<T>]`. The size of a sample is a constant; the number of samples is known at
/// run time.
///
/// # Example
/// ```
/// use typenet::dataset::Dataset;
/// use typenet::{Class, Vector};
///
/// // Exclusive or.
/// let inputs = vec![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let data: Dataset<Vector<2>, Class<2>> = Dataset::labelled(&inputs, [0, 1, 1, 0])?;
/// assert_eq!(data.len(), 4);
///
/// let (train, test) = data.split(0.75);
/// assert_eq!((train.len(), test.inputs()), (3, [[1.0, 1.0]].as_slice()));
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone)]
pub struct Dataset<X: Shape, Y: Target, T: Scalar = f32> {
    inputs: Vec<X::Array<T>>,
    targets: Vec<Y::Value<T>>,
}

impl<X: Shape, Y: Target, T: Scalar> Dataset<X, Y, T> {
    /// Creates a data set of samples whose lengths are known at compile time.
    ///
    /// # Errors
    /// - [`Error::CountMismatch`] if the number of targets differs from the number of inputs.
    /// - [`Error::Empty`] if there are none.
    /// - [`Error::NonFiniteData`] for the first value that is infinite or NaN, inputs before targets.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::Dataset;
    /// use typenet::{Error, Vector};
    ///
    /// let data: Dataset<Vector<2>, Vector<1>> = Dataset::new(vec![[1.0, 2.0], [3.0, 4.0]], vec![[3.0], [7.0]])?;
    /// assert_eq!(data.targets()[1], [7.0]);
    ///
    /// let error = Dataset::<Vector<2>, Vector<1>>::new(vec![[1.0, f32::NAN]], vec![[3.0]]).unwrap_err();
    /// assert_eq!(error.to_string(), "input 0 holds NaN at position 1: data must be finite");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn new(inputs: Vec<X::Array<T>>, targets: Vec<Y::Value<T>>) -> Result<Self> {
        if inputs.len() != targets.len() {
            return Err(Error::CountMismatch {
                first: "inputs",
                first_count: inputs.len(),
                second: "targets",
                second_count: targets.len(),
            });
        }
        if inputs.is_empty() {
            return Err(Error::Empty { what: "data set" });
        }
        require_finite("input", inputs.iter().map(X::elements))?;
        require_finite("target", targets.iter().map(Y::elements))?;
        Ok(Self { inputs, targets })
    }

    /// Returns the number of samples, at least 1.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a data set is never empty")]
    pub fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Returns the inputs, in order.
    #[must_use]
    pub fn inputs(&self) -> &[X::Array<T>] {
        &self.inputs
    }

    /// Returns the targets, in the order of the inputs.
    #[must_use]
    pub fn targets(&self) -> &[Y::Value<T>] {
        &self.targets
    }

    /// Returns the same samples in random order. All orders have the same probability.
    ///
    /// The order is that of [`random::permutation`]. The samples are moved within their memory; the data are not copied.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::Dataset;
    /// use typenet::{Vector, random};
    ///
    /// let data: Dataset<Vector<1>, Vector<1>> =
    ///     Dataset::from_rows([[0.0], [1.0], [2.0], [3.0]], [[0.0], [1.0], [2.0], [3.0]])?;
    /// let order = random::permutation(4, &mut typenet::rng(37));
    ///
    /// let shuffled = data.clone().shuffled(&mut typenet::rng(37));
    /// for (sample, &origin) in order.iter().enumerate() {
    ///     assert_eq!(shuffled.inputs()[sample], data.inputs()[origin]);
    ///     assert_eq!(shuffled.targets()[sample], data.targets()[origin]);
    /// }
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn shuffled<R: Rng + ?Sized>(mut self, rng: &mut R) -> Self {
        for last in (1..self.len()).rev() {
            let chosen = random::below(rng, last + 1);
            self.inputs.swap(last, chosen);
            self.targets.swap(last, chosen);
        }
        self
    }

    /// Splits the data set in two, in order: the first part gets `fraction` of the samples.
    ///
    /// Of n samples, the first part gets n₁ = round(`fraction` · n), where halves are rounded up, but each part gets at least
    /// one. Shuffle first if the order of the samples carries information.
    ///
    /// # Panics
    /// Panics if `fraction` is not strictly between 0 and 1, or if there is only one sample.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset;
    ///
    /// let (train, test) = dataset::digits().shuffled(&mut typenet::rng(37)).split(0.85);
    /// assert_eq!((train.len(), test.len()), (1527, 270));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn split(mut self, fraction: f64) -> (Self, Self) {
        let first = self.first_part(fraction);
        let second = Self { inputs: self.inputs.split_off(first), targets: self.targets.split_off(first) };
        (self, second)
    }

    /// Returns the number of samples in the first part of a split.
    #[track_caller]
    fn first_part(&self, fraction: f64) -> usize {
        assert!(
            fraction > 0.0 && fraction < 1.0,
            "the fraction of a split is {fraction}, but must be above 0 and below 1"
        );
        assert!(self.len() > 1, "a data set of one sample cannot be split");
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the number of samples"
        )]
        let wanted = libm::round(fraction * self.len() as f64) as usize;
        wanted.clamp(1, self.len() - 1)
    }

    /// Returns the samples in order, in batches of `batch_size`. The last batch is smaller if `batch_size` does not divide the
    /// number of samples.
    ///
    /// # Errors
    /// [`Error::Setting`] if `batch_size` is 0.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset;
    ///
    /// let digits = dataset::digits();
    /// let sizes: Vec<usize> = digits.batches(500)?.map(|(inputs, _)| inputs.len()).collect();
    /// assert_eq!(sizes, [500, 500, 500, 297]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn batches(&self, batch_size: usize) -> Result<impl ExactSizeIterator<Item = Batch<'_, X, Y, T>> + Clone> {
        require_batch_size(batch_size)?;
        Ok(self.inputs.chunks(batch_size).zip(self.targets.chunks(batch_size)))
    }

    /// Returns one pass over the samples in random order, in batches of `batch_size`. The last batch is smaller if `batch_size`
    /// does not divide the number of samples.
    ///
    /// # Errors
    /// [`Error::Setting`] if `batch_size` is 0.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset;
    ///
    /// let digits = dataset::digits();
    /// let mut rng = typenet::rng(37);
    /// let mut seen = 0;
    /// let mut epoch = digits.epoch(32, &mut rng)?;
    /// while let Some((inputs, targets)) = epoch.next() {
    ///     assert_eq!(inputs.len(), targets.len());
    ///     seen += inputs.len();
    /// }
    /// assert_eq!(seen, digits.len());
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn epoch<R: Rng + ?Sized>(&self, batch_size: usize, rng: &mut R) -> Result<Epoch<'_, X, Y, T>> {
        require_batch_size(batch_size)?;
        Ok(Epoch::new(self, batch_size, rng))
    }

    /// Replaces the contents of `inputs` and `targets` by the samples at `indices`, in that order.
    ///
    /// Nothing is allocated if the two vectors have the capacity, so one pair serves for all batches.
    ///
    /// # Panics
    /// Panics if an index is not below the number of samples.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset;
    ///
    /// let digits = dataset::digits();
    /// let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    /// digits.gather(&[7, 7, 3], &mut inputs, &mut targets);
    /// assert_eq!(targets.iter().map(|class| class.index()).collect::<Vec<_>>(), [7, 7, 3]);
    /// assert_eq!(inputs[2], digits.inputs()[3]);
    /// ```
    pub fn gather(&self, indices: &[usize], inputs: &mut Vec<X::Array<T>>, targets: &mut Vec<Y::Value<T>>) {
        fill(inputs, &self.inputs, indices);
        fill(targets, &self.targets, indices);
    }

    /// Returns the data set with `change` applied to every input.
    ///
    /// # Errors
    /// [`Error::NonFiniteData`] for the first value that `change` made infinite or NaN.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset;
    ///
    /// // Scale the pixels to the range 0 to 1.
    /// let digits = dataset::digits().map_inputs(|image| *image = image.map(|pixel| pixel / 16.0))?;
    /// assert_eq!(digits.inputs()[0][3], 0.8125);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn map_inputs(mut self, change: impl FnMut(&mut X::Array<T>)) -> Result<Self> {
        self.inputs.iter_mut().for_each(change);
        require_finite("input", self.inputs.iter().map(X::elements))?;
        Ok(self)
    }
}

/// Prints the number and the types of the samples, without their values:
/// `Dataset { samples: 4, input: Vector<2>, target: Class<2>, scalar: f32 }`.
impl<X: Shape, Y: Target, T: Scalar> fmt::Debug for Dataset<X, Y, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dataset")
            .field("samples", &self.len())
            .field("input", &format_args!("{}", short_name::<X>()))
            .field("target", &format_args!("{}", short_name::<Y>()))
            .field("scalar", &format_args!("{}", T::NAME))
            .finish()
    }
}

// Not derived: a derived implementation would require equality of the markers `X` and `Y` instead of their arrays.
impl<X: Shape, Y: Target, T: Scalar> PartialEq for Dataset<X, Y, T> {
    fn eq(&self, other: &Self) -> bool {
        self.inputs == other.inputs && self.targets == other.targets
    }
}

/// Checks that all values are finite, and reports the first that is infinite or NaN.
fn require_finite<T: Scalar>(
    what: &'static str,
    samples: impl Iterator<Item: Iterator<Item = (usize, T)>>,
) -> Result<()> {
    for (sample, mut elements) in samples.enumerate() {
        if let Some((position, value)) = elements.find(|(_, value)| !value.is_finite()) {
            return Err(Error::NonFiniteData { what, sample, position, value: value.to_f64() });
        }
    }
    Ok(())
}

/// Refuses a batch size of 0.
fn require_batch_size(batch_size: usize) -> Result<()> {
    if batch_size == 0 {
        return Err(Error::Setting { name: "batch size", value: 0.0, allowed: "at least 1" });
    }
    Ok(())
}

/// Replaces the contents of `buffer` by the items at `indices`.
fn fill<I: Copy>(buffer: &mut Vec<I>, items: &[I], indices: &[usize]) {
    buffer.clear();
    buffer.reserve(indices.len());
    for &index in indices {
        // As a slice of one element, for the reason given in `shape::rows`.
        buffer.extend_from_slice(core::slice::from_ref(&items[index]));
    }
}

/// Returns the name of a type without its path: `Vector<64>`.
fn short_name<S>() -> &'static str {
    let name = type_name::<S>();
    let parameters = name.find('<').unwrap_or(name.len());
    name[..parameters].rfind("::").map_or(name, |colons| &name[colons + 2..])
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "these results are exact")]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;
    use alloc::{format, string::ToString};

    use super::Dataset;
    use crate::error::Error;
    use crate::random::{permutation, rng};
    use crate::shape::{Image, Sequence, Vector};
    use crate::target::Class;

    /// Returns `count` samples: input i is (i, -i), target i is 10 i.
    fn counted(count: u8) -> Dataset<Vector<2>, Vector<1>> {
        let values = || (0..count).map(f32::from);
        Dataset::new(values().map(|i| [i, -i]).collect(), values().map(|i| [10.0 * i]).collect()).unwrap()
    }

    fn belong_together(inputs: &[[f32; 2]], targets: &[[f32; 1]]) -> bool {
        inputs.len() == targets.len() && inputs.iter().zip(targets).all(|(x, y)| x[1] == -x[0] && y[0] == 10.0 * x[0])
    }

    #[test]
    fn an_empty_data_set_is_refused() {
        let empty = Error::Empty { what: "data set" };
        assert_eq!(Dataset::<Vector<2>, Vector<1>>::new(vec![], vec![]), Err(empty.clone()));
        let rows: [Vec<f32>; 0] = [];
        assert_eq!(Dataset::<Vector<2>, Class<2>>::labelled(&rows, [0; 0]), Err(empty.clone()));
        assert_eq!(Dataset::<Vector<2>, Vector<1>>::from_rows(&rows, &rows), Err(empty));
    }

    #[test]
    fn inputs_and_targets_of_different_counts_are_refused() {
        let error = Dataset::<Vector<1>, Vector<1>>::new(vec![[1.0], [2.0]], vec![]).unwrap_err();
        assert_eq!(error.to_string(), "there are 2 inputs but 0 targets");
        let error = Dataset::<Vector<1>, Class<2>>::labelled([[1.0]], [0, 1]).unwrap_err();
        assert_eq!(error, Error::CountMismatch { first: "inputs", first_count: 1, second: "targets", second_count: 2 });
    }

    #[test]
    fn a_ragged_row_is_named() {
        let rows = [vec![1.0, 2.0], vec![1.0]];
        let error = Dataset::<Vector<2>, Class<2>>::labelled(&rows, [0, 0]).unwrap_err();
        assert_eq!(error, Error::Ragged { what: "input", sample: Some(1), length: 1, expected: 2 });
        let error = Dataset::<Vector<1>, Vector<2>>::from_rows([[1.0], [2.0]], &rows).unwrap_err();
        assert_eq!(error, Error::Ragged { what: "target", sample: Some(1), length: 1, expected: 2 });
        let error = Dataset::<Image<1, 2, 2>, Vector<2>>::from_rows([&[] as &[f32]], &rows).unwrap_err();
        assert_eq!(error, Error::Ragged { what: "input", sample: Some(0), length: 0, expected: 4 });
    }

    #[test]
    fn the_first_value_that_is_not_finite_is_named() {
        let inputs = vec![[[[0.0, 1.0], [2.0, 3.0]]], [[[0.0, 1.0], [f32::NEG_INFINITY, f32::NAN]]]];
        let error = Dataset::<Image<1, 2, 2>, Vector<1>>::new(inputs, vec![[f32::NAN], [0.0]]).unwrap_err();
        let found = Error::NonFiniteData { what: "input", sample: 1, position: 2, value: f64::NEG_INFINITY };
        assert_eq!(error, found);

        let error = Dataset::<Vector<1>, Vector<2>>::from_rows([[1.0]], [[0.0, f32::INFINITY]]).unwrap_err();
        assert_eq!(error.to_string(), "target 0 holds inf at position 1: data must be finite");

        let error = Dataset::<Vector<1>, Class<2>, f64>::labelled([[f64::NAN]], [1]).unwrap_err();
        assert!(
            matches!(error, Error::NonFiniteData { what: "input", sample: 0, position: 0, value } if value.is_nan())
        );
    }

    #[test]
    fn a_label_out_of_range_is_named() {
        let error = Dataset::<Vector<1>, Class<3>>::labelled([[0.0], [0.0]], [2, 3]).unwrap_err();
        assert_eq!(error, Error::LabelOutOfRange { sample: Some(1), label: 3, classes: 3 });
        let error = Dataset::<Vector<1>, Class<3>>::labelled([[0.0], [0.0]], [2_i8, -1]).unwrap_err();
        assert_eq!(error.to_string(), "label -1 of sample 1 is out of range: there are 3 classes, 0 to 2");
        let error = Dataset::<Sequence<2, 1>, [Class<3>; 2]>::labelled([[0.0; 2]], [[2, u128::MAX]]).unwrap_err();
        assert_eq!(error, Error::LabelOutOfRange { sample: Some(0), label: i64::MAX, classes: 3 });
        let error = Dataset::<Vector<1>, Class<0>>::labelled([[0.0]], [0]).unwrap_err();
        assert_eq!(error, Error::LabelOutOfRange { sample: Some(0), label: 0, classes: 0 });
    }

    #[test]
    fn labels_are_integers_of_any_type() {
        type Data = Dataset<Vector<1>, Class<300>>;
        let inputs = [[0.0], [1.0]];
        let data = Data::labelled(inputs, [7, 255]).unwrap();
        assert_eq!(Data::labelled(inputs, *b"\x07\xff"), Ok(data.clone()));
        assert_eq!(Data::labelled(inputs, [7_u16, 255]), Ok(data.clone()));
        assert_eq!(Data::labelled(inputs, [7_u64, 255]), Ok(data.clone()));
        assert_eq!(Data::labelled(inputs, vec![7_usize, 255]), Ok(data.clone()));
        assert_eq!(Data::labelled(inputs, [7_i64, 255]), Ok(data.clone()));
        assert_eq!(Class::<300>::try_from(255_u32), Ok(data.targets()[1]));
    }

    #[test]
    fn rows_become_the_arrays_of_their_shape() {
        let rows = [1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0];
        let data = Dataset::<Image<1, 1, 3>, Class<2>>::labelled(rows.chunks(3), [1, 0]).unwrap();
        assert_eq!(data.inputs(), [[[[1.0, 2.0, 3.0]]], [[[4.0, 5.0, 6.0]]]]);
        assert_eq!(data.targets(), [Class::new(1).unwrap(), Class::new(0).unwrap()]);
    }

    #[test]
    fn shuffling_applies_the_permutation_of_the_same_seed() {
        let data = counted(50);
        let shuffled = data.clone().shuffled(&mut rng(37));
        assert_ne!(shuffled, data);
        let order = permutation(50, &mut rng(37));
        let expected: Vec<[f32; 2]> = order.iter().map(|&origin| data.inputs()[origin]).collect();
        assert_eq!(shuffled.inputs(), expected);
        assert!(belong_together(shuffled.inputs(), shuffled.targets()));
    }

    #[test]
    fn one_sample_can_be_shuffled_and_cut_into_batches() {
        let data = counted(1).shuffled(&mut rng(1));
        assert_eq!(data, counted(1));
        assert_eq!(data.batches(usize::MAX).unwrap().len(), 1);
    }

    #[test]
    fn a_split_rounds_and_keeps_a_sample_in_each_part() {
        let sizes = |count, fraction| {
            let (first, second) = counted(count).split(fraction);
            assert!(belong_together(first.inputs(), first.targets()));
            assert!(belong_together(second.inputs(), second.targets()));
            assert_eq!(second.inputs()[0][0], first.len() as f32);
            (first.len(), second.len())
        };
        assert_eq!(sizes(10, 0.5), (5, 5));
        assert_eq!(sizes(10, 0.84), (8, 2));
        assert_eq!(sizes(5, 0.5), (3, 2));
        assert_eq!(sizes(10, 0.999), (9, 1));
        assert_eq!(sizes(10, f64::MIN_POSITIVE), (1, 9));
        assert_eq!(sizes(2, 0.01), (1, 1));
    }

    #[test]
    #[should_panic(expected = "the fraction of a split is 0, but must be above 0 and below 1")]
    fn a_split_at_zero_panics() {
        let _ = counted(4).split(0.0);
    }

    #[test]
    #[should_panic(expected = "the fraction of a split is 1, but must be above 0 and below 1")]
    fn a_split_at_one_panics() {
        let _ = counted(4).split(1.0);
    }

    #[test]
    #[should_panic(expected = "the fraction of a split is NaN")]
    fn a_split_at_nan_panics() {
        let _ = counted(4).split(f64::NAN);
    }

    #[test]
    #[should_panic(expected = "a data set of one sample cannot be split")]
    fn a_split_of_one_sample_panics() {
        let _ = counted(1).split(0.5);
    }

    #[test]
    fn a_batch_size_of_zero_is_refused() {
        let refused = Error::Setting { name: "batch size", value: 0.0, allowed: "at least 1" };
        let data = counted(3);
        assert_eq!(data.batches(0).err(), Some(refused.clone()));
        assert_eq!(data.epoch(0, &mut rng(1)).err(), Some(refused));
    }

    #[test]
    fn batches_keep_the_order_and_the_last_is_smaller() {
        let data = counted(7);
        let batches: Vec<_> = data.batches(3).unwrap().collect();
        assert_eq!(batches.iter().map(|(inputs, _)| inputs.len()).collect::<Vec<_>>(), [3, 3, 1]);
        assert!(batches.iter().all(|(inputs, targets)| belong_together(inputs, targets)));
        assert_eq!(batches[2].0, [[6.0, -6.0]]);
        assert!(data.batches(1).unwrap().all(|(inputs, targets)| inputs.len() == 1 && targets.len() == 1));
    }

    #[test]
    fn an_epoch_yields_every_sample_once_in_the_order_of_the_permutation() {
        let data = counted(11);
        for batch_size in [1, 4, 11, usize::MAX] {
            let mut epoch = data.epoch(batch_size, &mut rng(5)).unwrap();
            let mut seen = Vec::new();
            while let Some((inputs, targets)) = epoch.next() {
                assert!(belong_together(inputs, targets));
                assert!(inputs.len() == batch_size.min(11) || inputs.len() == 11 % batch_size);
                seen.extend_from_slice(inputs);
            }
            assert!(epoch.next().is_none());
            let expected: Vec<[f32; 2]> = permutation(11, &mut rng(5)).iter().map(|&i| data.inputs()[i]).collect();
            assert_eq!(seen, expected);
        }
    }

    #[test]
    fn gathering_reuses_the_buffers() {
        let data = counted(9);
        let (mut inputs, mut targets) = (Vec::with_capacity(4), Vec::with_capacity(4));
        let places = (inputs.as_ptr(), targets.as_ptr());
        for indices in [&[8, 0, 3, 3][..], &[1], &[]] {
            data.gather(indices, &mut inputs, &mut targets);
            assert!(belong_together(&inputs, &targets));
            assert!(inputs.iter().map(|input| input[0]).eq(indices.iter().map(|&index| index as f32)));
        }
        assert_eq!((inputs.as_ptr(), targets.as_ptr()), places);
    }

    #[test]
    #[should_panic(expected = "index out of bounds")]
    fn gathering_a_missing_sample_panics() {
        counted(2).gather(&[2], &mut Vec::new(), &mut Vec::new());
    }

    #[test]
    fn mapped_inputs_are_checked_again() {
        let doubled = counted(3).map_inputs(|input| input[0] *= 2.0).unwrap();
        assert_eq!(doubled.inputs()[2], [4.0, -2.0]);
        let error = counted(3).map_inputs(|input| input[1] = 1.0 / (input[0] - 2.0)).unwrap_err();
        assert_eq!(error, Error::NonFiniteData { what: "input", sample: 2, position: 1, value: f64::INFINITY });
    }

    #[test]
    fn debug_prints_counts_and_kinds() {
        let data = Dataset::<Vector<1>, Class<2>, f64>::labelled([[0.0], [1.0]], [0, 1]).unwrap();
        let text = "Dataset { samples: 2, input: Vector<1>, target: Class<2>, scalar: f64 }";
        assert_eq!(format!("{data:?}"), text);
        let mut epoch = data.epoch(1, &mut rng(1)).unwrap();
        epoch.next();
        assert_eq!(format!("{epoch:?}"), format!("Epoch {{ data: {text}, samples_left: 1, batch_size: 1 }}"));
    }
}
