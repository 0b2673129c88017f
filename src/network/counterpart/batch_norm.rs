//! `BatchNorm`: in Keras `BatchNormalization`.

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
    name: "BatchNorm",
    #[cfg(feature = "keras")]
    classes: &["batch_normalization"],
    #[cfg(feature = "keras")]
    from_keras,
    keras,
    torch,
    to_keras,
};

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    let (epsilon, momentum) = (layer.float("epsilon", 0, "1e-5")?, layer.float("momentum", 1, "0.1")?);
    Ok(vec![format!(
        "keras.layers.BatchNormalization(epsilon={epsilon}, momentum=1 - {momentum}, name=\"{}\")(x)",
        layer.path
    )])
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    let (epsilon, momentum) = (layer.float("epsilon", 0, "1e-5")?, layer.float("momentum", 1, "0.1")?);
    let axes = if layer.takes_images() { 2 } else { 1 };
    let module = Torch::module(format!("nn.BatchNorm{axes}d({}, {epsilon}, {momentum})", layer.channels()));
    Ok(if layer.takes_sequences() { module.called("{m}(x.mT).mT") } else { module })
}

/// The weights of the layer of Keras, as expressions of Python.
fn to_keras(layer: &Declared) -> Vec<String> {
    ["weight", "bias", "running_mean", "running_var"].map(|name| layer.features(name)).into()
}

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let [weight, bias, mean, variance] = variables.of_features()?;
    Ok(vec![("weight", weight), ("bias", bias), ("running_mean", mean), ("running_var", variance)])
}
