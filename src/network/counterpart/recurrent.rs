//! What recurrent layers have in common in Keras and PyTorch.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::declared::Declared;
use super::torch::Torch;

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
