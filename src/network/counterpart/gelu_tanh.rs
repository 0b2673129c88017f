//! `GeluTanh` in Keras and PyTorch.

use alloc::vec;

use super::Counterpart;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "GeluTanh",
    keras: |_| Ok(vec!["keras.activations.gelu(x, approximate=True)".into()]),
    torch: |_| Ok(Torch::module("nn.GELU(approximate=\"tanh\")")),
    ..Counterpart::NONE
};
