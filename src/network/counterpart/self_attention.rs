//! `SelfAttention`: in Keras `MultiHeadAttention` of a value with itself, whose kernels have an axis for the heads.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::Counterpart;
use super::declared::Declared;
#[cfg(feature = "keras")]
use super::from_keras::Variables;
use super::torch::Torch;
#[cfg(feature = "keras")]
use crate::io::Array;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "SelfAttention",
    #[cfg(feature = "keras")]
    classes: &["multi_head_attention"],
    #[cfg(feature = "keras")]
    from_keras,
    keras,
    torch,
    to_keras,
};

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    if layer.is("rotary", 1, "true") {
        return Err("it has no rotary positions".into());
    }
    let heads = layer.size(0)?.ok_or("its heads are not written")?;
    let causal = if layer.is("causal", 0, "true") { ", use_causal_mask=True" } else { "" };
    let (width, path, bias) = (layer.inputs() / heads.max(1), &layer.path, layer.bias(2));
    Ok(vec![format!(
        "keras.layers.MultiHeadAttention({heads}, {width}, use_bias={bias}, name=\"{path}\")(x, x{causal})"
    )])
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    if layer.is("rotary", 1, "true") {
        return Err("it has no rotary positions".into());
    }
    let heads = layer.size(0)?.ok_or("its heads are not written")?;
    let causal = if layer.is("causal", 0, "true") {
        ", attn_mask=nn.Transformer.generate_square_subsequent_mask(x.shape[1]), is_causal=True"
    } else {
        ""
    };
    let module =
        format!("nn.MultiheadAttention({}, {heads}, bias={}, batch_first=True)", layer.inputs(), layer.bias(2));
    Ok(Torch::module(module).called(format!("{{m}}(x, x, x, need_weights=False{causal})[0]")))
}

/// The weights of the layer of Keras, as expressions of Python.
fn to_keras(layer: &Declared) -> Vec<String> {
    let (features, Ok(Some(heads))) = (layer.inputs(), layer.size(0)) else { return Vec::new() };
    let width = features / heads.max(1);
    let mut arrays = Vec::new();
    for part in 0..3 {
        let rows = format!("[{}:{}]", part * features, (part + 1) * features);
        let weight = format!("{}{rows}.T.reshape({features}, {heads}, {width})", layer.tensor("in_proj_weight"));
        let bias = format!("{}{rows}.reshape({heads}, {width})", layer.tensor("in_proj_bias"));
        arrays.extend([weight].into_iter().chain(layer.has_bias(2).then_some(bias)));
    }
    let weight = format!("{}.T.reshape({heads}, {width}, {features})", layer.tensor("out_proj.weight"));
    let bias = layer.tensor("out_proj.bias");
    arrays.extend([weight].into_iter().chain(layer.has_bias(2).then_some(bias)));
    arrays
}

#[cfg(feature = "keras")]
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
