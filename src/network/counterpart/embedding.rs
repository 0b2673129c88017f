//! `Embedding`: in Keras `Embedding`.

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
    name: "Embedding",
    #[cfg(feature = "keras")]
    classes: &["embedding"],
    #[cfg(feature = "keras")]
    from_keras,
    keras,
    torch,
    to_keras,
};

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    let vocabulary = layer.size(0)?.ok_or("its vocabulary is not written")?;
    Ok(vec![format!("keras.layers.Embedding({vocabulary}, {}, name=\"{}\")(x)", layer.outputs(), layer.path)])
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    let vocabulary = layer.size(0)?.ok_or("its vocabulary is not written")?;
    Ok(Torch::module(format!("nn.Embedding({vocabulary}, {})", layer.outputs())).called("{m}(x.long())"))
}

/// The weights of the layer of Keras, as expressions of Python.
fn to_keras(layer: &Declared) -> Vec<String> {
    vec![layer.tensor("weight")]
}

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let [weight] = variables.in_order()?;
    Ok(vec![("weight", weight)])
}
