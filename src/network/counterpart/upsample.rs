//! `Upsample` in Keras and PyTorch.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::result::Result;

use super::Counterpart;
use super::declared::{Declared, tuple};
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart { name: "Upsample", keras, torch, ..Counterpart::NONE };

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    let window = layer.window(0)?;
    let mode = if layer.is("mode", 0, "Bilinear") { "bilinear" } else { "nearest" };
    let (window, path) = (tuple(window), &layer.path);
    Ok(vec![format!("keras.layers.UpSampling2D({window}, interpolation=\"{mode}\", name=\"{path}\")(x)")])
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    let window = layer.window(0)?;
    let mode = if layer.is("mode", 0, "Bilinear") { "bilinear" } else { "nearest" };
    Ok(Torch::module(format!("nn.Upsample(scale_factor={}, mode=\"{mode}\")", tuple(window))))
}
