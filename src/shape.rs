//! What is the form of the values that pass between layers?
//!
//! A shape is a type with constant sizes. It determines the plain nested array that holds one sample. A batch is a slice of
//! such arrays, so the compiler knows the sizes of a sample, but not the number of samples.

pub(crate) mod arithmetic;
pub(crate) mod rows;
mod sample_array;
mod tokens;

mod padded;

mod pair;

use core::fmt::Debug;

pub use padded::{Padded, PaddedPart, PaddedSteps, Pads};
pub(crate) use pair::MOST_PARTS;
pub use pair::{Both, Differentiable, Pair, Part};
pub use sample_array::SampleArray;
pub(crate) use tokens::index_of;
pub use tokens::{Token, Tokens};

use crate::error::Result;
use crate::scalar::Scalar;

/// The shape of one sample, as a type.
///
/// # Shapes
/// [`Vector<N>`], [`Image<C, H, W>`](Image) with channels first, and [`Sequence<L, N>`](Sequence) with steps first.
/// [`Probabilities<K>`](Probabilities) and [`ProbabilitySequence<L, K>`](ProbabilitySequence) are a vector and a sequence that a
/// `Softmax` computed. [`Tokens<L, V>`](Tokens) are symbols of a vocabulary. [`Pair<A, B>`](Pair) is one shape and another, for
/// networks with two inputs. [`Padded<S>`](Padded) is a sequence that may be shorter than `S`.
///
/// # Example
/// ```
/// use typenet::{Image, Shape, Vector};
///
/// assert_eq!(<Vector<64>>::LEN, 64);
/// assert_eq!(<Image<1, 28, 28>>::LEN, 784);
/// assert_eq!(<Image<1, 28, 28>>::DIMENSIONS, [1, 28, 28]);
///
/// let batch = [[1.0_f32, 2.0], [3.0, 4.0]];
/// assert_eq!(<Vector<2>>::flat_batch(&batch), [1.0, 2.0, 3.0, 4.0]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a shape",
    note = "shapes are `Vector<N>`, `Image<C, H, W>`, `Sequence<L, N>`, `Tokens<L, V>`, `Probabilities<K>`, \
            `ProbabilitySequence<L, K>`, `Pair<A, B>` and `Padded<S>`"
)]
pub trait Shape: Copy + Debug + Default + Send + Sync + 'static {
    /// The number of elements of one sample.
    const LEN: usize;
    /// The sizes of the axes, the slowest-varying one first. For [`Tokens`], the length and the size of the vocabulary. A [`Pair`]
    /// has one axis, of all elements.
    const DIMENSIONS: &'static [usize];
    /// The sizes of the axes of each part of a [`Pair`]; for another shape, those of the shape.
    const PARTS: &'static [&'static [usize]] = &[Self::DIMENSIONS];
    /// For each part of a [`Pair`], or the only one of another shape, where it is if it is [`Padded`]; empty if none is.
    const PADDED: &'static [Option<PaddedPart>] = &[];
    /// The number of steps of a sequence; 1 for a shape without steps. Layers such as [`Dense`](crate::Dense) act on each step, which
    /// has `LEN / STEPS` elements.
    const STEPS: usize = 1;
    /// The axis along which [`Parallel(Concat)`](crate::Parallel) concatenates samples of this shape.
    const CONCATENATED: usize = 0;
    /// Whether the elements stand for symbols, as in [`Tokens`].
    const TOKENS: bool = false;
    /// Whether the elements of each step are probabilities that a softmax computed from logits.
    const PROBABILITIES: bool = false;

    /// The type of one sample.
    type Array<T: Scalar>: Copy + Debug + PartialEq + Send + Sync + 'static;
    /// The output shape of a layer that maps each element independently.
    type Plain: Shape;
    /// The output shape of a softmax of each step.
    type Normalized: Shape;
    /// The output shape of a layer that maps each step to `H` elements.
    type Features<const H: usize>: Shape;
    /// The shape of a step; the shape itself if it has no steps.
    type Step: Shape;
    /// The shape that layers take: without [`Padded`].
    type Unpadded: Shape;
    /// The shape of the first part of a [`Pair`]; for another shape, the shape itself.
    type First: Shape;
    /// The shape of the second part of a [`Pair`]; for another shape, the shape itself.
    type Second: Shape;

    /// Returns a sample of zeros.
    #[must_use]
    fn zero<T: Scalar>() -> Self::Array<T>;

    /// Returns the elements of a batch, sample after sample.
    #[must_use]
    fn flat_batch<T: Scalar>(batch: &[Self::Array<T>]) -> &[T];

    /// Returns the elements of a batch mutably, sample after sample.
    #[must_use]
    fn flat_batch_mut<T: Scalar>(batch: &mut [Self::Array<T>]) -> &mut [T];

    /// Splits a flat slice into samples. Trailing elements that do not fill a sample are ignored.
    #[must_use]
    fn batch<T: Scalar>(flat: &[T]) -> &[Self::Array<T>];

    /// Checks that the elements, which come from outside, are those of a sample. `sample` is its position in the data set.
    ///
    /// # Errors
    /// For [`Tokens`], [`Error::TokenOutOfRange`](crate::Error::TokenOutOfRange) for the first element that is no token. Other
    /// shapes accept all elements.
    fn check_elements<T: Scalar>(_sample: usize, _elements: &[T]) -> Result<()> {
        Ok(())
    }

    /// Views a slice whose length is known only at run time as a sample: the elements in the order of [`flat`](Self::flat).
    ///
    /// # Errors
    /// [`Error::Ragged`](crate::Error::Ragged) if the slice does not have [`LEN`](Self::LEN) elements, with both lengths, and the
    /// errors of [`check_elements`](Self::check_elements).
    ///
    /// # Example
    /// ```
    /// use typenet::{Image, Shape};
    ///
    /// let pixels: Vec<f32> = "0 1 2 3".split(' ').map(|word| word.parse().unwrap()).collect();
    /// assert_eq!(<Image<1, 2, 2>>::sample_of(&pixels)?, &[[[0.0, 1.0], [2.0, 3.0]]]);
    ///
    /// let error = <Image<1, 2, 2>>::sample_of(&pixels[..3]).unwrap_err();
    /// assert_eq!(error.to_string(), "row has length 3, but its shape requires length 4");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    fn sample_of<T: Scalar>(row: &[T]) -> Result<&Self::Array<T>> {
        rows::sample_of::<Self, T>("row", None, row)
    }

    /// Returns the elements of one sample.
    #[must_use]
    #[inline(always)]
    fn flat<T: Scalar>(sample: &Self::Array<T>) -> &[T] {
        Self::flat_batch(core::slice::from_ref(sample))
    }

    /// Returns the elements of one sample mutably.
    #[must_use]
    #[inline(always)]
    fn flat_mut<T: Scalar>(sample: &mut Self::Array<T>) -> &mut [T] {
        Self::flat_batch_mut(core::slice::from_mut(sample))
    }
}

/// A shape whose elements are values alike: every shape but [`Tokens`], whose elements stand for symbols, and [`Pair`]. Only such
/// values can be multiplied or scaled.
#[diagnostic::on_unimplemented(
    message = "the elements of `{Self}` are not values to compute with",
    note = "tokens become values in an `Embedding`; `First` and `Second` give the parts of a pair"
)]
pub trait Values: Shape {}

#[diagnostic::do_not_recommend]
impl<S: Shape<Array<f32>: SampleArray>> Values for S {}

/// A vector of `N` elements: `[T; N]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Vector<const N: usize>;

/// An image of `C` channels, `H` rows and `W` columns: `[[[T; W]; H]; C]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Image<const C: usize, const H: usize, const W: usize>;

/// A sequence of `L` steps with `N` features each, steps outermost: `[[T; N]; L]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sequence<const L: usize, const N: usize>;

/// `K` probabilities whose sum is one, computed by a `Softmax`: `[T; K]`.
///
/// A network with this output ends in `Softmax`. Its training pass can therefore stop at the logits, and losses that require
/// logits know that they receive them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Probabilities<const K: usize>;

/// `L` steps of `K` probabilities each, computed by a `Softmax` of each step: `[[T; K]; L]`.
///
/// It is to a [`Sequence`] what [`Probabilities`] is to a [`Vector`]: a network with this output ends in `Softmax`, and predicts a
/// class for each step. Its targets are [`[Class<K>; L]`](crate::Class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ProbabilitySequence<const L: usize, const K: usize>;

macro_rules! vector_like {
    ($shape:ident, $probabilities:literal) => {
        impl<const N: usize> Shape for $shape<N> {
            const LEN: usize = N;
            const DIMENSIONS: &'static [usize] = &[N];
            const PROBABILITIES: bool = $probabilities;
            type Array<T: Scalar> = [T; N];
            type Plain = Vector<N>;
            type Normalized = Probabilities<N>;
            type Features<const H: usize> = Vector<H>;
            type Step = Self;
            type Unpadded = Self;
            type First = Self;
            type Second = Self;

            #[inline(always)]
            fn zero<T: Scalar>() -> [T; N] {
                [T::ZERO; N]
            }

            #[inline(always)]
            fn flat_batch<T: Scalar>(batch: &[[T; N]]) -> &[T] {
                batch.as_flattened()
            }

            #[inline(always)]
            fn flat_batch_mut<T: Scalar>(batch: &mut [[T; N]]) -> &mut [T] {
                batch.as_flattened_mut()
            }

            #[inline(always)]
            fn batch<T: Scalar>(flat: &[T]) -> &[[T; N]] {
                flat.as_chunks().0
            }
        }
    };
}

vector_like!(Vector, false);
vector_like!(Probabilities, true);

impl<const C: usize, const H: usize, const W: usize> Shape for Image<C, H, W> {
    const LEN: usize = C * H * W;
    const DIMENSIONS: &'static [usize] = &[C, H, W];
    type Array<T: Scalar> = [[[T; W]; H]; C];
    type Plain = Self;
    type Normalized = Self;
    type Features<const N: usize> = Vector<N>;
    type Step = Self;
    type Unpadded = Self;
    type First = Self;
    type Second = Self;

    #[inline(always)]
    fn zero<T: Scalar>() -> [[[T; W]; H]; C] {
        [[[T::ZERO; W]; H]; C]
    }

    #[inline(always)]
    fn flat_batch<T: Scalar>(batch: &[[[[T; W]; H]; C]]) -> &[T] {
        batch.as_flattened().as_flattened().as_flattened()
    }

    #[inline(always)]
    fn flat_batch_mut<T: Scalar>(batch: &mut [[[[T; W]; H]; C]]) -> &mut [T] {
        batch.as_flattened_mut().as_flattened_mut().as_flattened_mut()
    }

    #[inline(always)]
    fn batch<T: Scalar>(flat: &[T]) -> &[[[[T; W]; H]; C]] {
        flat.as_chunks().0.as_chunks().0.as_chunks().0
    }
}

macro_rules! sequence_like {
    ($shape:ident, $step:ident, $probabilities:literal) => {
        impl<const L: usize, const N: usize> Shape for $shape<L, N> {
            const LEN: usize = L * N;
            const DIMENSIONS: &'static [usize] = &[L, N];
            const STEPS: usize = L;
            const CONCATENATED: usize = 1;
            const PROBABILITIES: bool = $probabilities;
            type Array<T: Scalar> = [[T; N]; L];
            type Plain = Sequence<L, N>;
            type Normalized = ProbabilitySequence<L, N>;
            type Features<const H: usize> = Sequence<L, H>;
            type Step = $step<N>;
            type Unpadded = Self;
            type First = Self;
            type Second = Self;

            #[inline(always)]
            fn zero<T: Scalar>() -> [[T; N]; L] {
                [[T::ZERO; N]; L]
            }

            #[inline(always)]
            fn flat_batch<T: Scalar>(batch: &[[[T; N]; L]]) -> &[T] {
                batch.as_flattened().as_flattened()
            }

            #[inline(always)]
            fn flat_batch_mut<T: Scalar>(batch: &mut [[[T; N]; L]]) -> &mut [T] {
                batch.as_flattened_mut().as_flattened_mut()
            }

            #[inline(always)]
            fn batch<T: Scalar>(flat: &[T]) -> &[[[T; N]; L]] {
                flat.as_chunks().0.as_chunks().0
            }
        }
    };
}

sequence_like!(Sequence, Vector, false);
sequence_like!(ProbabilitySequence, Probabilities, true);

#[cfg(test)]
mod tests {
    use super::{Image, Probabilities, ProbabilitySequence, Sequence, Shape, Vector};

    #[test]
    fn flattening_and_splitting_an_image_restores_it() {
        let batch = [[[[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]]], [[[7.0, 8.0, 9.0], [10.0, 11.0, 12.0]]]];
        let flat = <Image<1, 2, 3>>::flat_batch(&batch);
        assert_eq!(flat, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0]);
        assert_eq!(<Image<1, 2, 3>>::batch(flat), batch);
    }

    #[test]
    fn flattening_and_splitting_a_sequence_restores_it() {
        let batch = [[[1.0_f32, 2.0], [3.0, 4.0], [5.0, 6.0]], [[7.0, 8.0], [9.0, 10.0], [11.0, 12.0]]];
        let flat = <Sequence<3, 2>>::flat_batch(&batch);
        assert_eq!(flat, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0]);
        assert_eq!(<Sequence<3, 2>>::batch(flat), batch);
        assert_eq!((<Sequence<3, 2>>::LEN, <Sequence<3, 2>>::DIMENSIONS), (6, &[3, 2][..]));
    }

    #[test]
    fn elementwise_layers_turn_probabilities_into_a_vector() {
        let _: <Probabilities<3> as Shape>::Plain = Vector::<3>;
        let _: <Vector<3> as Shape>::Normalized = Probabilities::<3>;
        let _: <ProbabilitySequence<5, 3> as Shape>::Plain = Sequence::<5, 3>;
        let _: <Sequence<5, 3> as Shape>::Normalized = ProbabilitySequence::<5, 3>;
    }

    #[test]
    fn only_sequences_have_steps() {
        let _: <ProbabilitySequence<5, 3> as Shape>::Features<2> = Sequence::<5, 2>;
        let _: <Probabilities<3> as Shape>::Features<2> = Vector::<2>;
        let _: <ProbabilitySequence<5, 3> as Shape>::Step = Probabilities::<3>;
        assert_eq!([<Sequence<5, 3>>::STEPS, <ProbabilitySequence<5, 3>>::STEPS, <Image<5, 3, 1>>::STEPS], [5, 5, 1]);
    }
}
