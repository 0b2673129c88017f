//! `HardSigmoid` in Keras and PyTorch.

use alloc::format;
use alloc::vec;

use super::Counterpart;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "HardSigmoid",
    keras: |layer| Ok(vec![format!("keras.layers.Activation(\"hard_sigmoid\", name=\"{}\")(x)", layer.path)]),
    torch: |_| Ok(Torch::module("nn.Hardsigmoid()")),
    ..Counterpart::NONE
};
