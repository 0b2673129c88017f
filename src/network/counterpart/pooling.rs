//! What pooling layers have in common in Keras and PyTorch.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::declared::{Declared, Padding, tuple};
use super::torch::Torch;

/// Returns the window of a layer over steps, as the pair of that of images.
pub(super) fn window_of_steps(layer: &Declared) -> Result<(usize, usize), String> {
    let window = layer.size(0)?.ok_or("its window is not written")?;
    Ok((window, window))
}

/// The layer of Keras, which has no settings but these.
pub(super) fn keras(
    class: &str,
    layer: &Declared,
    window: (usize, usize),
    has_more_settings: bool,
) -> Result<Vec<String>, String> {
    let (stride, path) = (layer.pair("stride", 0, window)?, &layer.path);
    let padding = match layer.padding(1)? {
        Padding::Same => "same",
        Padding::Amounts(0, 0) => "valid",
        _ => return Err("its padding is no amount".into()),
    };
    if has_more_settings || layer.is("rounding", 3, "Up") {
        return Err("its windows have fewer settings".into());
    }
    let (window, stride) = (tuple(window), tuple(stride));
    Ok(vec![format!("keras.layers.{class}({window}, strides={stride}, padding=\"{padding}\", name=\"{path}\")(x)")])
}

/// The module of PyTorch, with `more` settings.
pub(super) fn torch(class: &str, layer: &Declared, window: (usize, usize), more: &str) -> Result<Torch, String> {
    let stride = layer.pair("stride", 0, window)?;
    let Padding::Amounts(rows, columns) = layer.padding(1)? else {
        return Err("its padding is an amount".into());
    };
    let up = if layer.is("rounding", 3, "Up") { ", ceil_mode=True" } else { "" };
    let (window, stride, padding) = (tuple(window), tuple(stride), tuple((rows, columns)));
    Ok(Torch::module(format!("nn.{class}({window}, {stride}, {padding}{more}{up})")))
}

/// The dilation of a maximum as a setting of PyTorch.
pub(super) fn dilation(layer: &Declared) -> Result<String, String> {
    Ok(format!(", dilation={}", tuple(layer.pair("dilation", 2, (1, 1))?)))
}

/// Whether a maximum has a dilation, which Keras has not.
pub(super) fn is_dilated(layer: &Declared) -> Result<bool, String> {
    Ok(layer.pair("dilation", 2, (1, 1))? != (1, 1))
}
