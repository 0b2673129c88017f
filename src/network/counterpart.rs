//! What are the layers of a network in Keras and PyTorch?
//!
//! Each layer with a counterpart has a file with a `const LAYER`, and a line in [`LAYERS`]. Everything else asks that list.

mod place;

#[cfg(feature = "keras")]
mod from_keras;

mod batch_norm;
mod conv1d;
mod conv2d;
mod conv_transpose2d;
mod dense;
mod embedding;
mod group_norm;
mod gru;
mod layer_norm;
mod lstm;
mod p_relu;
mod position_embedding;
mod rms_norm;
mod rnn;
mod self_attention;

#[cfg(feature = "keras")]
pub(crate) use from_keras::converted;
use place::{Place, places};

#[cfg(feature = "keras")]
use from_keras::FromKeras;

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
}

/// The layers with parameters that have a counterpart.
const LAYERS: &[&Counterpart] = &[
    &batch_norm::LAYER,
    &conv1d::LAYER,
    &conv2d::LAYER,
    &conv_transpose2d::LAYER,
    &dense::LAYER,
    &embedding::LAYER,
    &group_norm::LAYER,
    &gru::LAYER,
    &layer_norm::LAYER,
    &lstm::LAYER,
    &p_relu::LAYER,
    &position_embedding::LAYER,
    &rms_norm::LAYER,
    &rnn::LAYER,
    &self_attention::LAYER,
];
