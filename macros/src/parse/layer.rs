//! The list of layers. After a mistake reading goes on at the next layer.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parse;
use syn::{Attribute, Expr};

use super::{Unread, attributes, limited, path};
use crate::ast::{Layer, LayerKind};
use crate::errors::{self, Errors, Place};
use crate::signature::{BuiltIn, BuiltInShape};
use crate::tokens::Tokens;
use crate::words;

/// Reads all layers of `network`; `None` stands for one that could not be read.
pub(super) fn layers(mut tokens: Tokens, network: &Ident, errors: &mut Errors) -> Vec<Option<Layer>> {
    let mut layers = Vec::new();
    while !tokens.is_empty() {
        let layer = layer(&mut tokens, network, errors);
        if layer.is_some() {
            separator(&mut tokens, errors);
        } else {
            tokens.skip_behind_comma();
        }
        layers.push(layer);
    }
    layers
}

/// Reads the comma after a layer, or reports that it is missing.
fn separator(tokens: &mut Tokens, errors: &mut Errors) {
    if tokens.is_empty() || tokens.take_mark(',').is_some() {
        return;
    }
    errors.push(errors::expected_comma(tokens.place(), &tokens.found()));
    let next_layer = tokens.is_mark('#') || matches!(tokens.peek(), Some(TokenTree::Ident(_)));
    if tokens.take_mark(';').is_none() && !next_layer {
        tokens.skip_behind_comma();
    }
}

/// Reads one layer.
fn layer(tokens: &mut Tokens, network: &Ident, errors: &mut Errors) -> Option<Layer> {
    let attributes = layer_attributes(tokens, errors);
    if tokens.is_word("pub") {
        errors.push(errors::layer_visibility(tokens.place()));
        tokens.next();
        tokens.take_group(Delimiter::Parenthesis);
    }
    let (name, wanted) = name(tokens, errors);
    let path = path::path(tokens, &wanted, errors)?;
    let place = path.place();
    if let Some(group) = tokens.take_group(Delimiter::Brace) {
        let place = Place::between(place.span(), group.span_open());
        errors.push(errors::block(place, &words::text(path.base())));
        return None;
    }
    let settings = tokens.take_group(Delimiter::Parenthesis);
    if let Some(shape) = path.word.and_then(BuiltInShape::named) {
        errors.push(errors::shape_as_layer(place, shape.name(), network));
        return None;
    }
    let kind = match path.word.and_then(|word| Some((word, BuiltIn::named(word)?))) {
        Some((word, layer)) => LayerKind::BuiltIn {
            layer,
            word: word.clone(),
            sizes: path::sizes(path.arguments, errors),
            settings: settings.map(|group| Place::of(TokenTree::Group(group.clone()))),
        },
        None => LayerKind::Own {
            path: path::own(&path, errors)?,
            settings: match settings {
                Some(group) => Some(settings_of(group, errors)?),
                None => None,
            },
        },
    };
    Some(Layer { attributes, name, kind })
}

/// Reads `#[..]` before a layer, without those that would make the layer come and go.
fn layer_attributes(tokens: &mut Tokens, errors: &mut Errors) -> Vec<Attribute> {
    let mut attributes = attributes(tokens, errors);
    attributes.retain(|attribute| {
        let conditional = attribute.path().is_ident("cfg");
        if conditional {
            errors.push(errors::conditional_layer(Place::of(attribute)));
        }
        !conditional
    });
    attributes
}

/// Reads `name:`, and says what has to follow.
fn name(tokens: &mut Tokens, errors: &mut Errors) -> (Option<Ident>, String) {
    let nameless = "a layer such as `Dense<64, 32>`".to_owned();
    let Some(word) = tokens.word_before(':').or_else(|| tokens.word_before('=')) else {
        return (None, nameless);
    };
    let wanted = format!("a layer after `{word}:`");
    tokens.next();
    if tokens.is_mark('=') {
        let colon = format!("`:` after `{word}`");
        errors.push(errors::expected(tokens.place(), &colon, &tokens.found()));
    }
    tokens.next();
    (path::name(word, errors).cloned(), wanted)
}

/// Reads the expressions in the parentheses after a layer of the user's own.
fn settings_of(group: &Group, errors: &mut Errors) -> Option<Vec<Expr>> {
    // Invisible groups stay closed here: they keep the order of computation.
    let trees: Vec<_> = group.stream().into_iter().collect();
    let mut settings = Vec::new();
    let mut right = true;
    for (stream, place) in arguments(&trees) {
        match limited(Expr::parse, stream.clone(), place) {
            Ok(Expr::Assign(assign)) => {
                let name = words::text(assign.left.to_token_stream());
                let value = words::text(assign.right.to_token_stream());
                errors.push(errors::named_setting(place, &name, &value));
                right = false;
            }
            Ok(expression) => settings.push(expression),
            Err(unread) => {
                errors.push(match unread {
                    Unread::TooLong(error) => error,
                    Unread::Wrong => errors::unreadable_setting(place, &words::text(stream)),
                });
                right = false;
            }
        }
    }
    right.then_some(settings)
}

/// The tokens between commas. Unlike in types, `<` compares here, so commas alone decide unless
/// syn reads the whole as a list.
fn arguments(trees: &[TokenTree]) -> Vec<(TokenStream, Place)> {
    let stream: TokenStream = trees.iter().cloned().collect();
    let place = Place::of(&stream);
    let list = syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated;
    if let Ok(list) = limited(list, stream, place) {
        return list.iter().map(|expression| (expression.to_token_stream(), Place::of(expression))).collect();
    }
    trees
        .split(|tree| matches!(tree, TokenTree::Punct(mark) if mark.as_char() == ','))
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            let stream: TokenStream = piece.iter().cloned().collect();
            let place = Place::of(&stream);
            (stream, place)
        })
        .collect()
}
