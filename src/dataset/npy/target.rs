//! Targets that are read from an array.

use alloc::format;
use alloc::vec::Vec;

use super::samples;
use super::source::Array;
use crate::error::{Result, shown};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::{Class, Target};

/// A target that can be read from an array of NumPy: [`Class<K>`](Class), `[Class<K>; L]` for each step of a sequence, or a shape such as
/// `Vector<N>`.
#[diagnostic::on_unimplemented(
    message = "a target `{Self}` cannot be read from an array",
    note = "targets of arrays are `Class<K>`, `[Class<K>; L]`, or a shape such as `Vector<N>`"
)]
pub trait NpyTarget: Target {
    /// Reads the targets of all samples.
    #[doc(hidden)]
    fn values<T: Scalar>(array: &mut Array<'_>) -> Result<Vec<Self::Value<T>>>;
}

impl<const K: usize> NpyTarget for Class<K> {
    fn values<T: Scalar>(array: &mut Array<'_>) -> Result<Vec<Self>> {
        Ok(labels(array)?.into_iter().map(|[label]| label).collect())
    }
}

impl<const K: usize, const L: usize> NpyTarget for [Class<K>; L] {
    fn values<T: Scalar>(array: &mut Array<'_>) -> Result<Vec<Self>> {
        labels(array)
    }
}

impl<S: Shape> NpyTarget for S {
    // Of a blanket implementation, rustdoc shows hidden items too, unless they are hidden here.
    #[doc(hidden)]
    fn values<T: Scalar>(array: &mut Array<'_>) -> Result<Vec<S::Array<T>>> {
        samples::values::<S, T>(array)
    }
}

/// Reads `L` labels for each sample.
fn labels<const K: usize, const L: usize>(array: &mut Array<'_>) -> Result<Vec<[Class<K>; L]>> {
    let kind = array.kind;
    let (_, sizes) = array.sizes()?;
    let longer_axes = sizes.iter().copied().filter(|&size| size != 1);
    if !longer_axes.eq((L != 1).then_some(L)) || L == 0 {
        let plural = if L == 1 { "" } else { "s" };
        let sizes = shown(&format!("{sizes:?}"));
        return Err(array.unreadable(format!("its samples have the sizes {sizes}, but a target is {L} label{plural}")));
    }
    if !kind.is_integer() {
        let description = &array.header.description;
        return Err(array.unreadable(format!(
            "its elements are floats, `{description}`, but labels are integers: convert them with `astype(int)`"
        )));
    }
    let mut targets = Vec::new();
    array.for_each_sample(L, |array, sample, bytes| {
        let mut labels = [Class::new(0)?; L];
        for (position, (label, bytes)) in labels.iter_mut().zip(bytes.chunks_exact(kind.width)).enumerate() {
            let index = kind.integer(bytes);
            let class = usize::try_from(index).ok().and_then(|index| Class::new(index).ok());
            *label = class.ok_or_else(|| {
                let place = if L == 1 { format!("{sample}") } else { format!("{sample} at position {position}") };
                let most = K.saturating_sub(1);
                array.unreadable(format!(
                    "label {index} of sample {place} is out of range: there are {K} classes, 0 to {most}"
                ))
            })?;
        }
        targets.push(labels);
        Ok(())
    })?;
    Ok(targets)
}
