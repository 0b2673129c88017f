//! `ConvTranspose2d`: in Keras `Conv2DTranspose`, whose kernel is [rows, columns, outputs, inputs].

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::Counterpart;
use super::declared::{Declared, Padding, tuple};
#[cfg(feature = "keras")]
use super::from_keras::Variables;
use super::torch::Torch;
#[cfg(feature = "keras")]
use crate::io::Array;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "ConvTranspose2d",
    #[cfg(feature = "keras")]
    classes: &["conv2d_transpose"],
    #[cfg(feature = "keras")]
    from_keras,
    keras,
    torch,
    to_keras,
};

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    let (window, stride) = (layer.window(2)?, layer.pair("stride", 0, (1, 1))?);
    let padding = match layer.padding(1)? {
        Padding::Same => "same",
        Padding::Amounts(0, 0) if window.0 >= stride.0 && window.1 >= stride.1 => "valid",
        _ => return Err("its padding is no amount".into()),
    };
    let others = ["output_padding", "dilation", "groups"];
    if others.iter().any(|name| layer.setting(name, usize::MAX).is_some()) {
        return Err("it has fewer settings".into());
    }
    let (filters, window, stride, bias, path) =
        (layer.output[0], tuple(window), tuple(stride), layer.bias(5), &layer.path);
    Ok(vec![format!(
        "keras.layers.Conv2DTranspose({filters}, {window}, strides={stride}, padding=\"{padding}\", use_bias={bias}, \
         name=\"{path}\")(x)"
    )])
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    let Padding::Amounts(rows, columns) = layer.padding(1)? else {
        return Err("its padding is an amount".into());
    };
    let (window, stride, padding) = (layer.window(2)?, layer.pair("stride", 0, (1, 1))?, tuple((rows, columns)));
    let (output_padding, dilation) = (layer.pair("output_padding", 2, (0, 0))?, layer.pair("dilation", 3, (1, 1))?);
    let (window, stride, output_padding, dilation) =
        (tuple(window), tuple(stride), tuple(output_padding), tuple(dilation));
    let (inputs, outputs, groups, bias) =
        (layer.channels(), layer.output[0], layer.groups(4, layer.channels())?, layer.bias(5));
    Ok(Torch::module(format!(
        "nn.ConvTranspose2d({inputs}, {outputs}, {window}, {stride}, {padding}, {output_padding}, groups={groups}, \
         bias={bias}, dilation={dilation})"
    )))
}

/// The weights of the layer of Keras, as expressions of Python.
fn to_keras(layer: &Declared) -> Vec<String> {
    layer.weight_and_bias(5, "{w}.transpose(2, 3, 1, 0)")
}

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let (kernel, bias) = variables.kernel_and_bias()?;
    let weight = kernel.permuted(&[3, 2, 0, 1])?;
    Ok([("weight", weight)].into_iter().chain(bias.map(|bias| ("bias", bias))).collect())
}
