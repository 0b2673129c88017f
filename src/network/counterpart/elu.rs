//! `Elu` in Keras and PyTorch.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::result::Result;

use super::Counterpart;
use super::declared::Declared;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart { name: "Elu", keras, torch, ..Counterpart::NONE };

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    let alpha = layer.float("alpha", 0, "1.0")?;
    Ok(vec![format!("keras.layers.ELU(alpha={alpha}, name=\"{}\")(x)", layer.path)])
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    Ok(Torch::module(format!("nn.ELU({})", layer.float("alpha", 0, "1.0")?)))
}
