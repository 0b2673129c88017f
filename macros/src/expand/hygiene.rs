//! Which names are not available for generic parameters of generated code?

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;

use super::settings;
use crate::graph::{Kind, Network};
use crate::identifier;
use crate::shape::Shape;
use crate::size::Size;

/// Returns each word that the user wrote where a generic parameter of generated code could capture it.
pub(super) fn user_words(network: &Network) -> HashSet<String> {
    let mut used: HashSet<String> = network.parameters.iter().map(ToString::to_string).collect();
    used.insert(network.name.to_string());
    let mut collect = |tokens: TokenStream| identifier::collect(tokens, &mut used);
    let shapes = network.layers.iter().map(|layer| &layer.output).chain([&network.input]);
    for shape in shapes {
        collect(match shape {
            Shape::Custom(tokens, _) => tokens.clone(),
            other => other.tokens(&TokenStream::new(), &Size::tokens),
        });
    }
    let mut words = HashSet::new();
    for layer in &network.layers {
        match &layer.kind {
            Kind::BuiltIn(built_in) => built_in.sizes.iter().for_each(|size| collect(size.tokens())),
            Kind::Custom { path, .. } => collect(path.to_token_stream()),
            // The items of a block have their own names; its sizes and its shortcut are part of its type.
            Kind::Block(block) => {
                block.sizes().into_iter().for_each(|size| collect(size.tokens()));
                words.extend(block.shortcut().map(|shortcut| user_words(&shortcut.network)).into_iter().flatten());
            }
        }
        for expression in settings::expressions(layer) {
            collect(expression.to_token_stream());
        }
    }
    used.extend(words);
    used
}

/// Returns `word` as the name of a generic parameter, with underscores before it if the user wrote that name.
pub(super) fn fresh(word: &str, used: &HashSet<String>) -> Ident {
    let mut word = word.to_owned();
    while used.contains(&word) {
        word.insert_str(0, "__");
    }
    Ident::new(&word, Span::mixed_site())
}
