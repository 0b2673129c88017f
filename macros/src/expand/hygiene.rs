//! Which names may generic parameters of generated code not have?

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::settings;
use crate::graph::{Kind, Network};
use crate::identifier;
use crate::shape::Shape;
use crate::size::Size;

/// Every word that the user wrote where a generic parameter of ours could capture it.
pub(super) fn user_words(network: &Network) -> HashSet<String> {
    let mut used: HashSet<String> = network.parameters.iter().map(ToString::to_string).collect();
    used.insert(network.name.to_string());
    let mut collect = |tokens: TokenStream| identifier::collect(tokens, &mut used);
    let shapes = network.layers.iter().map(|layer| &layer.output).chain([&network.input]);
    for shape in shapes {
        collect(match shape {
            Shape::Custom(tokens, _) => tokens.clone(),
            other => other.tokens(&TokenStream::new(), Size::tokens),
        });
    }
    for layer in &network.layers {
        match &layer.kind {
            Kind::BuiltIn(built_in) => built_in.sizes.iter().for_each(|size| collect(size.tokens())),
            Kind::Custom { path, .. } => collect(path.to_token_stream()),
            // Its items have names of their own.
            Kind::Block(_) => {}
        }
        for expression in settings::expressions(layer) {
            collect(expression.to_token_stream());
        }
    }
    used
}
