//! `Rnn`: in Keras `SimpleRNN`, with one bias.

use alloc::string::String;
use alloc::vec::Vec;

use super::declared::Declared;
use super::torch::Torch;
use super::{Counterpart, recurrent};

pub(super) const LAYER: Counterpart = Counterpart {
    name: "Rnn",
    #[cfg(feature = "keras")]
    classes: &["simple_rnn"],
    #[cfg(feature = "keras")]
    from_keras: recurrent::from_keras,
    keras,
    torch,
    to_keras: recurrent::to_keras,
};

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    Ok(recurrent::keras("SimpleRNN", layer, ""))
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    Ok(recurrent::torch("RNN", layer))
}
