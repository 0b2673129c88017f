//! `LeakyRelu` in Keras and PyTorch.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::result::Result;

use super::Counterpart;
use super::declared::Declared;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart { name: "LeakyRelu", keras, torch, ..Counterpart::NONE };

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    let slope = layer.float("slope", 0, "0.01")?;
    Ok(vec![format!("keras.layers.LeakyReLU(negative_slope={slope}, name=\"{}\")(x)", layer.path)])
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    Ok(Torch::module(format!("nn.LeakyReLU({})", layer.float("slope", 0, "0.01")?)))
}
