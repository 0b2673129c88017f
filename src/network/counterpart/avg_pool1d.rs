//! `AvgPool1d` in Keras and PyTorch.

use alloc::string::String;
use alloc::vec::Vec;

use super::declared::Declared;
use super::torch::Torch;
use super::{Counterpart, pooling};

pub(super) const LAYER: Counterpart = Counterpart { name: "AvgPool1d", keras, torch, ..Counterpart::NONE };

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    pooling::keras("AveragePooling1D", layer, pooling::window_of_steps(layer)?, layer.setting("divisor", 2).is_some())
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    let divisor = match layer.setting("divisor", 2) {
        None => String::new(),
        Some("Inside") => ", count_include_pad=False".into(),
        Some(_) => return Err("its divisor follows from its window".into()),
    };
    Ok(pooling::torch("AvgPool1d", layer, pooling::window_of_steps(layer)?, &divisor)?.called("{m}(x.mT).mT"))
}
