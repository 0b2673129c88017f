//! Data sets for networks with two inputs.

use alloc::vec;
use alloc::vec::Vec;

use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::{Pair, Part, Shape};
use crate::target::Target;

impl<A: Part, B: Part, Y: Target, T: Scalar> Dataset<Pair<A, B>, Y, T> {
    /// Creates a data set whose inputs are pairs: each sample of `first` with the one of `second` at the same position.
    ///
    /// A scaler is fitted to one part, and transforms it before the pairs are made, or later in
    /// [`map_inputs`](Self::map_inputs).
    ///
    /// # Errors
    /// - [`Error::CountMismatch`] if there are more samples of one part than of the other.
    /// - Those of [`Dataset::new`].
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::{Dataset, Standardizer};
    /// use typenet::{Class, Pair, Tokens, Vector};
    ///
    /// let texts = [Tokens::<3, 128>::sample(*b"cat")?, Tokens::sample(*b"dog")?];
    /// let numbers = [[4.2_f32, 30.0], [31.0, 60.0]];
    /// let classes = [0, 1].map(|index| Class::new(index).unwrap());
    /// let data = Dataset::<Pair<Tokens<3, 128>, Vector<2>>, Class<2>>::of_pairs(&texts, &numbers, classes.to_vec())?;
    /// assert_eq!((data.inputs()[1].first[0].index(), data.inputs()[1].second), (usize::from(b'd'), [31.0, 60.0]));
    ///
    /// let scaler = Standardizer::fit(&numbers);
    /// let data = data.map_inputs(|input| input.second = scaler.apply(&input.second))?;
    /// assert_eq!(data.inputs()[1].second, [1.0, 1.0]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn of_pairs(
        first: impl AsRef<[A::Array<T>]>,
        second: impl AsRef<[B::Array<T>]>,
        targets: Vec<Y::Value<T>>,
    ) -> Result<Self> {
        let (first, second) = (first.as_ref(), second.as_ref());
        if first.len() != second.len() {
            return Err(Error::CountMismatch {
                first: "first inputs",
                first_count: first.len(),
                second: "second inputs",
                second_count: second.len(),
            });
        }
        let (mut inputs, mut pair) = (Vec::with_capacity(first.len()), vec![T::ZERO; A::LEN + B::LEN]);
        for (first, second) in first.iter().zip(second) {
            let (one, other) = pair.split_at_mut(A::LEN);
            one.copy_from_slice(A::flat(first));
            other.copy_from_slice(B::flat(second));
            // Copied from slice to vector, as rows are, since the stack has no room for large images.
            inputs.extend_from_slice(Pair::<A, B>::batch(&pair));
        }
        Self::new(inputs, targets)
    }
}
