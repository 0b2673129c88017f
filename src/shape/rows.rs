//! How do slices whose length is known only at run time become samples?

use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// Views a row of the right length as a sample. `position` is that of the row, if there are several.
pub(crate) fn sample_of<'r, S: Shape, T: Scalar>(
    what: &'static str,
    position: Option<usize>,
    row: &'r [T],
) -> Result<&'r S::Array<T>> {
    let wrong_length = Error::Ragged { what, sample: position, length: row.len(), expected: S::LEN };
    if row.len() != S::LEN {
        return Err(wrong_length);
    }
    S::check_elements(position.unwrap_or(0), row).map_err(|mut error| {
        if let Error::TokenOutOfRange { sample, .. } = &mut error {
            *sample = position;
        }
        error
    })?;
    S::batch(row).first().ok_or(wrong_length)
}

/// Converts rows of the right length to samples.
pub(crate) fn samples_of<S: Shape, T: Scalar>(
    what: &'static str,
    rows: impl IntoIterator<Item: AsRef<[T]>>,
) -> Result<Vec<S::Array<T>>> {
    let rows = rows.into_iter();
    let mut samples = Vec::with_capacity(rows.size_hint().0);
    for (position, row) in rows.enumerate() {
        let sample = sample_of::<S, T>(what, Some(position), row.as_ref())?;
        // Copied from slice to vector: a sample passed by value would be on the stack, which has no room for a large image.
        samples.extend_from_slice(core::slice::from_ref(sample));
    }
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use crate::shape::{Image, Shape, Tokens};

    #[test]
    fn rows_of_another_length_are_refused_with_both() {
        let error = <Image<1, 2, 3>>::sample_of(&[0.0_f32; 7]).unwrap_err();
        assert_eq!(error.to_string(), "row has length 7, but its shape requires length 6");
        assert_eq!(<Image<1, 2, 1>>::sample_of(&[1.0, 2.0]), Ok(&[[[1.0], [2.0]]]));
    }

    #[test]
    fn elements_of_rows_are_checked() {
        let error = <Tokens<2, 8>>::sample_of(&[1.0_f32, 8.0]).unwrap_err();
        assert_eq!(error.to_string(), "token 8 at position 1 is out of range: the vocabulary has 8 tokens, 0 to 7");
        let error = super::samples_of::<Tokens<2, 8>, f32>("input", [[1.0, 2.0], [0.5, 0.0]]).unwrap_err();
        assert!(error.to_string().starts_with("token 0.5 at position 0 of sample 1"), "{error}");
    }
}
