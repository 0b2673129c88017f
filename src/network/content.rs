//! What is in the file of a network?

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::io::{Expected, Label, Pieces, Stored};
use crate::network::Network;
use crate::shape::Shape;

/// The kind of files that have the weights, and nothing of a run.
pub(super) const WEIGHTS: &str = "weights";

/// What a file says about a network.
pub(crate) fn label<N: Network>(kind: &str) -> Label {
    let mut label = Label::new(kind);
    label.push("network", N::NAME);
    label.push("input", &sizes(N::Input::DIMENSIONS));
    for layer in N::LAYERS {
        label.push("layer", &format!("{}: {}", layer.name, layer.layer));
    }
    label
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
    pieces.add_block(N::TENSORS.list(), network.parameters());
    Ok(pieces)
}

/// The tensors that a file of the network has.
pub(crate) fn expected<N: Network>() -> Vec<Expected> {
    N::TENSORS.list().into_iter().map(Expected::from).collect()
}
