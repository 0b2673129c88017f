//! `Conv1d`: in Keras `Conv1D`, whose kernel is [steps, inputs, outputs].

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Counterpart;
use super::declared::{Declared, Padding};
#[cfg(feature = "keras")]
use super::from_keras::Variables;
use super::torch::Torch;
#[cfg(feature = "keras")]
use crate::io::Array;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "Conv1d",
    #[cfg(feature = "keras")]
    classes: &["conv1d"],
    #[cfg(feature = "keras")]
    from_keras,
    keras,
    torch,
    to_keras,
};

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    let (window, path) = (layer.size(2)?.ok_or("its window is not written")?, &layer.path);
    let (stride, dilation) = (layer.pair("stride", 0, (1, 1))?.0, layer.pair("dilation", 2, (1, 1))?.0);
    let (before, padding) = match layer.padding(1)? {
        Padding::Same => (None, "same"),
        Padding::Causal => (None, "causal"),
        Padding::Amounts(0, _) => (None, "valid"),
        Padding::Amounts(steps, _) => (Some(format!("keras.layers.ZeroPadding1D({steps})(x)")), "valid"),
    };
    let (filters, groups, bias) = (layer.outputs(), layer.groups(3, layer.inputs())?, layer.bias(4));
    let convolution = format!(
        "keras.layers.Conv1D({filters}, {window}, strides={stride}, padding=\"{padding}\", dilation_rate={dilation}, \
         groups={groups}, use_bias={bias}, name=\"{path}\")(x)"
    );
    Ok(before.into_iter().chain([convolution]).collect())
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    let window = layer.size(2)?.ok_or("its window is not written")?;
    let (stride, dilation) = (layer.pair("stride", 0, (1, 1))?.0, layer.pair("dilation", 2, (1, 1))?.0);
    let (padding, call) = match layer.padding(1)? {
        Padding::Amounts(steps, _) => (steps.to_string(), "{m}(x.mT).mT".to_string()),
        Padding::Causal => {
            let before = dilation * window.saturating_sub(1);
            ("0".into(), format!("{{m}}(nn.functional.pad(x.mT, ({before}, 0))).mT"))
        }
        Padding::Same if stride == 1 => ("\"same\"".into(), "{m}(x.mT).mT".into()),
        Padding::Same => return Err("its padding is an amount where the stride is above 1".into()),
    };
    let (inputs, outputs, groups, bias) =
        (layer.inputs(), layer.outputs(), layer.groups(3, layer.inputs())?, layer.bias(4));
    let module =
        format!("nn.Conv1d({inputs}, {outputs}, {window}, {stride}, {padding}, {dilation}, {groups}, bias={bias})");
    Ok(Torch::module(module).called(call))
}

/// The weights of the layer of Keras, as expressions of Python.
fn to_keras(layer: &Declared) -> Vec<String> {
    layer.weight_and_bias(4, "{w}.transpose(2, 1, 0)")
}

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let (kernel, bias) = variables.kernel_and_bias()?;
    let weight = kernel.permuted(&[2, 1, 0])?;
    Ok([("weight", weight)].into_iter().chain(bias.map(|bias| ("bias", bias))).collect())
}
