//! `Dropout` in Keras and PyTorch.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::result::Result;

use super::Counterpart;
use super::declared::Declared;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart { name: "Dropout", keras, torch, ..Counterpart::NONE };

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    Ok(vec![format!("keras.layers.Dropout({}, name=\"{}\")(x)", layer.float("probability", 0, "0.5")?, layer.path)])
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    Ok(Torch::module(format!("nn.Dropout({})", layer.float("probability", 0, "0.5")?)))
}
