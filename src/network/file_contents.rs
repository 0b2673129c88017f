//! What is in the file of a network?

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::io::{Expected, Label, Pieces, Stored};
use crate::network::{LayerInfo, Network};
use crate::shape::Shape;

/// The kind of files that have the weights, and nothing of a run.
pub(super) const WEIGHTS: &str = "weights";

/// What a file says about a network.
pub(crate) fn label<N: Network>(kind: &str) -> Label {
    let mut label = Label::new(kind);
    label.push("network", N::NAME);
    label.push("input", &sizes(N::Input::DIMENSIONS));
    for layer in N::LAYERS {
        label.push("layer", &described(layer));
    }
    label
}

/// `hidden: Dense<2, 3>`, and a block with what is in it: `block: Residual { dense: Dense<2, 2>, tanh: Tanh }`
fn described(layer: &LayerInfo) -> String {
    let own = format!("{}: {}", layer.name, layer.layer);
    if layer.inside.is_empty() {
        return own;
    }
    let inside: Vec<_> = layer.inside.iter().map(described).collect();
    format!("{own} {{ {} }}", inside.join(", "))
}

/// `(1, 28, 28)`
fn sizes(sizes: &[usize]) -> String {
    format!("{sizes:?}").replace('[', "(").replace(']', ")")
}

/// The tensors of a network, all finite.
pub(crate) fn pieces<N: Network<Scalar: Stored>>(network: &N) -> Result<Pieces<'_>> {
    if let Some(tensor) = network.non_finite_tensor() {
        return Err(Error::NonFiniteParameter { tensor });
    }
    let mut pieces = Pieces::default();
    pieces.add_tensors(N::TENSORS.list(), network.parameters());
    Ok(pieces)
}

/// The tensors that a file of the network has.
pub(crate) fn expected<N: Network>() -> Vec<Expected> {
    N::TENSORS.list().into_iter().map(Expected::from).collect()
}
