//! `Silu` in Keras and PyTorch.

use alloc::format;
use alloc::vec;

use super::Counterpart;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "Silu",
    keras: |layer| Ok(vec![format!("keras.layers.Activation(\"silu\", name=\"{}\")(x)", layer.path)]),
    torch: |_| Ok(Torch::module("nn.SiLU()")),
    ..Counterpart::NONE
};
