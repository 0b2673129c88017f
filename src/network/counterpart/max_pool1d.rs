//! `MaxPool1d` in Keras and PyTorch.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::result::Result;

use super::Counterpart;
use super::declared::{Declared, Padding, tuple};
use super::torch::Torch;

pub(super) const LAYER: Counterpart = Counterpart { name: "MaxPool1d", keras, torch, ..Counterpart::NONE };

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
    if layer.pair("dilation", 2, (1, 1))? != (1, 1) || layer.is("rounding", 3, "Up") {
        return Err("its windows have fewer settings".into());
    }
    let (window, stride) = (tuple(window), tuple(stride));
    Ok(vec![format!(
        "keras.layers.MaxPooling1D({window}, strides={stride}, padding=\"{padding}\", name=\"{path}\")(x)"
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
    let divisor = format!(", dilation={}", tuple(layer.pair("dilation", 2, (1, 1))?));
    let (window, stride, padding) = (tuple(window), tuple(stride), tuple((rows, columns)));
    Ok(Torch::module(format!("nn.MaxPool1d({window}, {stride}, {padding}{divisor}{up})")).called("{m}(x.mT).mT"))
}
