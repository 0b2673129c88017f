//! `Relu` in Keras and PyTorch.

use alloc::format;
use alloc::vec;

use super::Counterpart;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "Relu",
    keras: |layer| Ok(vec![format!("keras.layers.Activation(\"relu\", name=\"{}\")(x)", layer.path)]),
    torch: |_| Ok(Torch::module("nn.ReLU()")),
    ..Counterpart::NONE
};
