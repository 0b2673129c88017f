//! `SinePositionEncoding` in Keras and PyTorch.

use alloc::string::String;
use alloc::vec::Vec;
use core::result::Result;

use super::Counterpart;
use super::declared::Declared;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart { name: "SinePositionEncoding", keras, torch, ..Counterpart::NONE };

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    let _ = layer;
    Err("KerasHub has it".into())
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    let _ = layer;
    Err("no module of PyTorch adds it".into())
}
