//! The list of layers. After a mistake reading goes on at the next layer.

use proc_macro2::{Delimiter, Group, Ident, TokenTree};

use super::attribute::{self, Marked};
use super::{path, setting};
use crate::ast::{Layer, LayerKind, Settings};
use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;
use crate::signature::{BuiltIn, BuiltInShape, RESIDUAL};
use crate::text;
use crate::tokens::{self, Path, Tokens};

/// Reads all layers of `network`; `None` stands for one that could not be read.
pub(super) fn layers(tokens: Tokens, network: &Ident, errors: &mut Errors) -> Vec<Option<Layer>> {
    inside(tokens, network, 0, errors)
}

/// Reads layers that stand in `depth` blocks.
fn inside(mut tokens: Tokens, network: &Ident, depth: usize, errors: &mut Errors) -> Vec<Option<Layer>> {
    let mut layers = Vec::new();
    while !tokens.is_empty() {
        let layer = layer(&mut tokens, network, depth, errors);
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
fn layer(tokens: &mut Tokens, network: &Ident, depth: usize, errors: &mut Errors) -> Option<Layer> {
    let attributes = attribute::attributes(tokens, Marked::Layer, errors);
    if tokens.is_word("pub") {
        errors.push(errors::layer_visibility(tokens.place()));
        tokens.next();
        tokens.take_group(Delimiter::Parenthesis);
    }
    let (name, wanted) = name(tokens, errors);
    let path = path::path(tokens, &wanted, errors)?;
    let kind = match tokens.take_group(Delimiter::Brace) {
        Some(group) => block(&path, group, network, depth, errors)?,
        None => kind(&path, tokens, network, errors)?,
    };
    let attribute::Attributes { passed, init, frozen, .. } = attributes;
    Some(Layer { attributes: passed, init, frozen, name, kind })
}

/// Reads the layers of a block.
fn block(path: &Path, group: &Group, network: &Ident, depth: usize, errors: &mut Errors) -> Option<LayerKind> {
    // Deeper than anyone builds, and far from the end of the stack.
    const DEEPEST: usize = 16;
    let place = Place::between(path.place().span(), group.span_open());
    let residual = |word: &&Ident| identifier::plain(word) == RESIDUAL;
    let behind = path.in_library().filter(residual);
    if let Some(word) = behind {
        errors.push(errors::library_path(path.place(), &text::of(path.base()), word));
    }
    let Some(word) = path.word.filter(residual).or(behind) else {
        errors.push(errors::unknown_block(place, &text::of(path.base())));
        return None;
    };
    if path.arguments.is_some() {
        errors.push(errors::block_with_sizes(path.place()));
    }
    if depth == DEEPEST {
        errors.push(errors::blocks_too_deep(place, DEEPEST));
        return None;
    }
    let trees = tokens::flatten(group.stream());
    let layers = inside(Tokens::inside(group, &trees), network, depth + 1, errors);
    Some(LayerKind::Residual { word: word.clone(), layers })
}

/// Why what begins with a path is no layer, if it is none.
fn no_layer(path: &Path, tokens: &mut Tokens, network: &Ident) -> Option<syn::Error> {
    let place = path.place();
    if let Some(group) = tokens.take_group(Delimiter::Bracket) {
        let written = format!("{}<{}>", text::of(path.base()), text::of(group.stream()));
        return Some(errors::sizes_in_brackets(group.span_open().into(), &written));
    }
    if let Some(shape) = path.word.and_then(BuiltInShape::named) {
        return Some(errors::shape_as_layer(place, shape.name(), network));
    }
    if path.word.is_some_and(|word| identifier::plain(word) == RESIDUAL) {
        // The braces may stand behind what does not belong here.
        tokens.take_group(Delimiter::Parenthesis);
        tokens.take_group(Delimiter::Brace);
        return Some(errors::block_without_layers(place));
    }
    let layer = path.ends.and_then(|[first, _]| BuiltIn::named(first))?;
    Some(errors::called(place, &text::of(path.base()), layer.example()))
}

/// Reads what stands behind the path of a layer that is no block.
fn kind(path: &Path, tokens: &mut Tokens, network: &Ident, errors: &mut Errors) -> Option<LayerKind> {
    if let Some(error) = no_layer(path, tokens, network) {
        errors.push(error);
        return None;
    }
    let settings = tokens.take_group(Delimiter::Parenthesis);
    let behind = path.in_library().and_then(|word| Some((word, BuiltIn::named(word)?)));
    if let Some((word, _)) = behind {
        errors.push(errors::library_path(path.place(), &text::of(path.base()), word));
    }
    Some(match path.word.and_then(|word| Some((word, BuiltIn::named(word)?))).or(behind) {
        Some((word, layer)) => LayerKind::BuiltIn {
            layer,
            word: word.clone(),
            sizes: path::sizes(path.arguments, errors),
            settings: match settings {
                Some(group) if !layer.settings().is_empty() => Some(setting::settings(group, errors)?),
                // Where there is nothing to set, what was written is not read.
                Some(group) => Some(Settings { list: Vec::new(), place: Place::of(TokenTree::Group(group.clone())) }),
                None => None,
            },
        },
        None => LayerKind::Own {
            path: path::own(path, errors)?,
            settings: match settings {
                Some(group) => Some(setting::settings(group, errors)?),
                None => None,
            },
        },
    })
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
