//! `GlobalMaxPool1d` in Keras and PyTorch.

use alloc::format;
use alloc::vec;

use super::Counterpart;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "GlobalMaxPool1d",
    keras: |layer| Ok(vec![format!("keras.layers.GlobalMaxPooling1D(name=\"{}\")(x)", layer.path)]),
    torch: |_| Ok(Torch::function("x.amax(1)")),
    ..Counterpart::NONE
};
