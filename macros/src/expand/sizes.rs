//! What do sizes look like in generated code? Those that only the compiler knows are written once, as constants, so that
//! a mistake in one is one error where the user wrote it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident};

use crate::graph::{Kind, Network};
use crate::identifier;
use crate::shape::{Shape, Size};

/// The sizes that have constants.
pub(super) struct Sizes(Vec<Named>);

/// A size with its constant.
struct Named {
    /// The name of the constant.
    constant: Ident,
    /// Where the user wrote it first.
    size: Size,
}

impl Sizes {
    /// One constant for each different expression, in blocks too.
    pub(super) fn new(network: &Network) -> Self {
        let mut named: Vec<Named> = Vec::new();
        let declared = network.declared_output.iter().map(|(shape, _)| shape);
        let shapes = [&network.input].into_iter().chain(declared).flat_map(Shape::sizes);
        let layers = network.every_layer().into_iter().filter_map(|layer| match &layer.kind {
            Kind::BuiltIn { sizes, .. } => Some(sizes),
            Kind::Residual(_) | Kind::Own { .. } => None,
        });
        for size in shapes.chain(layers.flatten()).filter(|size| size.is_opaque()) {
            if !named.iter().any(|other| other.size.same(size)) {
                let name = identifier::plain(&network.name);
                let constant = format_ident!("__{name}Size{}", named.len(), span = Span::mixed_site());
                named.push(Named { constant, size: size.clone() });
            }
        }
        Self(named)
    }

    /// A size as a generic argument, which is an expression too, at the user's place.
    pub(super) fn tokens(&self, size: &Size) -> TokenStream {
        let Some(named) = self.0.iter().find(|named| named.size.same(size)) else {
            return size.tokens();
        };
        let mut constant = named.constant.clone();
        constant.set_span(constant.span().located_at(size.place().span()));
        constant.into_token_stream()
    }

    /// The constants.
    pub(super) fn items(&self, private: &TokenStream) -> TokenStream {
        let items = self.0.iter().map(|Named { constant, size }| {
            let value = size.expression();
            code!(#[doc(hidden)] const #constant: #private::usize = #value;)
        });
        items.collect()
    }
}
