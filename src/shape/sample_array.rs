//! Which arrays hold a sample of values?

use core::fmt::Debug;

use crate::scalar::Scalar;

/// A plain array of one sample: `[T; N]`, an array of such arrays, and so on.
///
/// The array of every shape but [`Tokens`](crate::Tokens) and [`Pair`](crate::Pair) implements it. A scaler such as
/// [`Standardizer`](crate::Standardizer) is defined on arrays and not on shapes, because
/// several shapes have the same array type, which does not determine the shape.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an array of values",
    note = "samples are arrays of one size, such as `[f32; 64]` or `[[[f32; 28]; 28]; 1]`; tokens become values in an `Embedding`, and \
            a scaler is for one part of a pair"
)]
pub trait SampleArray: Copy + Debug + PartialEq + Send + Sync + 'static {
    /// The scalar type of the elements.
    type Scalar: Scalar;
    /// The number of elements.
    const LEN: usize;

    /// Returns the elements of a batch, one sample after the other.
    #[must_use]
    fn flat_batch(batch: &[Self]) -> &[Self::Scalar];

    /// Returns the elements of a batch mutably, one sample after the other.
    #[must_use]
    fn flat_batch_mut(batch: &mut [Self]) -> &mut [Self::Scalar];
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> SampleArray for T {
    type Scalar = T;
    const LEN: usize = 1;

    fn flat_batch(batch: &[T]) -> &[T] {
        batch
    }

    fn flat_batch_mut(batch: &mut [T]) -> &mut [T] {
        batch
    }
}

impl<A: SampleArray, const N: usize> SampleArray for [A; N] {
    type Scalar = A::Scalar;
    const LEN: usize = N * A::LEN;

    fn flat_batch(batch: &[Self]) -> &[A::Scalar] {
        A::flat_batch(batch.as_flattened())
    }

    fn flat_batch_mut(batch: &mut [Self]) -> &mut [A::Scalar] {
        A::flat_batch_mut(batch.as_flattened_mut())
    }
}
