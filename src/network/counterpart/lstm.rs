//! `Lstm`: in Keras `LSTM`, with the same order of gates and one bias.

use alloc::string::String;
use alloc::vec::Vec;

use super::declared::Declared;
use super::torch::Torch;
use super::{Counterpart, recurrent};

pub(super) const LAYER: Counterpart = Counterpart {
    name: "Lstm",
    #[cfg(feature = "keras")]
    classes: &["lstm"],
    #[cfg(feature = "keras")]
    from_keras: recurrent::from_keras,
    keras,
    torch,
    to_keras: recurrent::to_keras,
};

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    Ok(recurrent::keras("LSTM", layer, ""))
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    Ok(recurrent::torch("LSTM", layer))
}
