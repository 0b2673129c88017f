//! `Lstm`: in Keras `LSTM`, with the same order of gates and one bias.

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
    name: "Lstm",
    #[cfg(feature = "keras")]
    classes: &["lstm"],
    #[cfg(feature = "keras")]
    from_keras,
    keras,
    torch,
    to_keras,
};

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    Ok(super::recurrent::keras("LSTM", layer, ""))
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    Ok(super::recurrent::torch("LSTM", layer))
}

/// The weights of the layer of Keras, as expressions of Python.
fn to_keras(layer: &Declared) -> Vec<String> {
    let (weight, bias) = ("{}.T", format!("{} + {}", layer.tensor("bias_ih_l0"), layer.tensor("bias_hh_l0")));
    let weights = ["weight_ih_l0", "weight_hh_l0"].map(|name| weight.replace("{}", &layer.tensor(name)));
    weights.into_iter().chain([bias]).collect()
}

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let [kernel, recurrent, bias] = variables.in_order()?;
    let none = bias.zeros();
    Ok(vec![
        ("weight_ih_l0", kernel.transposed()?),
        ("weight_hh_l0", recurrent.transposed()?),
        ("bias_ih_l0", bias),
        ("bias_hh_l0", none),
    ])
}
