//! `Pad` in Keras and PyTorch.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::result::Result;

use super::Counterpart;
use super::declared::Declared;
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart { name: "Pad", keras, torch, ..Counterpart::NONE };

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    if !matches!(layer.setting("mode", 0), None | Some("Zeros")) {
        return Err("its zero padding has no other mode".into());
    }
    let [top, left, bottom, right] = sides(layer)?;
    Ok(vec![format!("keras.layers.ZeroPadding2D((({top}, {bottom}), ({left}, {right})), name=\"{}\")(x)", layer.path)])
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    let [top, left, bottom, right] = sides(layer)?;
    let module = match layer.setting("mode", 0) {
        Some("Reflect") => "ReflectionPad2d",
        Some("Replicate") => "ReplicationPad2d",
        Some("Circular") => "CircularPad2d",
        _ => "ZeroPad2d",
    };
    Ok(Torch::module(format!("nn.{module}(({left}, {right}, {top}, {bottom}))")))
}

/// Returns the rows above, the columns at the left, the rows below and the columns at the right.
fn sides(layer: &Declared) -> Result<[usize; 4], String> {
    let (rows, columns) = layer.window(0)?;
    Ok([rows, columns, layer.size(2)?.unwrap_or(rows), layer.size(3)?.unwrap_or(columns)])
}
