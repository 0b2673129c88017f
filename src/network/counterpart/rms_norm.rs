//! `RmsNorm`: in Keras `RMSNormalization`.

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
    name: "RmsNorm",
    #[cfg(feature = "keras")]
    classes: &["rms_normalization"],
    #[cfg(feature = "keras")]
    from_keras,
    keras,
    torch,
    to_keras,
};

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    if layer.takes_images() {
        return Err("its weight has the shape of the image in another order".into());
    }
    let epsilon = layer.float("epsilon", 0, "1e-6")?;
    Ok(vec![format!("keras.layers.RMSNormalization(epsilon={epsilon}, name=\"{}\")(x)", layer.path)])
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    let epsilon = layer.float("epsilon", 0, "1e-6")?;
    if layer.takes_images() {
        let elements: usize = layer.input.iter().product();
        let module = Torch::module(format!("nn.RMSNorm({elements}, {epsilon})"));
        return Ok(module.called("{m}(x.flatten(1)).reshape(x.shape)"));
    }
    Ok(Torch::module(format!("nn.RMSNorm({}, {epsilon})", layer.inputs())))
}

/// The weights of the layer of Keras, as expressions of Python.
fn to_keras(layer: &Declared) -> Vec<String> {
    vec![layer.features("weight")]
}

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let [weight] = variables.of_features()?;
    Ok(vec![("weight", weight)])
}
