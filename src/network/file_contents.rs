//! What does the file of a network contain?

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::io::{Expected, Label, Pieces, Stored};
use crate::network::{LayerInfo, Network};
use crate::shape::Shape;

/// The kind of a file that contains only the weights.
pub(super) const WEIGHTS: &str = "weights";

/// Returns the description of a network for the metadata of a file.
pub(crate) fn label<N: Network>(kind: &str) -> Label {
    let mut label = Label::new(kind);
    label.push("network", N::NAME);
    label.push("input", &sizes(N::Input::PARTS));
    for layer in N::LAYERS {
        label.push("layer", &described(layer));
    }
    label
}

/// Returns `hidden: Dense<2, 3>` for a layer, `block: Residual { dense: Dense<2, 2>, tanh: Tanh }` for a block, and
/// `left: { tanh: Tanh }` for a branch.
fn described(layer: &LayerInfo) -> String {
    let own = layer.title();
    if !layer.has_parts() {
        return own;
    }
    // The declaration of a block contains its shortcut.
    let inside: Vec<_> = layer.inside.iter().map(described).collect();
    let own = if layer.layer.is_empty() { format!("{own}:") } else { own };
    if inside.is_empty() { format!("{own} {{}}") } else { format!("{own} {{ {} }}", inside.join(", ")) }
}

/// Formats the sizes of each part as `(1, 28, 28)`, or `(32, 256), (4)` for a pair.
fn sizes(parts: &[&[usize]]) -> String {
    let parts: Vec<_> = parts.iter().map(|sizes| format!("{sizes:?}").replace('[', "(").replace(']', ")")).collect();
    parts.join(", ")
}

/// Returns the tensors of a network, if all of their elements are finite.
pub(crate) fn pieces<N: Network<Scalar: Stored>>(network: &N) -> Result<Pieces<'_>> {
    if let Some(tensor) = network.non_finite_tensor() {
        return Err(Error::NonFiniteParameter { tensor });
    }
    let mut pieces = Pieces::default();
    pieces.add_tensors(N::TENSORS.list(), network.parameters());
    Ok(pieces)
}

/// Returns the tensors that a file of the network must have.
pub(crate) fn expected<N: Network>() -> Vec<Expected> {
    N::TENSORS.list().into_iter().map(Expected::from).collect()
}
