//! How are samples and batches converted to nalgebra matrices, and back, without a copy?

use core::ops::Mul;

use nalgebra::{Const, Dyn, Matrix, SVector, ToTypenum, U1, ViewStorage};
use typenum::Prod;

use crate::scalar::Scalar;

/// One sample as a nalgebra vector.
pub type VectorView<'a, T, const N: usize> = Matrix<T, Const<N>, U1, ViewStorage<'a, T, Const<N>, U1, U1, Const<N>>>;

/// A batch as a nalgebra matrix with a static number of rows and one column per sample.
pub type BatchView<'a, T, const N: usize> = Matrix<T, Const<N>, Dyn, ViewStorage<'a, T, Const<N>, Dyn, U1, Const<N>>>;

/// A flat sample viewed as a matrix: the element in row r and column c is at position r·`COLUMNS` + c.
pub type RowsView<'a, T, const ROWS: usize, const COLUMNS: usize> =
    Matrix<T, Const<ROWS>, Const<COLUMNS>, ViewStorage<'a, T, Const<ROWS>, Const<COLUMNS>, Const<COLUMNS>, U1>>;

/// Views a sample as a nalgebra vector.
///
/// # Example
/// ```
/// let sample = [3.0_f32, 4.0];
/// assert_eq!(typenet::view::vector(&sample).norm_squared(), 25.0);
/// ```
#[must_use]
pub fn vector<T: Scalar, const N: usize>(sample: &[T; N]) -> VectorView<'_, T, N> {
    VectorView::from_slice_generic(sample, Const::<N>, Const::<1>)
}

/// Views a nalgebra vector as a sample.
///
/// # Example
/// ```
/// let vector = nalgebra::Vector2::new(3.0_f32, 4.0);
/// assert_eq!(typenet::view::sample(&vector), &[3.0, 4.0]);
/// ```
#[must_use]
pub fn sample<T: Scalar, const N: usize>(vector: &SVector<T, N>) -> &[T; N] {
    &vector.data.0[0]
}

/// Views a batch as a nalgebra matrix with one column per sample.
///
/// # Example
/// ```
/// let batch = [[1.0_f32, 2.0], [3.0, 4.0], [5.0, 6.0]];
/// let matrix = typenet::view::batch(&batch);
/// assert_eq!((matrix.nrows(), matrix.ncols()), (2, 3));
/// assert_eq!(matrix[(1, 2)], 6.0);
/// ```
#[must_use]
pub fn batch<T: Scalar, const N: usize>(batch: &[[T; N]]) -> BatchView<'_, T, N> {
    BatchView::from_slice_generic(batch.as_flattened(), Const::<N>, Dyn(batch.len()))
}

/// States that `ROWS` times `COLUMNS` is `LEN`. The compiler proves it before generic code is instantiated.
///
/// The proof uses typenum, through the sizes that nalgebra converts to its types, which are at most 127 for each of the three.
#[diagnostic::on_unimplemented(
    message = "a sample of {LEN} values does not have {ROWS} rows of {COLUMNS} columns",
    note = "the proof covers sizes up to 127; for larger sizes, index the sample directly"
)]
pub trait Factors<const ROWS: usize, const COLUMNS: usize, const LEN: usize> {}

impl<const ROWS: usize, const COLUMNS: usize, const LEN: usize> Factors<ROWS, COLUMNS, LEN> for ()
where
    Const<ROWS>: ToTypenum,
    Const<COLUMNS>: ToTypenum,
    Const<LEN>: ToTypenum<Typenum = Prod<<Const<ROWS> as ToTypenum>::Typenum, <Const<COLUMNS> as ToTypenum>::Typenum>>,
    <Const<ROWS> as ToTypenum>::Typenum: Mul<<Const<COLUMNS> as ToTypenum>::Typenum>,
{
}

/// Views a flat sample as a matrix of `ROWS` rows. If the product of `ROWS` and `COLUMNS` differs from the length of the
/// sample, the call does not compile, even in generic code.
///
/// # Example
/// ```
/// let sample = [0.0_f32, 1.0, 2.0, 3.0, 4.0, 5.0];
/// let picture = typenet::view::rows::<2, 3, 6, f32>(&sample);
/// assert_eq!(picture[(1, 0)], 3.0);
/// ```
#[must_use]
pub fn rows<const ROWS: usize, const COLUMNS: usize, const LEN: usize, T: Scalar>(
    sample: &[T; LEN],
) -> RowsView<'_, T, ROWS, COLUMNS>
where
    (): Factors<ROWS, COLUMNS, LEN>,
{
    RowsView::from_slice_with_strides_generic(sample, Const::<ROWS>, Const::<COLUMNS>, Const::<COLUMNS>, Const::<1>)
}
