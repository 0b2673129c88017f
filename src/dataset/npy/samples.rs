//! Samples of a shape.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::kind::Kind;
use super::source::Array;
use crate::error::{Result, shown};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// Reads samples of shape `X`.
pub(super) fn values<X: Shape, T: Scalar>(array: &mut Array<'_>) -> Result<Vec<X::Array<T>>> {
    let kind = array.kind;
    require_sizes::<X>(array)?;
    let mut samples = Vec::new();
    // Copied from slice to vector: a sample passed by value would be on the stack, which has no room for a large image.
    let mut elements = vec![T::ZERO; X::LEN];
    array.for_each_sample(X::LEN, |array, sample, bytes| {
        convert::<X, T>(kind, sample, bytes, &mut elements).map_err(|reason| array.unreadable(reason))?;
        samples.extend_from_slice(X::batch(&elements));
        Ok(())
    })?;
    Ok(samples)
}

/// Converts the bytes of a sample to elements, or says what is wrong with it.
pub(super) fn convert<X: Shape, T: Scalar>(
    kind: Kind,
    sample: usize,
    bytes: &[u8],
    elements: &mut [T],
) -> core::result::Result<(), String> {
    for (position, (element, bytes)) in elements.iter_mut().zip(bytes.chunks_exact(kind.width)).enumerate() {
        let value = kind.value(bytes);
        *element = T::from_f64(value);
        if !element.is_finite() {
            let reason = if value.is_finite() {
                format!("which is too large for `{}`", T::NAME)
            } else {
                "but data must be finite".to_owned()
            };
            return Err(format!("sample {sample} holds {value} at position {position}, {reason}"));
        }
    }
    X::check_elements(sample, elements).map_err(|error| error.to_string())
}

/// Requires the sizes of the shape, except for axes of size 1; or the same number of elements, if the shape has one axis.
pub(super) fn require_sizes<X: Shape>(array: &Array<'_>) -> Result<()> {
    let (_, sizes) = array.sizes()?;
    // The second size of tokens is that of their vocabulary.
    let axes = if X::DIMENSIONS.iter().product::<usize>() == X::LEN { X::DIMENSIONS } else { &[X::LEN] };
    let longer_axes = |sizes: &[usize]| sizes.iter().copied().filter(|&size| size != 1).collect::<Vec<_>>();
    let elements = sizes.iter().try_fold(1, |product: usize, &size| product.checked_mul(size));
    let fits = elements == Some(X::LEN) && (axes.len() == 1 || longer_axes(sizes) == longer_axes(axes));
    // An array without elements may declare any number of samples.
    if fits && X::LEN > 0 {
        return Ok(());
    }
    let sizes = shown(&format!("{sizes:?}"));
    Err(array.unreadable(format!("its samples have the sizes {sizes}, but the shape has {axes:?}")))
}
