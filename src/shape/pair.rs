//! Samples that are two samples: the input of a network with two inputs.
#![allow(unsafe_code, reason = "a slice of pairs is viewed as a slice of their elements, and the reverse")]

use core::marker::PhantomData;

use crate::error::Result;
use crate::scalar::Scalar;
use crate::shape::{
    Image, Padded, PaddedPart, Pads, Probabilities, ProbabilitySequence, Sequence, Shape, Tokens, Values, Vector,
};

/// A pair of shapes, the input of a network with two inputs: [`Both`]`<A, B>`, the sample of `A` and then that of `B`.
///
/// The layers [`First`](crate::First) and [`Second`](crate::Second) give one of its parts, each at the beginning of a branch of
/// [`Parallel`](crate::Parallel). `Parallel(Pair)` makes a pair of the outputs of two branches, and
/// [`CrossAttention`](crate::CrossAttention) takes one of two sequences. No other layer takes it. Three inputs are a pair in a pair:
/// `Pair<A, Pair<B, C>>`.
///
/// Its elements are values only if those of both parts are, and even then it is no [`Values`]: a scaler or a layer that takes any
/// values treats all elements alike. It does so to one part.
///
/// # Errors
/// A part is a shape of the library, or a pair of them.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network! {
///     struct Model (Pair<Tokens<3, 8>, Vector<2>>) {
///         Parallel {
///             text: { First, Embedding<_, 4>, Lstm<_, 5>, LastStep },
///             numbers: { Second, Dense<_, 3>, Relu },
///         },
///         Dense<_, 2>, Softmax,
///     }
/// }
///
/// let model = Model::init(&mut typenet::rng(37));
/// let [a, b] = model.predict(&Both { first: Tokens::sample([0_u8, 7, 3])?, second: [0.5, -1.0] });
/// assert!((a + b - 1.0).abs() < 1e-6);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pair<A, B>(PhantomData<(A, B)>);

/// A sample of a [`Pair`]: the samples of its two parts.
///
/// # Example
/// ```
/// use typenet::{Both, Pair, Shape, Vector};
///
/// let sample = Both { first: [1.0_f32, 2.0], second: [3.0] };
/// assert_eq!(Pair::<Vector<2>, Vector<1>>::flat(&sample), [1.0, 2.0, 3.0]);
/// ```
// The elements of `second` follow those of `first`, as in a slice.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Both<A, B> {
    /// The sample of the first part.
    pub first: A,
    /// The sample of the second part.
    pub second: B,
}

/// A shape that can be a part of a [`Pair`]: every shape of the library.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a part of a pair",
    note = "the parts of a `Pair` are shapes of the library, such as `Vector<N>` or `Tokens<L, V>`"
)]
pub trait Part: Shape + sealed::Elements {
    /// The part without [`Padded`].
    type UnpaddedPart: Part;
}

/// A shape whose samples have a gradient: one of values, or a [`Pair`] of such shapes.
#[diagnostic::on_unimplemented(
    message = "the elements of `{Self}` are not values to compute with",
    note = "tokens become values in an `Embedding`, and have no gradient; nor has a `Padded` sequence, with its number of steps"
)]
pub trait Differentiable: Shape {}

#[diagnostic::do_not_recommend]
impl<S: Values> Differentiable for S {}
#[diagnostic::do_not_recommend]
impl<A: Part + Differentiable, B: Part + Differentiable> Differentiable for Pair<A, B> {}

mod sealed {
    use crate::shape::Shape;

    /// `Array<T>` consists of `LEN` elements that are a `T` each, or a transparent wrapper of one whose value may be any `T`.
    pub trait Elements: Shape {}
}

macro_rules! parts {
    ($([$($parameters:tt)*] $shape:ty => $unpadded:ty,)*) => { $(
        impl<$($parameters)*> sealed::Elements for $shape {}
        impl<$($parameters)*> Part for $shape {
            type UnpaddedPart = $unpadded;
        }
    )* };
}

parts! {
    [const N: usize] Vector<N> => Self,
    [const K: usize] Probabilities<K> => Self,
    [const C: usize, const H: usize, const W: usize] Image<C, H, W> => Self,
    [const L: usize, const N: usize] Sequence<L, N> => Self,
    [const L: usize, const K: usize] ProbabilitySequence<L, K> => Self,
    [const L: usize, const V: usize] Tokens<L, V> => Self,
    [S: Pads + Part] Padded<S> => S,
    [A: Part, B: Part] Pair<A, B> => Pair<A::UnpaddedPart, B::UnpaddedPart>,
}

/// The largest number of parts that are no pairs themselves.
pub(crate) const MOST_PARTS: usize = 16;

impl<A: Part, B: Part> Pair<A, B> {
    /// The sizes of all parts, and empty ones behind them.
    const SIZES: &'static [&'static [usize]; MOST_PARTS] = &joined(A::PARTS, B::PARTS);

    /// The place of each part that is padded.
    const PLACES: [Option<PaddedPart>; MOST_PARTS] = {
        // It asserts that there are not too many parts.
        let _ = Self::SIZES;
        let mut places = [None; MOST_PARTS];
        let mut part = 0;
        while part < A::PARTS.len() + B::PARTS.len() {
            let (of, index, before) =
                if part < A::PARTS.len() { (A::PADDED, part, 0) } else { (B::PADDED, part - A::PARTS.len(), A::LEN) };
            places[part] = match of {
                [] => None,
                of => match of[index] {
                    None => None,
                    Some(place) => Some(place.after(before)),
                },
            };
            part += 1;
        }
        places
    };

    /// Compares the memory of a sample with that of its elements.
    const fn check_layout<T: Scalar>() {
        assert!(size_of::<Both<A::Array<T>, B::Array<T>>>() == Self::LEN * size_of::<T>(), "there is no padding");
        assert!(align_of::<Both<A::Array<T>, B::Array<T>>>() == align_of::<T>(), "samples stand anywhere in a slice");
    }
}

/// Returns the sizes of some parts after those of others.
const fn joined(first: &[&'static [usize]], second: &[&'static [usize]]) -> [&'static [usize]; MOST_PARTS] {
    let mut joined: [&[usize]; MOST_PARTS] = [&[]; MOST_PARTS];
    assert!(first.len() + second.len() <= MOST_PARTS, "pairs have at most 16 parts together");
    joined.split_at_mut(first.len()).0.copy_from_slice(first);
    joined.split_at_mut(first.len()).1.split_at_mut(second.len()).0.copy_from_slice(second);
    joined
}

impl<A: Part, B: Part> Shape for Pair<A, B> {
    const LEN: usize = A::LEN + B::LEN;
    const DIMENSIONS: &'static [usize] = &[Self::LEN];
    const PARTS: &'static [&'static [usize]] = Self::SIZES.split_at(A::PARTS.len() + B::PARTS.len()).0;
    const PADDED: &'static [Option<PaddedPart>] = if A::PADDED.is_empty() && B::PADDED.is_empty() {
        &[]
    } else {
        const { &Self::PLACES }.split_at(Self::PARTS.len()).0
    };
    type Array<T: Scalar> = Both<A::Array<T>, B::Array<T>>;
    type Plain = Self;
    type Normalized = Self;
    type Features<const H: usize> = Vector<H>;
    type Step = Self;
    type Unpadded = Pair<A::UnpaddedPart, B::UnpaddedPart>;
    type First = A;
    type Second = B;

    fn zero<T: Scalar>() -> Self::Array<T> {
        Both { first: A::zero(), second: B::zero() }
    }

    #[inline(always)]
    fn flat_batch<T: Scalar>(batch: &[Self::Array<T>]) -> &[T] {
        const { Self::check_layout::<T>() };
        // SAFETY: a part is sealed, so its samples consist of elements, or of transparent wrappers of them. `Both` is `repr(C)`
        // and has as many elements as `LEN` says without padding between them, which is checked above. The slice borrows `batch`.
        unsafe { core::slice::from_raw_parts(batch.as_ptr().cast(), batch.len() * Self::LEN) }
    }

    #[inline(always)]
    fn flat_batch_mut<T: Scalar>(batch: &mut [Self::Array<T>]) -> &mut [T] {
        const { Self::check_layout::<T>() };
        // SAFETY: as in `flat_batch`; the slice borrows `batch` mutably, and each element may have any value as far as memory is
        // concerned.
        unsafe { core::slice::from_raw_parts_mut(batch.as_mut_ptr().cast(), batch.len() * Self::LEN) }
    }

    #[inline(always)]
    fn batch<T: Scalar>(flat: &[T]) -> &[Self::Array<T>] {
        const { Self::check_layout::<T>() };
        // SAFETY: as in `flat_batch_mut`; the slice borrows `flat`, which has the elements of as many samples, and the alignment of
        // a sample is that of an element.
        unsafe { core::slice::from_raw_parts(flat.as_ptr().cast(), flat.len() / Self::LEN) }
    }

    fn check_elements<T: Scalar>(sample: usize, elements: &[T]) -> Result<()> {
        let (first, second) = elements.split_at(A::LEN);
        A::check_elements(sample, first)?;
        B::check_elements(sample, second)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::{Both, Pair};
    use crate::shape::{Image, Shape, Tokens, Vector};

    type Text = Pair<Tokens<3, 8>, Vector<2>>;
    type Three = Pair<Pair<Vector<1>, Tokens<2, 4>>, Image<1, 2, 1>>;

    #[test]
    fn flattening_and_splitting_pairs_restores_them() {
        let sample = |tokens: [u8; 3], second| Both { first: Tokens::sample(tokens).unwrap(), second };
        let batch = [sample([0, 7, 3], [0.5_f32, -1.0]), sample([1, 2, 0], [2.5, 9.0])];
        let flat = Text::flat_batch(&batch);
        assert_eq!(flat, [0.0, 7.0, 3.0, 0.5, -1.0, 1.0, 2.0, 0.0, 2.5, 9.0]);
        assert_eq!(Text::batch(flat), batch);
        // Elements that do not fill a sample are left out.
        assert_eq!(Text::batch(&flat[..9]), &batch[..1]);
        let mut changed = batch;
        Text::flat_batch_mut(&mut changed)[8] = 6.0;
        assert_eq!(changed[1], sample([1, 2, 0], [6.0, 9.0]));
        assert_eq!(Text::flat(&Text::zero::<f64>()), [0.0; 5]);
    }

    #[test]
    fn a_pair_has_the_sizes_of_its_parts() {
        assert_eq!((Text::LEN, Text::DIMENSIONS, Text::PARTS), (5, &[5][..], &[&[3, 8][..], &[2]][..]));
        assert_eq!((Three::LEN, Three::PARTS), (5, &[&[1][..], &[2, 4], &[1, 2, 1]][..]));
        let sample = Both {
            first: Both { first: [1.0_f64], second: Tokens::sample([3_u8, 0]).unwrap() },
            second: [[[2.0], [5.0]]],
        };
        assert_eq!(Three::flat(&sample), [1.0, 3.0, 0.0, 2.0, 5.0]);
    }

    #[test]
    fn elements_that_are_no_tokens_are_found_in_each_part() {
        assert_eq!(Text::check_elements(0, &[7.0_f32, 0.0, 3.0, 99.0, 0.5]), Ok(()));
        let error = Text::check_elements(5, &[7.0_f32, 8.0, 3.0, 99.0, 0.5]).unwrap_err();
        assert!(error.to_string().starts_with("token 8 at position 1 of sample 5 is out of range"), "{error}");
        let error = Three::check_elements(2, &[0.5, 1.0, 4.0, 9.0, 9.0]).unwrap_err();
        assert!(error.to_string().starts_with("token 4 at position 1 of sample 2 is out of range"), "{error}");
    }
}
