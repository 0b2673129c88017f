//! Data sets of rows whose lengths are known only at run time.

use alloc::vec;
use alloc::vec::Vec;

use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::rows::samples_of;
use crate::shape::{Shape, Tokens};
use crate::target::{ClassTarget, FromLabel, NoTarget, Target};

impl<X: Shape, Y: ClassTarget, T: Scalar> Dataset<X, Y, T> {
    /// Creates a data set for classification from rows and class indices whose lengths and values are known only at run time.
    ///
    /// A row is anything that can be borrowed as a slice of values: `Vec<f32>`, `[f32; N]`, `&[f32]`. A label is an integer of any
    /// type, or, for targets `[Class<K>; L]`, an array of `L` integers.
    ///
    /// # Errors
    /// - [`Error::Ragged`] for the first row whose length differs from that of `X`.
    /// - [`Error::TokenOutOfRange`] for the first element that is no token, if `X` is [`Tokens`].
    /// - [`Error::LabelOutOfRange`] for the first label that is not below `K`.
    /// - Those of [`Dataset::new`].
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::Dataset;
    /// use typenet::{Class, Sequence, Vector};
    ///
    /// let rows = vec![vec![5.1_f32, 3.5], vec![7.0, 3.2]];
    /// let data = Dataset::<Vector<2>, Class<3>>::labelled(&rows, [0, 1])?;
    /// assert_eq!(data.inputs()[1], [7.0, 3.2]);
    ///
    /// let error = Dataset::<Vector<2>, Class<3>>::labelled(&rows, [0_u8, 3]).unwrap_err();
    /// assert_eq!(error.to_string(), "label 3 of sample 1 is out of range: there are 3 classes, 0 to 2");
    ///
    /// // Sequences of two steps, with a class for each step.
    /// let data = Dataset::<Sequence<2, 1>, [Class<3>; 2]>::labelled(&rows, [[0, 1], [2, 2]])?;
    /// assert_eq!(data.targets()[0][1].index(), 1);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn labelled<I>(inputs: impl IntoIterator<Item: AsRef<[T]>>, labels: impl IntoIterator<Item = I>) -> Result<Self>
    where
        Y: FromLabel<I>,
    {
        let classes = labels.into_iter().enumerate().map(|(sample, label)| {
            let out_of_range = |(label, classes)| Error::LabelOutOfRange { sample: Some(sample), label, classes };
            Y::from_label(label).map_err(out_of_range)
        });
        Self::new(samples_of::<X, T>("input", inputs)?, classes.collect::<Result<_>>()?)
    }
}

impl<X: Shape, Y: Shape, T: Scalar> Dataset<X, Y, T> {
    /// Creates a data set for regression from rows whose lengths are known only at run time.
    ///
    /// A row is anything that can be borrowed as a slice of values: `Vec<f32>`, `[f32; N]`, `&[f32]`.
    ///
    /// # Errors
    /// - [`Error::Ragged`] for the first row whose length differs from that of `X`, or of `Y`.
    /// - Those of [`Dataset::new`].
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
        Self::new(samples_of::<X, T>("input", inputs)?, samples_of::<Y, T>("target", targets)?)
    }
}

impl<X: Shape, T: Scalar> Dataset<X, NoTarget, T> {
    /// Creates a data set of samples without targets, to predict for.
    ///
    /// # Errors
    /// [`Error::Empty`] if there are none, and [`Error::NonFiniteData`] for the first value that is infinite or NaN.
    ///
    /// # Example
    /// ```
    /// use typenet::{Dataset, NoTarget, Vector};
    ///
    /// let data: Dataset<Vector<2>, NoTarget> = Dataset::of_inputs(vec![[5.1, 3.5], [7.0, 3.2]])?;
    /// assert_eq!(data.len(), 2);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn of_inputs(inputs: Vec<X::Array<T>>) -> Result<Self> {
        let targets = vec![(); inputs.len()];
        Self::new(inputs, targets)
    }

    /// Creates a data set of samples without targets from rows whose lengths are known only at run time.
    ///
    /// A row is anything that can be borrowed as a slice of values: `Vec<f32>`, `[f32; N]`, `&[f32]`.
    ///
    /// # Errors
    /// - [`Error::Ragged`] for the first row whose length differs from that of `X`.
    /// - [`Error::TokenOutOfRange`] for the first element that is no token, if `X` is [`Tokens`].
    /// - Those of [`Dataset::of_inputs`].
    ///
    /// # Example
    /// ```
    /// use typenet::{Dataset, Image, NoTarget};
    ///
    /// let rows = vec![vec![1.0_f32, 2.0, 3.0, 4.0]];
    /// let data: Dataset<Image<1, 2, 2>, NoTarget> = Dataset::of_rows(&rows)?;
    /// assert_eq!(data.inputs()[0], [[[1.0, 2.0], [3.0, 4.0]]]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn of_rows(inputs: impl IntoIterator<Item: AsRef<[T]>>) -> Result<Self> {
        Self::of_inputs(samples_of::<X, T>("input", inputs)?)
    }
}

impl<const L: usize, const V: usize, Y: Target, T: Scalar> Dataset<Tokens<L, V>, Y, T> {
    /// Creates a data set whose inputs are the indices of tokens, of any type of integers.
    ///
    /// # Errors
    /// - [`Error::TokenOutOfRange`] for the first index that is not below `V`.
    /// - Those of [`Dataset::new`].
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::Dataset;
    /// use typenet::{Class, Tokens};
    ///
    /// let classes = [0, 1].map(|index| Class::new(index).unwrap());
    /// let data = Dataset::<Tokens<3, 128>, Class<2>>::of_tokens([*b"cat", *b"dog"], classes)?;
    /// assert_eq!(data.inputs()[1][0].index(), usize::from(b'd'));
    ///
    /// let error = Dataset::<Tokens<3, 100>, Class<2>>::of_tokens([*b"cab", *b"ago"], classes).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "token 103 at position 1 of sample 1 is out of range: the vocabulary has 100 tokens, 0 to 99"
    /// );
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn of_tokens<I: TryInto<i128> + Copy>(
        inputs: impl IntoIterator<Item = [I; L]>,
        targets: impl IntoIterator<Item = Y::Value<T>>,
    ) -> Result<Self> {
        let inputs = inputs.into_iter().enumerate().map(|(index, indices)| {
            Tokens::sample(indices).map_err(|mut error| {
                if let Error::TokenOutOfRange { sample, .. } = &mut error {
                    *sample = Some(index);
                }
                error
            })
        });
        Self::new(inputs.collect::<Result<_>>()?, targets.into_iter().collect())
    }
}
