//! `MaxPool2d` in Keras and PyTorch.

use alloc::string::String;
use alloc::vec::Vec;

use super::declared::Declared;
use super::torch::Torch;
use super::{Counterpart, pooling};

pub(super) const LAYER: Counterpart = Counterpart { name: "MaxPool2d", keras, torch, ..Counterpart::NONE };

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    pooling::keras("MaxPooling2D", layer, layer.window(0)?, pooling::is_dilated(layer)?)
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    pooling::torch("MaxPool2d", layer, layer.window(0)?, &pooling::dilation(layer)?)
}
