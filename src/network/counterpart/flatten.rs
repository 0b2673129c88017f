//! `Flatten` in Keras and PyTorch.

use alloc::format;
use alloc::vec;

use super::Counterpart;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "Flatten",
    keras: |layer| Ok(vec![format!("keras.layers.Flatten(name=\"{}\")(x)", layer.path)]),
    torch: |_| Ok(Torch::module("nn.Flatten()")),
    ..Counterpart::NONE
};
