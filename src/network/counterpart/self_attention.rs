//! `SelfAttention`: in Keras `MultiHeadAttention` of a value with itself, whose kernels have an axis for the heads.

#[cfg(feature = "keras")]
use alloc::format;
#[cfg(feature = "keras")]
use alloc::string::String;
#[cfg(feature = "keras")]
use alloc::vec;
#[cfg(feature = "keras")]
use alloc::vec::Vec;

use super::Counterpart;
#[cfg(feature = "keras")]
use super::from_keras::Variables;
#[cfg(feature = "keras")]
use crate::io::Array;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "SelfAttention",
    #[cfg(feature = "keras")]
    classes: &["multi_head_attention"],
    #[cfg(feature = "keras")]
    from_keras,
};

#[cfg(feature = "keras")]
#[allow(clippy::needless_pass_by_value, reason = "the type of all these functions")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let of = |part: &str, what: &str| {
        // In a file of Keras 3, variables have numbers.
        let number = if what == "kernel" { "/0" } else { "/1" };
        let found = variables
            .all
            .iter()
            .find(|(name, _)| name.contains(part) && (name.contains(what) || name.ends_with(number)));
        found.map(|(_, array)| array.clone()).ok_or_else(|| format!("has no {what} of `{part}`"))
    };
    let (mut weights, mut biases) = (Vec::new(), Vec::new());
    for part in ["query", "key", "value"] {
        weights.push(of(part, "kernel")?.with_last_merged(2)?.transposed()?);
        biases.push(of(part, "bias")?.with_last_merged(2)?);
    }
    let kernel = of("output", "kernel")?;
    let outputs = kernel.shape.last().copied().unwrap_or(0);
    let merged = kernel.shape.iter().rev().skip(1).fold(1, |len: usize, &size| len.saturating_mul(size));
    Ok(vec![
        ("in_proj_weight", Array::concatenated(&weights.iter().collect::<Vec<_>>())?),
        ("in_proj_bias", Array::concatenated(&biases.iter().collect::<Vec<_>>())?),
        ("out_proj.weight", kernel.reshaped(&[merged, outputs])?.transposed()?),
        ("out_proj.bias", of("output", "bias")?),
    ])
}
