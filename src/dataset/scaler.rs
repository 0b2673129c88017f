//! What do all scalers have in common?

#[cfg(feature = "safetensors")]
use alloc::vec::Vec;
use core::fmt::Debug;

/// A scaler that was fitted to samples `A`, for code that takes any: [`Standardizer`](crate::Standardizer),
/// [`MinMax`](crate::MinMax), [`QuantileTransformer`](crate::QuantileTransformer).
///
/// With the feature `safetensors` each is kept in the file of a network's weights, see `Weights::save_with_scaler`. The trait
/// is implemented by these three alone.
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
    note = "scalers are `Standardizer`, `MinMax` and `QuantileTransformer`, each fitted to samples of one size"
)]
pub trait Scaler<A>: sealed::Sealed + Clone + Debug + PartialEq + Send + Sync + 'static {
    /// The sample with every feature scaled. Allocates nothing.
    #[must_use]
    fn apply(&self, sample: &A) -> A;

    /// The sample that [`apply`](Self::apply) takes to `sample`, up to rounding.
    #[must_use]
    fn invert(&self, sample: &A) -> A;

    /// The prefix of its tensors in a file, and what these are.
    #[cfg(feature = "safetensors")]
    #[doc(hidden)]
    const STORED: (&'static str, &'static [StoredTensor]);

    /// The numbers of its tensors.
    #[cfg(feature = "safetensors")]
    #[doc(hidden)]
    fn tensors(&self) -> Vec<&[f64]>;

    /// The scaler of finite numbers, those of one tensor after those of the other.
    #[cfg(feature = "safetensors")]
    #[doc(hidden)]
    fn restored(numbers: Vec<f64>) -> core::result::Result<Self, Unfit>;
}

pub(super) mod sealed {
    pub trait Sealed {}
}

/// A tensor of a scaler in a file, of shape [size], or [any number, size] for a table.
#[cfg(feature = "safetensors")]
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct StoredTensor {
    pub name: &'static str,
    pub size: usize,
    pub is_table: bool,
}

/// What numbers from a file break.
#[cfg(feature = "safetensors")]
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Unfit {
    /// The position among all numbers of the scaler.
    pub position: usize,
    pub value: f64,
    /// `deviations are above 0`
    pub rule: &'static str,
}
