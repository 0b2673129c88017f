//! Samples that are symbols instead of values.
#![allow(unsafe_code, reason = "a slice of tokens is viewed as a slice of their numbers, and the reverse")]

use core::cmp::Ordering;
use core::fmt::{self, Debug, Display};
use core::hash::{Hash, Hasher};

use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::{Sequence, Shape};

/// `L` tokens of a vocabulary of `V`: `[Token<V, T>; L]`.
///
/// An `Embedding` turns tokens into values. No other layer takes them.
///
/// # Errors
/// A vocabulary of more than 2²⁴ tokens does not compile: `f32` does not represent every whole number above.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Model (Tokens<3, 8>) = Embedding<_, 4>, Lstm<_, 5>, LastStep, Dense<_, 2>, Softmax);
///
/// let model = Model::init(&mut typenet::rng(37));
/// let [a, b] = model.predict(&Tokens::<3, 8>::sample([0_u8, 7, 3])?);
/// assert!((a + b - 1.0).abs() < 1e-6);
///
/// let error = Tokens::<3, 8>::sample::<_, f32>([0_u8, 8, 3]).unwrap_err();
/// assert_eq!(error.to_string(), "token 8 at position 1 is out of range: the vocabulary has 8 tokens, 0 to 7");
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tokens<const L: usize, const V: usize>;

/// One of `V` tokens, with indices from 0, in a network whose elements are of type `T`.
///
/// # Errors
/// [`Token::new`] rejects an index of `V` or above, so a value of this type is always in range.
///
/// # Example
/// ```
/// use typenet::Token;
///
/// let token: Token<128> = Token::new('a' as usize)?;
/// assert_eq!((token.index(), token.to_string().as_str()), (97, "97"));
/// assert!(Token::<128>::new('ä' as usize).is_err());
/// # Ok::<(), typenet::Error>(())
/// ```
// A number, so that a batch of samples is a slice of elements. Without an invariant for memory: layers check the index again.
#[repr(transparent)]
#[derive(Clone, Copy, Default)]
pub struct Token<const V: usize, T = f32>(T);

/// The largest vocabulary: every index is a whole number that `f32` represents.
const LARGEST: usize = 1 << 24;

impl<const V: usize, T: Scalar> Token<V, T> {
    /// Creates the token with this index.
    ///
    /// # Errors
    /// [`Error::TokenOutOfRange`] if `index` is not below `V`.
    pub fn new(index: usize) -> Result<Self> {
        const { assert!(V <= LARGEST, "a vocabulary has at most 2²⁴ tokens") };
        if index < V {
            Ok(Self(T::from_f64(index as f64)))
        } else {
            Err(Error::TokenOutOfRange { sample: None, position: None, token: index as f64, vocabulary: V })
        }
    }

    /// Creates the token with this index at a position of a sample.
    pub(super) fn at(position: usize, index: impl TryInto<i128>) -> Result<Self> {
        let index = index.try_into().unwrap_or(i128::MAX);
        let known = usize::try_from(index).ok().and_then(|index| Self::new(index).ok());
        let position = Some(position);
        known.ok_or(Error::TokenOutOfRange { sample: None, position, token: index as f64, vocabulary: V })
    }

    /// Returns the index of the token, which is below `V`.
    #[must_use]
    #[inline(always)]
    pub fn index(self) -> usize {
        index_of(self.0)
    }
}

/// Returns the index of a token that an element holds.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number from 0 to below 2²⁴")]
pub(crate) fn index_of<T: Scalar>(element: T) -> usize {
    element.to_f64() as usize
}

impl<const L: usize, const V: usize> Tokens<L, V> {
    /// Converts indices to a sample.
    ///
    /// # Errors
    /// [`Error::TokenOutOfRange`] for the first index that is not below `V`.
    pub fn sample<I: TryInto<i128> + Copy, T: Scalar>(indices: [I; L]) -> Result<[Token<V, T>; L]> {
        let mut sample = [Token(T::ZERO); L];
        for (position, (token, index)) in sample.iter_mut().zip(indices).enumerate() {
            *token = Token::at(position, index)?;
        }
        Ok(sample)
    }
}

impl<const L: usize, const V: usize> Shape for Tokens<L, V> {
    const LEN: usize = {
        assert!(V <= LARGEST, "a vocabulary has at most 2²⁴ tokens, so that `f32` represents every index");
        L
    };
    const DIMENSIONS: &'static [usize] = &[L, V];
    const TOKENS: bool = true;
    type Array<T: Scalar> = [Token<V, T>; L];
    type Plain = Self;
    type Normalized = Self;
    type Features<const H: usize> = Sequence<L, H>;
    type Step = Tokens<1, V>;
    type Unpadded = Self;
    type First = Self;
    type Second = Self;

    fn zero<T: Scalar>() -> [Token<V, T>; L] {
        [Token(T::ZERO); L]
    }

    #[inline(always)]
    fn flat_batch<T: Scalar>(batch: &[[Token<V, T>; L]]) -> &[T] {
        let tokens = batch.as_flattened();
        // SAFETY: a token is a transparent wrapper of an element, and the slice borrows `batch`.
        unsafe { core::slice::from_raw_parts(tokens.as_ptr().cast(), tokens.len()) }
    }

    #[inline(always)]
    fn flat_batch_mut<T: Scalar>(batch: &mut [[Token<V, T>; L]]) -> &mut [T] {
        let tokens = batch.as_flattened_mut();
        // SAFETY: as in `flat_batch`; the slice borrows `batch` mutably, and any element is a valid token as far as memory is
        // concerned.
        unsafe { core::slice::from_raw_parts_mut(tokens.as_mut_ptr().cast(), tokens.len()) }
    }

    #[inline(always)]
    fn batch<T: Scalar>(flat: &[T]) -> &[[Token<V, T>; L]] {
        // SAFETY: as in `flat_batch_mut`; the slice borrows `flat`.
        let tokens: &[Token<V, T>] = unsafe { core::slice::from_raw_parts(flat.as_ptr().cast(), flat.len()) };
        tokens.as_chunks().0
    }

    fn check_elements<T: Scalar>(sample: usize, elements: &[T]) -> Result<()> {
        let is_token = |&element: &T| {
            let index = index_of(element);
            index < V && element == T::from_f64(index as f64)
        };
        match elements.iter().position(|element| !is_token(element)) {
            None => Ok(()),
            Some(position) => Err(Error::TokenOutOfRange {
                sample: Some(sample),
                position: Some(position),
                token: elements[position].to_f64(),
                vocabulary: V,
            }),
        }
    }
}

impl<const V: usize, T: Scalar> From<Token<V, T>> for i128 {
    fn from(token: Token<V, T>) -> Self {
        token.index() as Self
    }
}

impl<const V: usize, T: Scalar> Debug for Token<V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Token").field(&self.index()).finish()
    }
}

impl<const V: usize, T: Scalar> Display for Token<V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.index(), f)
    }
}

impl<const V: usize, T: Scalar> PartialEq for Token<V, T> {
    fn eq(&self, other: &Self) -> bool {
        self.index() == other.index()
    }
}

impl<const V: usize, T: Scalar> Eq for Token<V, T> {}

impl<const V: usize, T: Scalar> PartialOrd for Token<V, T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<const V: usize, T: Scalar> Ord for Token<V, T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.index().cmp(&other.index())
    }
}

impl<const V: usize, T: Scalar> Hash for Token<V, T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.index().hash(state);
    }
}

impl<const V: usize, T: Scalar> TryFrom<usize> for Token<V, T> {
    type Error = Error;

    fn try_from(index: usize) -> Result<Self> {
        Self::new(index)
    }
}

/// A byte is a token of the vocabulary of all bytes.
impl<T: Scalar> From<u8> for Token<256, T> {
    fn from(byte: u8) -> Self {
        Self(T::from_f64(byte.into()))
    }
}

impl<const V: usize, T: Scalar> From<Token<V, T>> for usize {
    fn from(token: Token<V, T>) -> Self {
        token.index()
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::{LARGEST, Token, Tokens};
    use crate::shape::Shape;

    #[test]
    fn flattening_and_splitting_tokens_restores_them() {
        let batch = [[0_u32, 7, 3], [1, 2, 0]].map(|sample| Tokens::<3, 8>::sample(sample).unwrap());
        let flat = <Tokens<3, 8>>::flat_batch(&batch);
        assert_eq!(flat, [0.0_f32, 7.0, 3.0, 1.0, 2.0, 0.0]);
        assert_eq!(<Tokens<3, 8>>::batch(flat), batch);
        let mut changed = batch;
        <Tokens<3, 8>>::flat_batch_mut(&mut changed)[5] = 6.0_f32;
        assert_eq!(changed[1][2], Token::new(6).unwrap());
        assert_eq!((<Tokens<3, 8>>::LEN, <Tokens<3, 8>>::DIMENSIONS), (3, &[3, 8][..]));
    }

    #[test]
    fn every_index_of_the_largest_vocabulary_is_exact() {
        for index in (0..LARGEST).step_by(9_973).chain([LARGEST - 1]) {
            assert_eq!(Token::<LARGEST>::new(index).unwrap().index(), index);
        }
        assert!(Token::<LARGEST>::new(LARGEST).is_err());
    }

    #[test]
    fn elements_that_are_no_tokens_are_found() {
        for foreign in [-1.0, 0.5, 8.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30] {
            let error = Tokens::<3, 8>::check_elements(5, &[7.0, foreign, 0.0]).unwrap_err();
            assert!(error.to_string().contains("at position 1 of sample 5 is out of range"), "{error}");
        }
        assert_eq!(Tokens::<3, 8>::check_elements(0, &[7.0_f64, 0.0, 3.0]), Ok(()));
    }

    #[test]
    fn indices_beyond_the_vocabulary_are_refused_with_their_position() {
        let error = Tokens::<2, 8>::sample::<_, f32>([3_i32, -1]).unwrap_err();
        assert_eq!(error.to_string(), "token -1 at position 1 is out of range: the vocabulary has 8 tokens, 0 to 7");
        let error = Tokens::<2, 8>::sample::<_, f32>([8_u16, 0]).unwrap_err();
        assert_eq!(error.to_string(), "token 8 at position 0 is out of range: the vocabulary has 8 tokens, 0 to 7");
    }
}
