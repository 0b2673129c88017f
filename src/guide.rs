//! How is it all used? A page for each part, in reading order; every piece of code in them is run as a test.
//!
//! - [`declaring`]: the language of `network!`, and its errors
//! - [`datasets`]: samples, splits, scaling, batches
//! - [`training`]: `Trainer`, callbacks, a loop of one's own, what the bits depend on
//! - [`looking_inside`]: tables, pictures, outputs of layers, classes, norms, parts of other networks
//! - [`own_layers`]: a layer of one's own, without and with parameters and settings
//! - [`own_parts`]: a loss, an optimizer, a metric, a callback of one's own
#![cfg_attr(feature = "safetensors", doc = "- [`files`]: weights and checkpoints, PyTorch and Keras")]
//! - [`embedding`]: weights in the program, `no_std`, no allocation
//! - [`errors`]: what an error means and what to do about it
//! - [`lecture`]: how a network learns, from one neuron to Adam: the lecture, with a page for each part
//! - [`keras_and_pytorch`]: the same program in the three, and what is called how where
//!
//! The modules hold no code.

#[doc = include_str!("guide/declaring.md")]
pub mod declaring {}

#[doc = include_str!("guide/datasets.md")]
pub mod datasets {}

#[doc = include_str!("guide/training.md")]
pub mod training {}

#[doc = include_str!("guide/looking_inside.md")]
#[cfg_attr(feature = "plot", doc = "All of them are in [`plot`](crate::plot).")]
pub mod looking_inside {}

#[doc = include_str!("guide/own_layers.md")]
pub mod own_layers {}

#[doc = include_str!("guide/own_parts.md")]
pub mod own_parts {}

#[cfg(feature = "safetensors")]
#[doc = include_str!("guide/files.md")]
pub mod files {}

#[doc = include_str!("guide/embedding.md")]
pub mod embedding {}

#[doc = include_str!("guide/errors.md")]
pub mod errors {}

pub mod lecture;

#[doc = include_str!("guide/keras_and_pytorch.md")]
pub mod keras_and_pytorch {}
