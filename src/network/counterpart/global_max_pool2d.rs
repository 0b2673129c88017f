//! `GlobalMaxPool2d` in Keras and PyTorch.

use alloc::format;
use alloc::vec;

use super::Counterpart;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "GlobalMaxPool2d",
    keras: |layer| Ok(vec![format!("keras.layers.GlobalMaxPooling2D(name=\"{}\")(x)", layer.path)]),
    torch: |_| Ok(Torch::function("x.amax((2, 3))")),
    ..Counterpart::NONE
};
