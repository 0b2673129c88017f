//! Data sets of sequences that may be shorter than their shape.

use alloc::vec::Vec;

use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::{Padded, Sequence, Tokens};
use crate::target::Target;

impl<const L: usize, const V: usize, Y: Target, T: Scalar> Dataset<Padded<Tokens<L, V>>, Y, T> {
    /// Creates a data set whose inputs are up to `L` tokens: [`Token`](crate::Token)s, indices of any type of integers, or the bytes of
    /// texts.
    ///
    /// # Errors
    /// - [`Error::TokenOutOfRange`] for the first index that is not below `V`, [`Error::TooLong`] and [`Error::NoSteps`] for the first
    ///   sequence of more than `L` tokens or of none.
    /// - Those of [`Dataset::new`].
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::Dataset;
    /// use typenet::{Class, Padded, Tokens};
    ///
    /// let classes = [0, 1].map(|index| Class::new(index).unwrap());
    /// let data = Dataset::<Padded<Tokens<6, 128>>, Class<2>>::of_padded_tokens(["cat", "jaguar"], classes)?;
    /// assert_eq!(data.inputs()[0].steps().len(), 3);
    ///
    /// let error = Dataset::<Padded<Tokens<5, 128>>, Class<2>>::of_padded_tokens(["cat", "jaguar"], classes).unwrap_err();
    /// assert_eq!(error.to_string(), "sequence 1 has 6 steps, but the shape has room for 5");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn of_padded_tokens<I: TryInto<i128> + Copy>(
        inputs: impl IntoIterator<Item: AsRef<[I]>>,
        targets: impl IntoIterator<Item = Y::Value<T>>,
    ) -> Result<Self> {
        let samples = inputs.into_iter().map(|indices| Padded::<Tokens<L, V>>::sample(indices.as_ref()));
        Self::new(numbered(samples)?, targets.into_iter().collect())
    }
}

impl<const L: usize, const N: usize, Y: Target, T: Scalar> Dataset<Padded<Sequence<L, N>>, Y, T> {
    /// Creates a data set whose inputs are sequences of up to `L` steps.
    ///
    /// A scaler is fitted to the steps, and transforms each of them.
    ///
    /// # Errors
    /// - [`Error::TooLong`] and [`Error::NoSteps`] for the first sequence of more than `L` steps or of none.
    /// - Those of [`Dataset::new`].
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::{Dataset, MinMax};
    /// use typenet::{Padded, Sequence, Vector};
    ///
    /// let walks = [vec![[0.5, 1.0], [0.0, 2.0]], vec![[1.0, 1.0]]];
    /// let data: Dataset<Padded<Sequence<8, 2>>, Vector<1>> = Dataset::of_padded_sequences(walks, [[3.5], [2.0]])?;
    /// assert_eq!(data.inputs()[1].steps(), [[1.0, 1.0]]);
    ///
    /// let steps: Vec<[f32; 2]> = data.inputs().iter().flat_map(|walk| walk.steps()).copied().collect();
    /// let scaler = MinMax::fit(&steps);
    /// let scale = |step: &mut [f32; 2]| *step = scaler.apply(step);
    /// let data = data.map_inputs(|walk| walk.steps_mut().iter_mut().for_each(scale))?;
    /// assert_eq!(data.inputs()[0].steps(), [[0.5, 0.0], [0.0, 1.0]]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn of_padded_sequences(
        inputs: impl IntoIterator<Item: AsRef<[[T; N]]>>,
        targets: impl IntoIterator<Item = Y::Value<T>>,
    ) -> Result<Self> {
        let samples = inputs.into_iter().map(|steps| Padded::<Sequence<L, N>>::sample(steps.as_ref()));
        Self::new(numbered(samples)?, targets.into_iter().collect())
    }
}

/// Returns all samples, or the first error with the position of its sample.
fn numbered<S>(samples: impl Iterator<Item = Result<S>>) -> Result<Vec<S>> {
    let numbered = samples.enumerate().map(|(index, sample)| {
        sample.map_err(|mut error| {
            match &mut error {
                Error::TokenOutOfRange { sample, .. } | Error::TooLong { sample, .. } | Error::NoSteps { sample } => {
                    *sample = Some(index);
                }
                _ => {}
            }
            error
        })
    });
    numbered.collect()
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;

    use crate::dataset::Dataset;
    use crate::shape::{Padded, Sequence, Tokens, Vector};

    #[test]
    fn errors_name_the_sequence() {
        type Texts = Dataset<Padded<Tokens<2, 9>>, Vector<1>>;
        type Walks = Dataset<Padded<Sequence<2, 1>>, Vector<1>>;
        let of_texts = |texts: [&[u8]; 2]| Texts::of_padded_tokens(texts, [[0.0]; 2]).unwrap_err().to_string();
        assert_eq!(of_texts([&[1], &[]]), "sequence 1 has no steps: it needs at least one");
        assert!(of_texts([&[8, 8], &[1, 9]]).starts_with("token 9 at position 1 of sample 1 is out of range"));
        let error = Walks::of_padded_sequences([vec![[0.0]; 3]], [[0.0]]).unwrap_err();
        assert_eq!(error.to_string(), "sequence 0 has 3 steps, but the shape has room for 2");
    }
}
