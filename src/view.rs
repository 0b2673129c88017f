//! How do samples and batches become nalgebra matrices, and back, without a copy?

use core::ops::Mul;

use nalgebra::{Const, Dyn, Matrix, SVector, ToTypenum, U1, ViewStorage};
use typenum::Prod;

use crate::scalar::Scalar;

/// One sample as a nalgebra vector.
pub type VectorView<'a, T, const N: usize> = Matrix<T, Const<N>, U1, ViewStorage<'a, T, Const<N>, U1, U1, Const<N>>>;

/// A batch as a nalgebra matrix: a static number of rows, a column per sample.
pub type BatchView<'a, T, const N: usize> = Matrix<T, Const<N>, Dyn, ViewStorage<'a, T, Const<N>, Dyn, U1, Const<N>>>;

/// A sample read as the rows of a picture: element (r, c) stands at position r·`COLUMNS` + c.
pub type RowsView<'a, T, const ROWS: usize, const COLUMNS: usize> =
    Matrix<T, Const<ROWS>, Const<COLUMNS>, ViewStorage<'a, T, Const<ROWS>, Const<COLUMNS>, Const<COLUMNS>, U1>>;

/// A sample as a nalgebra vector.
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

/// A nalgebra vector as a sample.
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

/// A batch as a nalgebra matrix, a column per sample.
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

/// The fact that `ROWS` times `COLUMNS` is `LEN`, which the compiler proves before generic code is instantiated.
///
/// typenum carries the proof, through the sizes that nalgebra converts to it: at most 127 for each of the three.
#[diagnostic::on_unimplemented(
    message = "a sample of {LEN} values has no {ROWS} rows of {COLUMNS} columns",
    note = "the proof covers sizes up to 127; above, index the sample directly"
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

/// A flat sample read as the rows of a picture. A number of rows and columns that do not multiply to the length of the
/// sample does not compile, in generic code too.
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
