//! `AvgPool1d` in Keras and PyTorch.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::result::Result;

use super::Counterpart;
use super::declared::{Declared, Padding, tuple};
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart { name: "AvgPool1d", keras, torch, ..Counterpart::NONE };

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    let window = layer.size(0)?.ok_or("its window is not written")?;
    let window = (window, window);
    let path = &layer.path;
    let stride = layer.pair("stride", 0, window)?;
    let padding = match layer.padding(1)? {
        Padding::Same => "same",
        Padding::Amounts(0, 0) => "valid",
        _ => return Err("its padding is no amount".into()),
    };
    if layer.setting("divisor", 2).is_some() || layer.is("rounding", 3, "Up") {
        return Err("its windows have fewer settings".into());
    }
    let (window, stride) = (tuple(window), tuple(stride));
    Ok(vec![format!(
        "keras.layers.AveragePooling1D({window}, strides={stride}, padding=\"{padding}\", name=\"{path}\")(x)"
    )])
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    let window = layer.size(0)?.ok_or("its window is not written")?;
    let window = (window, window);
    let stride = layer.pair("stride", 0, window)?;
    let Padding::Amounts(rows, columns) = layer.padding(1)? else {
        return Err("its padding is an amount".into());
    };
    let up = if layer.is("rounding", 3, "Up") { ", ceil_mode=True" } else { "" };
    let divisor = match layer.setting("divisor", 2) {
        None => String::new(),
        Some("Inside") => ", count_include_pad=False".into(),
        Some(_) => return Err("its divisor follows from its window".into()),
    };
    let (window, stride, padding) = (tuple(window), tuple(stride), tuple((rows, columns)));
    Ok(Torch::module(format!("nn.AvgPool1d({window}, {stride}, {padding}{divisor}{up})")).called("{m}(x.mT).mT"))
}
