//! Data sets of rows whose lengths are known at run time only.

use alloc::vec::Vec;

use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Class;

impl<X: Shape, const K: usize, T: Scalar> Dataset<X, Class<K>, T> {
    /// A data set for classification, of rows and class numbers whose lengths and values are known at run time only.
    ///
    /// A row is anything that gives a slice of numbers: `Vec<f32>`, `[f32; N]`, `&[f32]`.
    ///
    /// # Errors
    /// - [`Error::Ragged`] for the first row that has not as many numbers as `X`.
    /// - [`Error::LabelOutOfRange`] for the first label that is not below `K`.
    /// - What [`Dataset::new`] finds.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::Dataset;
    /// use typenet::{Class, Vector};
    ///
    /// let rows = vec![vec![5.1_f32, 3.5], vec![7.0, 3.2]];
    /// let data = Dataset::<Vector<2>, Class<3>>::labelled(&rows, [0, 1])?;
    /// assert_eq!(data.inputs()[1], [7.0, 3.2]);
    ///
    /// let error = Dataset::<Vector<2>, Class<3>>::labelled(&rows, [0, 3]).unwrap_err();
    /// assert_eq!(error.to_string(), "label 3 of sample 1 is out of range: there are 3 classes, 0 to 2");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn labelled(
        inputs: impl IntoIterator<Item: AsRef<[T]>>,
        labels: impl IntoIterator<Item = usize>,
    ) -> Result<Self> {
        let classes = labels.into_iter().enumerate().map(|(sample, label)| {
            let out_of_range = Error::LabelOutOfRange { sample: Some(sample), label, classes: K };
            Class::new(label).map_err(|_| out_of_range)
        });
        Self::new(read_rows::<X, T>("input", inputs)?, classes.collect::<Result<_>>()?)
    }
}

impl<X: Shape, Y: Shape, T: Scalar> Dataset<X, Y, T> {
    /// A data set for regression, of rows whose lengths are known at run time only.
    ///
    /// A row is anything that gives a slice of numbers: `Vec<f32>`, `[f32; N]`, `&[f32]`.
    ///
    /// # Errors
    /// - [`Error::Ragged`] for the first row that has not as many numbers as `X`, or as `Y`.
    /// - What [`Dataset::new`] finds.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::Dataset;
    /// use typenet::{Image, Vector};
    ///
    /// let rows = vec![vec![1.0_f32, 2.0, 3.0, 4.0]];
    /// let data = Dataset::<Image<1, 2, 2>, Vector<1>>::from_rows(&rows, [[10.0]])?;
    /// assert_eq!(data.inputs()[0], [[[1.0, 2.0], [3.0, 4.0]]]);
    ///
    /// let error = Dataset::<Vector<3>, Vector<1>>::from_rows(&rows, [[10.0]]).unwrap_err();
    /// assert_eq!(error.to_string(), "input 0 has length 4, but its shape requires length 3");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn from_rows(
        inputs: impl IntoIterator<Item: AsRef<[T]>>,
        targets: impl IntoIterator<Item: AsRef<[T]>>,
    ) -> Result<Self> {
        Self::new(read_rows::<X, T>("input", inputs)?, read_rows::<Y, T>("target", targets)?)
    }
}

/// Rows of the right length as samples.
fn read_rows<S: Shape, T: Scalar>(
    what: &'static str,
    rows: impl IntoIterator<Item: AsRef<[T]>>,
) -> Result<Vec<S::Array<T>>> {
    let rows = rows.into_iter();
    let mut samples = Vec::with_capacity(rows.size_hint().0);
    for (sample, row) in rows.enumerate() {
        let row = row.as_ref();
        if row.len() != S::LEN {
            return Err(Error::Ragged { what, sample, length: row.len(), expected: S::LEN });
        }
        // From slice to vector: a sample by value would lie on the stack, where a large image has no room.
        samples.extend_from_slice(S::batch(row));
    }
    Ok(samples)
}
