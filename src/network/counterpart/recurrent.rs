//! What recurrent layers have in common in Keras and PyTorch.

use alloc::format;
use alloc::string::String;
#[cfg(feature = "keras")]
use alloc::vec;
use alloc::vec::Vec;

use super::declared::Declared;
#[cfg(feature = "keras")]
use super::from_keras::Variables;
use super::torch::Torch;
#[cfg(feature = "keras")]
use crate::io::Array;

fn is_backward(layer: &Declared) -> bool {
    layer.is("direction", 0, "Backward")
}

pub(super) fn keras(class: &str, layer: &Declared, more: &str) -> Vec<String> {
    let (units, path) = (layer.outputs(), &layer.path);
    let back = if is_backward(layer) { ", go_backwards=True" } else { "" };
    let forward = format!("keras.layers.{class}({units}, return_sequences=True{back}{more}, name=\"{path}\")(x)");
    // Keras gives the outputs in the order in which they were computed.
    let reversed = is_backward(layer).then(|| "keras.ops.flip(x, 1)".into());
    [forward].into_iter().chain(reversed).collect()
}

pub(super) fn torch(class: &str, layer: &Declared) -> Torch {
    let module = Torch::module(format!("nn.{class}({}, {}, batch_first=True)", layer.inputs(), layer.outputs()));
    module.called(if is_backward(layer) { "{m}(x.flip(1))[0].flip(1)" } else { "{m}(x)[0]" })
}

/// The weights of the layer of Keras with one bias and the same order of gates, as expressions of Python.
pub(super) fn to_keras(layer: &Declared) -> Vec<String> {
    let (weight, bias) = ("{}.T", format!("{} + {}", layer.tensor("bias_ih_l0"), layer.tensor("bias_hh_l0")));
    let weights = ["weight_ih_l0", "weight_hh_l0"].map(|name| weight.replace("{}", &layer.tensor(name)));
    weights.into_iter().chain([bias]).collect()
}

/// The tensors of such a layer.
#[cfg(feature = "keras")]
pub(super) fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let [kernel, recurrent, bias] = variables.in_order()?;
    let none = bias.zeros();
    Ok(vec![
        ("weight_ih_l0", kernel.transposed()?),
        ("weight_hh_l0", recurrent.transposed()?),
        ("bias_ih_l0", bias),
        ("bias_hh_l0", none),
    ])
}
