//! How does a network become an ONNX model?
//!
//! [`ExportOnnx`](crate::ExportOnnx) writes it. Each layer adds its nodes and weights to a [`Graph`], in
//! [`Layer::onnx`](crate::Layer::onnx), so that what a layer is in ONNX stands in its own file, and a layer of a program can be
//! exported too. A [`Value`] is what flows between the nodes.
//!
//! The first axis of every value is the batch, and the others are those of the shape: `[batch, N]` for a `Vector<N>`,
//! `[batch, C, H, W]` for an `Image<C, H, W>`, `[batch, L, N]` for a `Sequence<L, N>`, and `[batch, L]` for `Tokens<L, V>`, as
//! integers. A layer whose operator has another order of axes, such as a convolution over steps, transposes before and after.

mod attribute;
mod constant;

mod graph;

mod windows;

mod model;

pub use crate::error::Result;
pub use attribute::Attribute;
pub use constant::Constant;
pub use graph::{Graph, Value};
pub(crate) use model::{Port, model};
pub(crate) use windows::{Windows, convolution};
