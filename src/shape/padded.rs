//! Sequences that may be shorter than their shape.
#![allow(unsafe_code, reason = "a slice of padded sequences is viewed as a slice of their elements, and the reverse")]

use core::marker::PhantomData;

use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::{Sequence, Shape, Token, Tokens};

/// A sequence of at most as many steps as the shape `S` has, a [`Sequence`] or [`Tokens`]: a [`PaddedSteps`], its steps, padding up to
/// the length of `S`, and the number of its steps.
///
/// It is an input of a network, or a part of a [`Pair`](crate::Pair) that is one. The layers take the steps, of shape `S`, as if the
/// network had been declared with it. Those that see several steps leave the padding out: what a network computes for a sequence of n
/// steps has the bits that it has if the shape has n steps.
///
/// | layer | with padding |
/// |---|---|
/// | [`SelfAttention`](crate::SelfAttention) | attends to the steps of the sequence alone |
/// | [`CrossAttention`](crate::CrossAttention) | the same for each of its two sequences |
/// | [`Rnn`](crate::Rnn), [`Gru`](crate::Gru), [`Lstm`](crate::Lstm) | end, or begin if they read backward, at the last step of the sequence |
/// | [`LastStep`](crate::LastStep) | gives the last step of the sequence |
/// | [`GlobalAvgPool1d`](crate::GlobalAvgPool1d), [`GlobalMaxPool1d`](crate::GlobalMaxPool1d) | the mean and the maximum over the steps of the sequence |
/// | a [`Conv1d`](crate::Conv1d) with `padding = Causal` and stride 1, and layers that act on each step | as without: no step sees a later one |
///
/// The output at a step of padding is of no use, but finite. A network with an output for each step is trained with the targets of
/// [`Masked`](crate::Masked), which leave it out, and does not compile with a loss that compares all steps.
///
/// # Errors
/// A network with another layer that mixes the steps of a padded sequence does not compile: other convolutions, pooling of windows,
/// [`Flatten`](crate::Flatten), [`Reshape`](crate::Reshape), [`BatchNorm`](crate::BatchNorm), [`GroupNorm`](crate::GroupNorm), the sum or
/// concatenation of two parts of a pair, and a custom layer whose plan does not [allow padding](crate::Plan::ALLOWS_PADDING). Nor does a
/// network that carries a state from window to window, since windows have no padding. `to_onnx` refuses a network with padded input.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network! {
///     struct Sentiment (Padded<Tokens<12, 128>>) -> Probabilities<2> {
///         Embedding<_, 8>, PositionEmbedding,
///         SelfAttention<2>,
///         GlobalAvgPool1d, Dense<_, 2>, Softmax,
///     }
/// }
/// let network = Sentiment::init(&mut typenet::rng(37));
/// let text = Padded::<Tokens<12, 128>>::sample(b"not bad")?;
/// assert_eq!(text.steps().len(), 7);
///
/// // The same sequence in a shape of its length gives the same bits.
/// network! {
///     struct Exact (Tokens<7, 128>) -> Probabilities<2> {
///         Embedding<_, 8>, positions: PositionEmbedding,
///         SelfAttention<2>,
///         GlobalAvgPool1d, Dense<_, 2>, Softmax,
///     }
/// }
/// let mut exact = Exact::zeroed();
/// exact.embedding.parameters_mut().copy_from_slice(network.embedding.parameters());
/// exact.positions.parameters_mut().copy_from_slice(&network.position_embedding.parameters()[..7 * 8]);
/// exact.self_attention.parameters_mut().copy_from_slice(network.self_attention.parameters());
/// exact.dense.parameters_mut().copy_from_slice(network.dense.parameters());
/// assert_eq!(network.predict(&text), exact.predict(&Tokens::sample(*b"not bad")?));
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Padded<S>(PhantomData<S>);

/// A sample of [`Padded`]: the steps of a sequence, in an array `A` that may have room for more of them.
///
/// # Example
/// ```
/// use typenet::{Padded, Sequence};
///
/// let sample = Padded::<Sequence<3, 2>>::sample(&[[1.0_f32, 2.0], [3.0, 4.0]])?;
/// assert_eq!(sample.steps(), [[1.0, 2.0], [3.0, 4.0]]);
/// # Ok::<(), typenet::Error>(())
/// ```
// The number of steps follows the steps, as in a slice of elements.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PaddedSteps<A, T = f32> {
    steps: A,
    count: T,
}

/// Where the steps of a padded sequence are in a sample, which may be a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaddedPart {
    /// The position of its first element.
    pub(crate) start: usize,
    /// The number of steps that it has room for.
    pub(crate) steps: usize,
    /// The number of elements of a step.
    pub(crate) width: usize,
}

impl PaddedPart {
    /// Returns the position of the number of steps.
    pub(crate) const fn position(self) -> usize {
        self.start + self.steps * self.width
    }

    /// Returns the same part in a sample in which `before` elements precede it.
    pub(crate) const fn after(self, before: usize) -> Self {
        Self { start: before + self.start, ..self }
    }

    /// Returns the number of steps that an element holds: at least 1, so that every sequence has a last step.
    #[inline(always)]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number that is not one of steps is clamped"
    )]
    pub(crate) fn count<T: Scalar>(self, sample: &[T]) -> usize {
        (sample[self.position()].to_f64() as usize).clamp(1, self.steps)
    }
}

/// A shape of which sequences can be padded.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be padded",
    note = "`Padded` takes a sequence: `Sequence<L, N>` or `Tokens<L, V>`"
)]
pub trait Pads: Shape + sealed::Steps {}

mod sealed {
    /// `Array<T>` is an array of the steps.
    pub trait Steps {
        /// The number of steps.
        const ROOM: usize;
    }
}

impl<const L: usize, const N: usize> sealed::Steps for Sequence<L, N> {
    const ROOM: usize = L;
}
impl<const L: usize, const V: usize> sealed::Steps for Tokens<L, V> {
    const ROOM: usize = L;
}
impl<const L: usize, const N: usize> Pads for Sequence<L, N> {}
impl<const L: usize, const V: usize> Pads for Tokens<L, V> {}

/// The functions of [`Shape`] that view samples as their elements, for a shape whose samples are a `repr(C)` struct of elements or of
/// transparent wrappers of them.
macro_rules! views_as_elements {
    () => {
        #[inline(always)]
        fn flat_batch<T: Scalar>(batch: &[Self::Array<T>]) -> &[T] {
            const { $crate::shape::padded::check_layout::<Self, T>() };
            // SAFETY: the parts of a sample are sealed, so they consist of elements, or of transparent wrappers of them. A sample is
            // `repr(C)` and has as many elements as `LEN` says with nothing between them, which is checked above. The slice borrows
            // `batch`.
            unsafe { core::slice::from_raw_parts(batch.as_ptr().cast(), batch.len() * Self::LEN) }
        }

        #[inline(always)]
        fn flat_batch_mut<T: Scalar>(batch: &mut [Self::Array<T>]) -> &mut [T] {
            const { $crate::shape::padded::check_layout::<Self, T>() };
            // SAFETY: as in `flat_batch`; the slice borrows `batch` mutably, and each element may have any value as far as memory is
            // concerned.
            unsafe { core::slice::from_raw_parts_mut(batch.as_mut_ptr().cast(), batch.len() * Self::LEN) }
        }

        #[inline(always)]
        fn batch<T: Scalar>(flat: &[T]) -> &[Self::Array<T>] {
            const { $crate::shape::padded::check_layout::<Self, T>() };
            // SAFETY: as in `flat_batch_mut`; the slice borrows `flat`, which has the elements of as many samples, and the alignment
            // of a sample is that of an element.
            unsafe { core::slice::from_raw_parts(flat.as_ptr().cast(), flat.len() / Self::LEN) }
        }
    };
}

pub(super) use views_as_elements;

/// Compares the memory of a sample with that of its elements.
pub(super) const fn check_layout<S: Shape, T: Scalar>() {
    assert!(size_of::<S::Array<T>>() == S::LEN * size_of::<T>(), "nothing lies between elements");
    assert!(align_of::<S::Array<T>>() == align_of::<T>(), "samples stand anywhere in a slice");
}

/// Checks a number of steps.
fn check_count(count: usize, room: usize) -> Result<usize> {
    match count {
        _ if count > room => Err(Error::TooLong { sample: None, length: count, longest: room }),
        0 => Err(Error::NoSteps { sample: None }),
        _ => Ok(count),
    }
}

impl<const L: usize, const N: usize> Padded<Sequence<L, N>> {
    /// Returns the sample of a sequence.
    ///
    /// # Errors
    /// [`Error::TooLong`] for more than `L` steps, [`Error::NoSteps`] for none.
    pub fn sample<T: Scalar>(steps: &[[T; N]]) -> Result<PaddedSteps<[[T; N]; L], T>> {
        let (count, mut padded) = (check_count(steps.len(), L)?, [[T::ZERO; N]; L]);
        padded[..count].copy_from_slice(steps);
        Ok(PaddedSteps { steps: padded, count: T::from_count(count) })
    }
}

impl<const L: usize, const V: usize> Padded<Tokens<L, V>> {
    /// Returns the sample of a sequence of tokens: of [`Token`]s, or of indices of any type of integers.
    ///
    /// # Errors
    /// [`Error::TokenOutOfRange`] for the first index that is not below `V`, [`Error::TooLong`] for more than `L` tokens,
    /// [`Error::NoSteps`] for none.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// let sample = Padded::<Tokens<5, 26>>::sample::<_, f32>(&[3_u16, 0, 25])?;
    /// assert!(sample.steps().iter().map(|token| token.index()).eq([3, 0, 25]));
    ///
    /// let characters = Characters::of("abcdefghijklmnopqrstuvwxyz");
    /// let sample = Padded::<Tokens<5, 26>>::sample::<_, f32>(&characters.tokens::<26, f32>("emmy")?)?;
    /// assert_eq!(characters.text(sample.steps()), "emmy");
    ///
    /// let error = Padded::<Tokens<5, 26>>::sample::<_, f32>(&[0_u8; 6]).unwrap_err();
    /// assert_eq!(error.to_string(), "the sequence has 6 steps, but the shape has room for 5");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn sample<I: TryInto<i128> + Copy, T: Scalar>(indices: &[I]) -> Result<PaddedSteps<[Token<V, T>; L], T>> {
        let mut padded = Tokens::<L, V>::zero::<T>();
        let count = check_count(indices.len(), L)?;
        for (position, (token, &index)) in padded.iter_mut().zip(indices).enumerate() {
            *token = Token::at(position, index)?;
        }
        Ok(PaddedSteps { steps: padded, count: T::from_count(count) })
    }
}

impl<E, T: Scalar, const L: usize> PaddedSteps<[E; L], T> {
    /// Returns the steps of the sequence, without padding.
    #[must_use]
    pub fn steps(&self) -> &[E] {
        &self.steps[..self.count()]
    }

    /// Returns the steps of the sequence, without padding, to change them.
    ///
    /// # Example
    /// ```
    /// use typenet::{Padded, Sequence};
    ///
    /// let mut sample = Padded::<Sequence<3, 1>>::sample(&[[2.0_f32], [4.0]])?;
    /// for step in sample.steps_mut() {
    ///     step[0] /= 4.0;
    /// }
    /// assert_eq!(sample.steps(), [[0.5], [1.0]]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn steps_mut(&mut self) -> &mut [E] {
        let count = self.count();
        &mut self.steps[..count]
    }

    /// Returns the number of steps.
    fn count(&self) -> usize {
        PaddedPart { start: 0, steps: L, width: 0 }.count(&[self.count])
    }
}

impl<S: Pads> Padded<S> {
    /// The place of the steps.
    const PART: PaddedPart = PaddedPart { start: 0, steps: S::ROOM, width: S::LEN / S::ROOM };
}

impl<S: Pads> Shape for Padded<S> {
    const LEN: usize = S::LEN + 1;
    const DIMENSIONS: &'static [usize] = S::DIMENSIONS;
    const TOKENS: bool = S::TOKENS;
    const PADDED: &'static [Option<PaddedPart>] = &[Some(Self::PART)];
    type Array<T: Scalar> = PaddedSteps<S::Array<T>, T>;
    type Plain = Self;
    type Normalized = Self;
    type Features<const H: usize> = S::Features<H>;
    type Step = S::Step;
    type Unpadded = S;
    type First = Self;
    type Second = Self;

    /// A sequence of one step.
    fn zero<T: Scalar>() -> Self::Array<T> {
        PaddedSteps { steps: S::zero(), count: T::ONE }
    }

    views_as_elements!();

    /// Padding is not read, so it may hold anything but values that are not finite.
    fn check_elements<T: Scalar>(sample: usize, elements: &[T]) -> Result<()> {
        let (part, count) = (Self::PART, elements[S::LEN].to_f64());
        if count != part.count(elements) as f64 {
            return Err(Error::NumberOfSteps { sample, count, longest: part.steps });
        }
        S::check_elements(sample, &elements[..part.count(elements) * part.width])
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::{Padded, PaddedPart};
    use crate::error::Error;
    use crate::shape::{Both, Pair, Sequence, Shape, Tokens, Vector};

    type Text = Padded<Tokens<3, 8>>;
    type Signal = Padded<Sequence<2, 3>>;

    #[test]
    fn flattening_and_splitting_padded_sequences_restores_them() {
        let batch = [&[7_u8, 3][..], &[1, 2, 6]].map(|tokens| Text::sample::<_, f32>(tokens).unwrap());
        let flat = Text::flat_batch(&batch);
        assert_eq!(flat, [7.0_f32, 3.0, 0.0, 2.0, 1.0, 2.0, 6.0, 3.0]);
        assert_eq!(Text::batch(flat), batch);
        let signal = Signal::sample(&[[1.0_f64, 2.0, 3.0]]).unwrap();
        assert_eq!(Signal::flat(&signal), [1.0, 2.0, 3.0, 0.0, 0.0, 0.0, 1.0]);
        assert_eq!(signal.steps(), [[1.0, 2.0, 3.0]]);
        assert_eq!((Text::LEN, Signal::LEN, Text::DIMENSIONS), (4, 7, &[3, 8][..]));
    }

    #[test]
    fn a_pair_knows_where_its_padded_parts_are() {
        type Model = Pair<Vector<2>, Pair<Text, Signal>>;
        let text = PaddedPart { start: 2, steps: 3, width: 1 };
        let signal = PaddedPart { start: 6, steps: 2, width: 3 };
        assert_eq!(Model::PADDED, [None, Some(text), Some(signal)]);
        assert_eq!((text.position(), signal.position(), Model::LEN), (5, 12, 13));
        assert_eq!(<Pair<Vector<2>, Vector<1>>>::PADDED, []);
        let sample = Both {
            first: [0.5_f32, 1.5],
            second: Both { first: Text::sample(&[5_u8]).unwrap(), second: Signal::sample(&[[1.0; 3]; 2]).unwrap() },
        };
        let flat = Model::flat(&sample);
        assert_eq!((text.count(flat), signal.count(flat)), (1, 2));
    }

    #[test]
    fn sequences_that_do_not_fit_are_refused() {
        assert_eq!(Text::sample::<u8, f32>(&[]), Err(Error::NoSteps { sample: None }));
        let too_long = Error::TooLong { sample: None, length: 4, longest: 3 };
        assert_eq!(Text::sample::<u8, f32>(&[0; 4]), Err(too_long));
        let error = Text::sample::<_, f32>(&[1_i32, 9]).unwrap_err();
        assert!(error.to_string().starts_with("token 9 at position 1 is out of range"), "{error}");
    }

    #[test]
    fn elements_that_are_no_padded_sequence_are_found() {
        assert_eq!(Text::check_elements(5, &[7.0_f32, 99.0, 0.5, 1.0]), Ok(()));
        let error = Text::check_elements(5, &[7.0_f32, 99.0, 0.5, 2.0]).unwrap_err();
        assert!(error.to_string().starts_with("token 99 at position 1 of sample 5 is out of range"), "{error}");
        for count in [0.0, 4.0, 1.5, -1.0, f64::NAN] {
            let error = Text::check_elements(5, &[7.0_f64, 1.0, 1.0, count]).unwrap_err();
            assert!(error.to_string().ends_with(", but it is a whole number from 1 to 3"), "{error}");
        }
    }
}
