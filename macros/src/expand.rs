//! Which code does a network become? Straight-line calls of its layers, without any formula.
//!
//! Expansion never fails: after a mistake the same code is generated for what could be resolved. Its assertions are left out,
//! so that uses of the network elsewhere cause no further errors.

/// Quotes tokens whose names are hygienic: variables do not collide with the user's.
macro_rules! code {
    ($($tokens:tt)*) => {
        quote::quote_spanned!(proc_macro2::Span::mixed_site()=> $($tokens)*)
    };
}

mod activations;
mod forward;
mod settings;
mod sizes;
mod stream;

mod assertions;
mod backward;
mod blocks;
mod head;
mod hygiene;

mod export;
mod names;
mod plan;
mod summary;
mod types;

mod constants;
mod nested;

mod layer;

use std::rc::Rc;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;

use crate::check::Judges;
use crate::graph::Network;
use crate::identifier::plain;
use names::{MayBePadded, Names, Site, pass_at};
use sizes::Sizes;

/// Returns the whole expansion.
pub(crate) fn expand(network: &Network, judges: &Judges, library: &TokenStream) -> TokenStream {
    let sizes = Rc::new(Sizes::new(network, judges.mistaken));
    let names = Names::new(network, library, &sizes, None);
    let mut code = sizes.items(&names.private);
    code.extend(items(&names, judges));
    code
}

/// Returns the type of the layer at `index`, its input shape and its output shape.
#[cfg(feature = "examples")]
pub(crate) fn edge(network: &Network, library: &TokenStream, index: usize) -> [TokenStream; 3] {
    let names = Names::new(network, library, &Rc::new(Sizes::new(network, false)), None);
    [names.layers[index].kind.clone(), names.shapes[index].clone(), names.shapes[index + 1].clone()]
}

/// Returns the items of a network. Those of its blocks come first.
fn items(names: &Names, judges: &Judges) -> TokenStream {
    let mut items = nested::items(names, judges);
    items.extend([
        types::aliases(names),
        settings::constants(names),
        types::structure(names),
        types::flat_parameters(names),
        plan::plan(names),
        layer::layer(names),
        constants::network(names),
        activations::structure(names),
        constants::inherent(names),
        types::traits(names),
        assertions::assertions(names, judges),
    ]);
    items
}

/// Moves `tokens` to the user's `span`, where the compiler's carets then point. Name resolution does not change.
pub(crate) fn at(span: Span, tokens: impl ToTokens) -> TokenStream {
    let located = tokens.into_token_stream().into_iter().map(|tree| match tree {
        TokenTree::Group(group) => {
            let mut located = Group::new(group.delimiter(), at(span, group.stream()));
            located.set_span(group.span().located_at(span));
            TokenTree::Group(located)
        }
        mut tree => {
            tree.set_span(tree.span().located_at(span));
            tree
        }
    });
    located.collect()
}

/// Returns a call at the user's `span`, with arguments that keep their own spans.
fn call(span: Span, function: &TokenStream, arguments: TokenStream) -> TokenStream {
    let mut list = Group::new(Delimiter::Parenthesis, arguments);
    list.set_span(Span::mixed_site().located_at(span));
    let mut call = at(span, function);
    call.extend([TokenTree::Group(list)]);
    call
}
