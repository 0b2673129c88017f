//! `PRelu`: in Keras `PReLU` with a slope for each channel.

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
    name: "PRelu",
    #[cfg(feature = "keras")]
    classes: &["p_re_lu"],
    #[cfg(feature = "keras")]
    from_keras,
    keras,
    torch,
    to_keras,
};

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    let shared = match layer.input.len() {
        3 => "[1, 2]",
        2 => "[1]",
        _ => "None",
    };
    Ok(vec![format!("keras.layers.PReLU(shared_axes={shared}, name=\"{}\")(x)", layer.path)])
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    let module = Torch::module(format!("nn.PReLU({})", layer.channels()));
    Ok(if layer.takes_sequences() { module.called("{m}(x.mT).mT") } else { module })
}

/// The weights of the layer of Keras, as expressions of Python.
fn to_keras(layer: &Declared) -> Vec<String> {
    let axes = if layer.takes_images() {
        ".reshape(1, 1, -1)"
    } else if layer.takes_sequences() {
        ".reshape(1, -1)"
    } else {
        ""
    };
    vec![format!("{}{axes}", layer.features("weight"))]
}

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let [weight] = variables.of_features()?;
    Ok(vec![("weight", weight)])
}
