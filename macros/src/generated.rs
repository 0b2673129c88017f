//! What are the items called that are generated for a network?

use proc_macro2::{Ident, Span};
use quote::format_ident;

use crate::identifier;

/// Returns the name of an item that belongs to the struct `network`. It is different for each network in a module, and no
/// user-defined name is equal to it.
pub(crate) fn name(network: &Ident, item: &str) -> Ident {
    format_ident!("__{}{item}", identifier::plain(network), span = Span::mixed_site())
}

/// Returns the name of the alias for the shape that the layer at `index` gives, if only the compiler knows it.
pub(crate) fn shape(network: &Ident, index: usize) -> Ident {
    name(network, &format!("Shape{index}"))
}

/// Returns the name of the struct for the layers of the block at `index`.
pub(crate) fn block(network: &Ident, index: usize) -> Ident {
    name(network, &format!("Block{index}"))
}
