//! `Softplus` in Keras and PyTorch.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::result::Result;

use super::Counterpart;
use super::declared::Declared;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart { name: "Softplus", keras, torch, ..Counterpart::NONE };

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    let beta = layer.float("beta", 0, "1.0")?;
    Ok(vec![format!("keras.activations.softplus({beta} * x) / {beta}")])
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    Ok(Torch::module(format!("nn.Softplus({})", layer.float("beta", 0, "1.0")?)))
}
