//! `First` in Keras and PyTorch.

use alloc::vec;

use super::Counterpart;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "First",
    keras: |_| Ok(vec!["x[0]".into()]),
    torch: |_| Ok(Torch::function("x[0]")),
    ..Counterpart::NONE
};
