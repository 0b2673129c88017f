//! What are the layers of a network in Keras and PyTorch?
//!
//! Each layer with a counterpart has a file with a `const LAYER`, and a line in [`LAYERS`]. Everything else asks that list: the programs
//! of [`Summary::keras`](crate::Summary::keras) and [`Summary::torch`](crate::Summary::torch), and the reader of files of Keras.
#![allow(
    clippy::unnecessary_wraps,
    clippy::needless_pass_by_value,
    reason = "the functions of all layers have one type"
)]

mod place;

mod declared;

#[cfg(feature = "keras")]
mod from_keras;
mod keras;
mod torch;

mod pooling;
mod recurrent;

mod avg_pool1d;
mod avg_pool2d;
mod batch_norm;
mod conv1d;
mod conv2d;
mod conv_transpose2d;
mod dense;
mod dropout;
mod dropout2d;
mod elu;
mod embedding;
mod first;
mod flatten;
mod gelu;
mod gelu_tanh;
mod global_avg_pool1d;
mod global_avg_pool2d;
mod global_max_pool1d;
mod global_max_pool2d;
mod group_norm;
mod gru;
mod hard_sigmoid;
mod hard_silu;
mod hard_tanh;
mod identity;
mod last_step;
mod layer_norm;
mod leaky_relu;
mod lstm;
mod max_pool1d;
mod max_pool2d;
mod p_relu;
mod pad;
mod position_embedding;
mod relu;
mod reshape;
mod rms_norm;
mod rnn;
mod second;
mod self_attention;
mod selu;
mod sigmoid;
mod silu;
mod sine_position_encoding;
mod softmax;
mod softplus;
mod softsign;
mod tanh;
mod upsample;

#[cfg(feature = "keras")]
pub(crate) use from_keras::converted;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::result::Result;

use declared::Declared;
#[cfg(feature = "keras")]
use from_keras::FromKeras;
#[cfg(feature = "keras")]
use place::{Place, places};
use torch::Torch;

use crate::network::{LayerInfo, Summary};

/// What a layer is in Keras and PyTorch.
struct Counterpart {
    /// The name of the layer: `Dense`.
    name: &'static str,
    /// The classes of Keras with the same variables, in snake case as in its files.
    #[cfg(feature = "keras")]
    classes: &'static [&'static str],
    /// The tensors of the layer from the variables of Keras.
    #[cfg(feature = "keras")]
    from_keras: FromKeras,
    /// What Keras does with `x`, as expressions of Python, one after the other; or why it has no counterpart.
    keras: fn(&Declared) -> Result<Vec<String>, String>,
    /// The weights of the layer of Keras as expressions of Python, in which `t` has the tensors of a file of typenet.
    to_keras: fn(&Declared) -> Vec<String>,
    /// What PyTorch does; or why it has no counterpart.
    torch: fn(&Declared) -> Result<Torch, String>,
}

impl Counterpart {
    /// A layer that neither library has.
    const NONE: Self = Self {
        name: "",
        #[cfg(feature = "keras")]
        classes: &[],
        #[cfg(feature = "keras")]
        from_keras: |_| Err("has no variables".into()),
        keras: |_| Err("it is not known".into()),
        to_keras: |_| Vec::new(),
        torch: |_| Err("it is not known".into()),
    };
}

/// The layers that have a counterpart.
const LAYERS: &[&Counterpart] = &[
    &avg_pool1d::LAYER,
    &avg_pool2d::LAYER,
    &batch_norm::LAYER,
    &conv1d::LAYER,
    &conv2d::LAYER,
    &conv_transpose2d::LAYER,
    &dense::LAYER,
    &dropout::LAYER,
    &dropout2d::LAYER,
    &elu::LAYER,
    &embedding::LAYER,
    &first::LAYER,
    &flatten::LAYER,
    &gelu::LAYER,
    &gelu_tanh::LAYER,
    &global_avg_pool1d::LAYER,
    &global_avg_pool2d::LAYER,
    &global_max_pool1d::LAYER,
    &global_max_pool2d::LAYER,
    &group_norm::LAYER,
    &gru::LAYER,
    &hard_sigmoid::LAYER,
    &hard_silu::LAYER,
    &hard_tanh::LAYER,
    &identity::LAYER,
    &last_step::LAYER,
    &layer_norm::LAYER,
    &leaky_relu::LAYER,
    &lstm::LAYER,
    &max_pool1d::LAYER,
    &max_pool2d::LAYER,
    &p_relu::LAYER,
    &pad::LAYER,
    &position_embedding::LAYER,
    &relu::LAYER,
    &reshape::LAYER,
    &rms_norm::LAYER,
    &rnn::LAYER,
    &second::LAYER,
    &self_attention::LAYER,
    &selu::LAYER,
    &sigmoid::LAYER,
    &silu::LAYER,
    &sine_position_encoding::LAYER,
    &softmax::LAYER,
    &softplus::LAYER,
    &softsign::LAYER,
    &tanh::LAYER,
    &upsample::LAYER,
];

/// Returns the counterpart of a kind of layer, such as `Dense`.
fn counterpart(kind: &str) -> Result<&'static Counterpart, String> {
    let found = LAYERS.iter().copied().find(|layer| layer.name == kind);
    found.ok_or_else(|| "it is not a layer of this library".into())
}

/// Returns the line in place of a layer that has no counterpart.
fn missing(layer: &LayerInfo, path: &str, library: &str, reason: &str) -> String {
    let text = format!("{path}: {} has no counterpart in {library}: {reason}", layer.layer);
    format!("raise NotImplementedError({text:?})")
}

/// Returns the line that refuses a network with padded sequences, if it is one.
fn without_padding(summary: &Summary) -> Option<String> {
    let refused = "the input is padded, and this program would not leave the padding out";
    summary.padded.then(|| format!("raise NotImplementedError({refused:?})"))
}

impl Summary {
    /// Returns the same network as a program for Keras: a function `build()`, and `load(model, path)`, which copies the weights of a
    /// file that was written by `save`.
    ///
    /// Inputs that are images have their channels last there. Elements that stay images keep the meaning that they have here; only the
    /// order of flattened images is another one, for which `load` orders the weights. A layer without a counterpart is a line that
    /// raises an error with its name and the reason, and so is an input that is [`Padded`](crate::Padded).
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Xor = hidden: Dense<2, 3>, Tanh);
    ///
    /// assert_eq!(
    ///     Xor::summary().keras(),
    ///     r#"import keras
    /// from safetensors.numpy import load_file
    ///
    ///
    /// def build():
    ///     x = inputs = keras.Input((2,))
    ///     x = keras.layers.Dense(3, use_bias=True, name="hidden")(x)
    ///     x = keras.layers.Activation("tanh", name="tanh")(x)
    ///     return keras.Model(inputs, x, name="Xor")
    ///
    ///
    /// def load(model, path):
    ///     """Copies the weights of a file that typenet has saved."""
    ///     t = load_file(path)
    ///     model.get_layer("hidden").set_weights([t["hidden.weight"].T, t["hidden.bias"]])
    /// "#
    /// );
    /// ```
    #[must_use]
    pub fn keras(&self) -> String {
        keras::program(self)
    }

    /// Returns the same network as a program for PyTorch: a module, and `load(model, path)`, which copies the weights of a file that
    /// was written by `save`. The module has the names of this network, so that its `state_dict` loads here.
    ///
    /// A layer without a counterpart is a line that raises an error with its name and the reason, and so is an input that is
    /// [`Padded`](crate::Padded).
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Xor = hidden: Dense<2, 3>, Tanh);
    ///
    /// assert_eq!(
    ///     Xor::summary().torch(),
    ///     r#"import torch
    /// from safetensors.torch import load_file
    /// from torch import nn
    ///
    ///
    /// class Xor(nn.Module):
    ///     def __init__(self):
    ///         super().__init__()
    ///         self.hidden = nn.Linear(2, 3, bias=True)
    ///         self.tanh = nn.Tanh()
    ///
    ///     def forward(self, x):
    ///         x = self.hidden(x)
    ///         x = self.tanh(x)
    ///         return x
    ///
    ///
    /// def load(model, path):
    ///     """Copies the weights of a file that typenet has saved."""
    ///     tensors = load_file(path)
    ///     model.load_state_dict({name: tensor for name, tensor in tensors.items() if "/" not in name})
    /// "#
    /// );
    /// ```
    #[must_use]
    pub fn torch(&self) -> String {
        torch::program(self)
    }
}
