//! `Conv2d`: in Keras `Conv2D`, whose kernel is [rows, columns, inputs, outputs], and `DepthwiseConv2D`, whose kernel is [rows, columns,
//! channels, outputs of each].

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Counterpart;
use super::declared::{Declared, Padding, tuple};
#[cfg(feature = "keras")]
use super::from_keras::Variables;
use super::torch::Torch;
#[cfg(feature = "keras")]
use crate::io::Array;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "Conv2d",
    #[cfg(feature = "keras")]
    classes: &["conv2d", "depthwise_conv2d"],
    #[cfg(feature = "keras")]
    from_keras,
    keras,
    torch,
    to_keras,
};

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    let (window, path) = (layer.window(2)?, &layer.path);
    let (stride, dilation) = (layer.pair("stride", 0, (1, 1))?, layer.pair("dilation", 2, (1, 1))?);
    let (before, padding) = match layer.padding(1)? {
        Padding::Same => (None, "same"),
        Padding::Amounts(0, 0) => (None, "valid"),
        Padding::Amounts(rows, columns) => {
            (Some(format!("keras.layers.ZeroPadding2D({})(x)", tuple((rows, columns)))), "valid")
        }
        Padding::Causal => return Err("its padding has another order".into()),
    };
    let (window, stride, dilation) = (tuple(window), tuple(stride), tuple(dilation));
    let (filters, groups, bias) = (layer.output[0], layer.groups(3, layer.channels())?, layer.bias(4));
    let convolution = format!(
        "keras.layers.Conv2D({filters}, {window}, strides={stride}, padding=\"{padding}\", dilation_rate={dilation}, \
         groups={groups}, use_bias={bias}, name=\"{path}\")(x)"
    );
    Ok(before.into_iter().chain([convolution]).collect())
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    let (window, stride, dilation) =
        (layer.window(2)?, layer.pair("stride", 0, (1, 1))?, layer.pair("dilation", 2, (1, 1))?);
    let padding = match layer.padding(1)? {
        Padding::Amounts(rows, columns) => tuple((rows, columns)),
        Padding::Same if stride == (1, 1) => "\"same\"".into(),
        _ => return Err("its padding is an amount where the stride is above 1".into()),
    };
    let (window, stride, dilation) = (tuple(window), tuple(stride), tuple(dilation));
    let (inputs, outputs, groups, bias) =
        (layer.channels(), layer.output[0], layer.groups(3, layer.channels())?, layer.bias(4));
    Ok(Torch::module(format!(
        "nn.Conv2d({inputs}, {outputs}, {window}, {stride}, {padding}, {dilation}, groups={groups}, bias={bias})"
    )))
}

/// The weights of the layer of Keras, as expressions of Python.
fn to_keras(layer: &Declared) -> Vec<String> {
    layer.weight_and_bias(4, "{w}.transpose(2, 3, 1, 0)")
}

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    // The kernel of a depthwise convolution has all channels; ours reads one.
    let is_depthwise = variables.sizes_of("weight").is_some_and(|sizes| {
        let kernel = variables.all.first().map_or(&[][..], |(_, kernel)| &kernel.shape);
        matches!(kernel, &[_, _, channels, each] if channels > 1 && sizes.get(1) == Some(&1) && channels.checked_mul(each) == Some(sizes[0]))
    });
    let (kernel, bias) = variables.kernel_and_bias()?;
    let weight = if is_depthwise {
        let kernel = kernel.permuted(&[2, 3, 0, 1])?;
        let sizes = [kernel.shape[0] * kernel.shape[1], 1, kernel.shape[2], kernel.shape[3]];
        kernel.reshaped(&sizes)?
    } else {
        kernel.permuted(&[3, 2, 0, 1])?
    };
    Ok([("weight", weight)].into_iter().chain(bias.map(|bias| ("bias", bias))).collect())
}
