//! What a declaration consists of: layers with their weights, and blocks.

use super::tensor::Tensor;

/// A layer of the library.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layer {
    /// Its source text without a name.
    pub(super) text: String,
    /// A name that the model has for it.
    pub(super) name: Option<String>,
    /// Its weights, by the names that they have in files.
    pub(super) tensors: Vec<(&'static str, Tensor)>,
}

/// A layer or a block.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    Layer(Layer),
    /// Layers whose output is added to their input, or to that of the shortcut.
    Residual {
        layers: Vec<Step>,
        shortcut: Option<Layer>,
    },
    /// Branches of the same input, which are added or concatenated.
    Parallel {
        adds: bool,
        branches: Vec<Vec<Step>>,
    },
}

impl Layer {
    /// Returns a layer without weights.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), name: None, tensors: Vec::new() }
    }
}
