//! What are the items called that are written beside a network?

use proc_macro2::{Ident, Span};
use quote::format_ident;

use crate::identifier;

/// The name of an item that belongs to the struct `network`: two networks in one module have different ones, and no name of
/// the user's is among them.
pub(crate) fn name(network: &Ident, item: &str) -> Ident {
    format_ident!("__{}{item}", identifier::plain(network), span = Span::mixed_site())
}

/// The name of the alias for the shape that the layer at `index` gives, where only the compiler knows it.
pub(crate) fn shape(network: &Ident, index: usize) -> Ident {
    name(network, &format!("Shape{index}"))
}

/// The name of the struct for the layers of the block at `index`.
pub(crate) fn block(network: &Ident, index: usize) -> Ident {
    name(network, &format!("Block{index}"))
}
