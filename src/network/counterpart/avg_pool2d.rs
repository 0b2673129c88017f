//! `AvgPool2d` in Keras and PyTorch.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::declared::Declared;
use super::torch::Torch;
use super::{Counterpart, pooling};

pub(super) const LAYER: Counterpart = Counterpart { name: "AvgPool2d", keras, torch, ..Counterpart::NONE };

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    pooling::keras("AveragePooling2D", layer, layer.window(0)?, layer.setting("divisor", 2).is_some())
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    let divisor = match layer.setting("divisor", 2) {
        None => String::new(),
        Some("Inside") => ", count_include_pad=False".into(),
        Some(number) => format!(", divisor_override={number}"),
    };
    pooling::torch("AvgPool2d", layer, layer.window(0)?, &divisor)
}
