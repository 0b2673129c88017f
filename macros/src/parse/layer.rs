//! The list of layers. After a mistake parsing continues at the next layer.

use proc_macro2::{Delimiter, Group, Ident, TokenTree};

use super::attribute::{self, Marked};
use super::path;
use crate::ast::{Block, Branch, Layer};
use crate::errors::{self, Errors};
use crate::place::Place;
use crate::text;
use crate::tokens::Tokens;

/// Parses the layers of a network; `None` stands for a layer that could not be parsed.
pub(super) fn layers(tokens: Tokens, errors: &mut Errors) -> Vec<Option<Layer>> {
    list(tokens, 0, errors)
}

/// Parses the layers of a block.
pub(crate) fn block(block: &Block, errors: &mut Errors) -> Vec<Option<Layer>> {
    let trees: Vec<_> = block.braces.stream().into_iter().collect();
    list(Tokens::inside(&block.braces, &trees), block.depth + 1, errors)
}

/// Parses the layer in the parentheses of a block.
pub(crate) fn shortcut(parentheses: &Group, block: &Block, errors: &mut Errors) -> Vec<Option<Layer>> {
    let trees: Vec<_> = parentheses.stream().into_iter().collect();
    list(Tokens::inside(parentheses, &trees), block.depth + 1, errors)
}

/// Parses the branches of a block; `None` stands for a branch that could not be parsed.
pub(crate) fn branches(block: &Block, errors: &mut Errors) -> Vec<Option<Branch>> {
    let trees: Vec<_> = block.braces.stream().into_iter().collect();
    let mut tokens = Tokens::inside(&block.braces, &trees);
    let mut branches = Vec::new();
    while !tokens.is_empty() {
        let branch = branch(&mut tokens, block.depth, errors);
        if branch.is_some() {
            separator(&mut tokens, "branch", errors);
        } else {
            tokens.skip_behind_comma();
        }
        branches.push(branch);
    }
    branches
}

/// Parses one branch.
fn branch(tokens: &mut Tokens, depth: usize, errors: &mut Errors) -> Option<Branch> {
    let attributes = attribute::attributes(tokens, Marked::Layer, errors);
    let Some(word) = tokens.word_before(':') else {
        errors.push(errors::expected(tokens.place(), "a branch such as `left: { .. }`", &tokens.found()));
        return None;
    };
    tokens.next();
    tokens.next();
    let Some(group) = tokens.take_group(Delimiter::Brace) else {
        errors.push(errors::expected(tokens.place(), &format!("`{{` after `{word}:`"), &tokens.found()));
        return None;
    };
    let name = path::name(word, errors)?.clone();
    let attribute::Attributes { passed, init, frozen, recompute, .. } = attributes;
    Some(Branch { attributes: passed, init, frozen, recompute, name, block: Block { braces: group.clone(), depth } })
}

/// Parses layers that are nested in `depth` blocks.
fn list(mut tokens: Tokens, depth: usize, errors: &mut Errors) -> Vec<Option<Layer>> {
    let mut layers = Vec::new();
    while !tokens.is_empty() {
        let layer = layer(&mut tokens, depth, errors);
        if layer.is_some() {
            separator(&mut tokens, "layer", errors);
        } else {
            tokens.skip_behind_comma();
        }
        layers.push(layer);
    }
    layers
}

/// Parses the comma after a layer or a branch, or reports that it is missing.
fn separator(tokens: &mut Tokens, after: &str, errors: &mut Errors) {
    if tokens.is_empty() || tokens.take_mark(',').is_some() {
        return;
    }
    errors.push(errors::expected_comma(tokens.place(), after, &tokens.found()));
    let next_layer = tokens.is_mark('#') || matches!(tokens.peek(), Some(TokenTree::Ident(_)));
    if tokens.take_mark(';').is_none() && !next_layer {
        tokens.skip_behind_comma();
    }
}

/// Parses one layer.
fn layer(tokens: &mut Tokens, depth: usize, errors: &mut Errors) -> Option<Layer> {
    let attributes = attribute::attributes(tokens, Marked::Layer, errors);
    if tokens.is_word("pub") {
        errors.push(errors::layer_visibility(tokens.place()));
        tokens.next();
        tokens.take_group(Delimiter::Parenthesis);
    }
    let (name, wanted) = name(tokens, errors);
    let path = path::path(tokens, &wanted, errors)?;
    if let Some(mark) = tokens.take_mark('!') {
        let place = Place::between(path.place.span(), mark.span());
        errors.push(errors::macro_as_layer(place, &text::of(path.base)));
        return None;
    }
    if let Some(group) = tokens.take_group(Delimiter::Bracket) {
        let written = format!("{}<{}>", text::of(path.base), text::of(group.stream()));
        errors.push(errors::sizes_in_brackets(group.span_open().into(), &written));
        return None;
    }
    let settings = tokens.take_group(Delimiter::Parenthesis).cloned();
    let block = tokens.take_group(Delimiter::Brace).map(|group| Block { braces: group.clone(), depth });
    let attribute::Attributes { passed, init, frozen, recompute, .. } = attributes;
    Some(Layer { attributes: passed, init, frozen, recompute, name, path, settings, block })
}

/// Parses `name:`, and returns what is expected next.
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
    let name = path::name(word, errors).cloned();
    if let Some(second) = tokens.word_before(':') {
        errors.push(errors::second_name(word, second));
        tokens.next();
        tokens.next();
    }
    (name, wanted)
}
