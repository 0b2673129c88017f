//! `Softmax` in Keras and PyTorch.

use alloc::format;
use alloc::vec;

use super::Counterpart;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "Softmax",
    keras: |layer| Ok(vec![format!("keras.layers.Activation(\"softmax\", name=\"{}\")(x)", layer.path)]),
    torch: |_| Ok(Torch::module("nn.Softmax(-1)")),
    ..Counterpart::NONE
};
