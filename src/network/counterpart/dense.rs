//! `Dense`: in Keras `Dense`, whose kernel is [inputs, outputs].

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::Counterpart;
use super::declared::Declared;
#[cfg(feature = "keras")]
use super::from_keras::Variables;
use super::torch::Torch;
#[cfg(feature = "keras")]
use crate::io::Array;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "Dense",
    #[cfg(feature = "keras")]
    classes: &["dense"],
    #[cfg(feature = "keras")]
    from_keras,
    keras,
    torch,
    to_keras,
};

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    Ok(vec![format!("keras.layers.Dense({}, use_bias={}, name=\"{}\")(x)", layer.outputs(), layer.bias(0), layer.path)])
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    Ok(Torch::module(format!("nn.Linear({}, {}, bias={})", layer.inputs(), layer.outputs(), layer.bias(0))))
}

/// The weights of the layer of Keras, as expressions of Python.
fn to_keras(layer: &Declared) -> Vec<String> {
    let weight = match layer.flattened {
        // Keras has flattened images with the channels last.
        Some([channels, rows, columns]) => {
            let outputs = layer.outputs();
            format!(
                "{{w}}.T.reshape({channels}, {rows}, {columns}, {outputs}).transpose(1, 2, 0, 3).reshape(-1, {outputs})"
            )
        }
        None => "{w}.T".into(),
    };
    layer.weight_and_bias(0, &weight)
}

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let flattened = variables.flattened;
    let (mut kernel, bias) = variables.kernel_and_bias()?;
    if let Some(sizes) = flattened {
        kernel = kernel.channels_first(sizes)?;
    }
    Ok([("weight", kernel.transposed()?)].into_iter().chain(bias.map(|bias| ("bias", bias))).collect())
}
