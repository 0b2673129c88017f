//! What do all scalers have in common?

#[cfg(feature = "safetensors")]
use alloc::vec::Vec;
use core::fmt::Debug;

use crate::shape::SampleArray;

/// A scaler fitted to samples `A`, for code that accepts any of [`Standardizer`](crate::Standardizer),
/// [`MinMax`](crate::MinMax) and [`QuantileTransformer`](crate::QuantileTransformer).
///
/// With the feature `safetensors`, each can be stored in the weights file of a network, see `Weights::save_with_scaler`. Only
/// these three types implement the trait.
///
/// # Example
/// ```
/// use typenet::dataset::Scaler;
/// use typenet::{MinMax, Standardizer};
///
/// fn there_and_back<S: Scaler<[f32; 1]>>(scaler: &S) -> f32 {
///     scaler.invert(&scaler.apply(&[3.0]))[0]
/// }
/// let samples = [[1.0], [5.0]];
/// assert_eq!(there_and_back(&Standardizer::fit(&samples)), 3.0);
/// assert_eq!(there_and_back(&MinMax::fit(&samples)), 3.0);
/// ```
#[diagnostic::on_unimplemented(
    message = "shape mismatch: `{Self}` is not a scaler of samples `{A}`",
    label = "not a scaler of such samples",
    note = "scalers are `Standardizer`, `MinMax` and `QuantileTransformer`, each fitted to samples of one size, whose array is in its type: \
            `Standardizer<{A}>`"
)]
pub trait Scaler<A>: sealed::Sealed + Clone + Debug + PartialEq + Send + Sync + 'static {
    /// Returns the sample with every feature scaled. Allocates nothing.
    #[must_use]
    fn apply(&self, sample: &A) -> A;

    /// Returns the sample that [`apply`](Self::apply) maps to `sample`, up to rounding.
    #[must_use]
    fn invert(&self, sample: &A) -> A;

    /// The prefix of the scaler's tensors in a file, and their descriptions.
    #[cfg(feature = "safetensors")]
    #[doc(hidden)]
    const STORED: (&'static str, &'static [StoredTensor]);

    /// Returns the elements of the scaler's tensors.
    #[cfg(feature = "safetensors")]
    #[doc(hidden)]
    fn tensors(&self) -> Vec<&[f64]>;

    /// Restores the scaler from finite elements, one tensor after the other.
    #[cfg(feature = "safetensors")]
    #[doc(hidden)]
    fn restored(values: Vec<f64>) -> core::result::Result<Self, Unfit>;
}

/// States that a scaler of samples `A` can be fitted to these samples, which are arrays `A`.
///
/// The array is in the type of the scaler, such as `Standardizer<[f32; 2]>`, and not the shape, since several shapes have the same
/// array. Where another type is expected, such as `Standardizer<Vector<2>>`, the error has both.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an array of values",
    note = "samples are arrays of one size, such as `[f32; 64]` or `[[[f32; 28]; 28]; 1]`; tokens become values in an `Embedding`, and \
            a scaler is for one part of a pair"
)]
pub trait FitsScaler<A>: SampleArray {}

// The only implementation, so that the samples determine the type of the scaler.
impl<A: SampleArray> FitsScaler<A> for A {}

pub(super) mod sealed {
    pub trait Sealed {}
}

/// A tensor of a scaler in a file, of shape [size], or [rows, size] with any number of rows for a table.
#[cfg(feature = "safetensors")]
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct StoredTensor {
    pub name: &'static str,
    pub size: usize,
    pub is_table: bool,
}

/// The rule that values from a file break.
#[cfg(feature = "safetensors")]
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Unfit {
    /// The position among all values of the scaler.
    pub position: usize,
    pub value: f64,
    /// `deviations are above 0`
    pub rule: &'static str,
}
