//! `Softsign` in Keras and PyTorch.

use alloc::format;
use alloc::vec;

use super::Counterpart;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "Softsign",
    keras: |layer| Ok(vec![format!("keras.layers.Activation(\"softsign\", name=\"{}\")(x)", layer.path)]),
    torch: |_| Ok(Torch::module("nn.Softsign()")),
    ..Counterpart::NONE
};
