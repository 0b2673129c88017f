//! `Reshape` in Keras and PyTorch.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::result::Result;

use super::Counterpart;
use super::declared::Declared;
use super::place::joined;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart { name: "Reshape", keras, torch, ..Counterpart::NONE };

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    if layer.flattened.is_some() {
        return Err("its elements are those of images that were flattened in another order".into());
    }
    // Images have their channels last in Keras.
    let before = layer.takes_images().then(|| "keras.layers.Permute((3, 1, 2))(x)".to_string());
    let after = (layer.output.len() == 3).then(|| "keras.layers.Permute((2, 3, 1))(x)".to_string());
    let comma = if layer.output.len() == 1 { "," } else { "" };
    let reshape = format!("keras.layers.Reshape(({}{comma}), name=\"{}\")(x)", joined(layer.output), layer.path);
    Ok(before.into_iter().chain([reshape]).chain(after).collect())
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    Ok(Torch::function(format!("x.reshape(-1, {})", joined(layer.output))))
}
