//! `LastStep` in Keras and PyTorch.

use alloc::vec;

use super::Counterpart;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "LastStep",
    keras: |_| Ok(vec!["x[:, -1]".into()]),
    torch: |_| Ok(Torch::function("x[:, -1]")),
    ..Counterpart::NONE
};
