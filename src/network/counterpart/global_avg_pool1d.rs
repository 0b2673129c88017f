//! `GlobalAvgPool1d` in Keras and PyTorch.

use alloc::format;
use alloc::vec;

use super::Counterpart;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "GlobalAvgPool1d",
    keras: |layer| Ok(vec![format!("keras.layers.GlobalAveragePooling1D(name=\"{}\")(x)", layer.path)]),
    torch: |_| Ok(Torch::function("x.mean(1)")),
    ..Counterpart::NONE
};
