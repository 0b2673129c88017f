//! Which names may generic parameters of generated code not have?

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::settings;
use crate::graph::{Kind, Network};
use crate::identifier;
use crate::shape::Size;

/// Every word that the user wrote where a generic parameter of ours could capture it.
pub(super) fn used_words(network: &Network) -> HashSet<String> {
    let mut used: HashSet<String> = network.parameters.iter().map(ToString::to_string).collect();
    used.insert(network.name.to_string());
    let mut collect = |tokens: TokenStream| identifier::collect(tokens, &mut used);
    let shapes = network.layers.iter().flat_map(|layer| [&layer.input, &layer.output]).chain([&network.input]);
    for shape in shapes {
        collect(shape.tokens(&TokenStream::new(), Size::tokens));
    }
    for layer in &network.layers {
        match &layer.kind {
            Kind::BuiltIn { sizes, .. } => sizes.iter().for_each(|size| collect(size.tokens())),
            Kind::Own { path, .. } => collect(path.to_token_stream()),
            // Its items have names of their own.
            Kind::Residual(_) => {}
        }
        for expression in settings::expressions(layer) {
            collect(expression.to_token_stream());
        }
    }
    used
}
