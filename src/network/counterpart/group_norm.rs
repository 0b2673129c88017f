//! `GroupNorm`: in Keras `GroupNormalization`.

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
    name: "GroupNorm",
    #[cfg(feature = "keras")]
    classes: &["group_normalization"],
    #[cfg(feature = "keras")]
    from_keras,
    keras,
    torch,
    to_keras,
};

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    let (groups, epsilon) = (layer.size(0)?.ok_or("its groups are not written")?, layer.float("epsilon", 0, "1e-5")?);
    Ok(vec![format!("keras.layers.GroupNormalization({groups}, epsilon={epsilon}, name=\"{}\")(x)", layer.path)])
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    let (groups, epsilon) = (layer.size(0)?.ok_or("its groups are not written")?, layer.float("epsilon", 0, "1e-5")?);
    let module = Torch::module(format!("nn.GroupNorm({groups}, {}, {epsilon})", layer.channels()));
    Ok(if layer.takes_sequences() { module.called("{m}(x.mT).mT") } else { module })
}

/// The weights of the layer of Keras, as expressions of Python.
fn to_keras(layer: &Declared) -> Vec<String> {
    ["weight", "bias"].map(|name| layer.tensor(name)).into()
}

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let [weight, bias] = variables.of_features()?;
    Ok(vec![("weight", weight), ("bias", bias)])
}
