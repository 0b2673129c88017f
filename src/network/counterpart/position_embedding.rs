//! `PositionEmbedding`: in Keras `PositionEmbedding` of KerasHub.

use alloc::format;
use alloc::string::String;
#[cfg(feature = "keras")]
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
    name: "PositionEmbedding",
    #[cfg(feature = "keras")]
    classes: &["position_embedding"],
    #[cfg(feature = "keras")]
    from_keras,
    keras,
    torch,
    ..Counterpart::NONE
};

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    let _ = layer;
    Err("KerasHub has it".into())
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    let module = format!("nn.Embedding({}, {})", layer.input[0], layer.inputs());
    Ok(Torch::module(module).called("x + {m}.weight"))
}

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let [weight] = variables.in_order()?;
    Ok(vec![("weight", weight)])
}
