//! The part before the layers: name, parameters, input and output.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use super::path;
use crate::ast::{Path, Written};
use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;
use crate::shape::{PAIR, ShapeSpec};
use crate::text;
use crate::tokens::{NoPath, Tokens};

/// What is expected in the place of a shape.
const SHAPE: &str = "a shape such as `Vector<64>`";

/// Parses `struct Name`.
pub(super) fn name(tokens: &mut Tokens, errors: &mut Errors) -> Option<Ident> {
    if !tokens.is_word("struct") {
        errors.push(errors::expected(tokens.place(), "`struct`", &tokens.found()));
        return None;
    }
    tokens.next();
    let Some(TokenTree::Ident(name)) = tokens.peek() else {
        errors.push(errors::expected(tokens.place(), "the name of the network", &tokens.found()));
        return None;
    };
    tokens.next();
    path::name(name, errors).cloned()
}

/// The names between `<` and `>`.
#[derive(Default)]
pub(super) struct Parameters {
    /// The const parameters, including wrong ones, so that their uses cause no further errors.
    pub(super) sizes: Vec<Ident>,
    /// The type parameters, which were reported as mistakes.
    pub(super) types: Vec<Ident>,
}

/// Parses `<const N: usize, ..>`.
pub(super) fn parameters(tokens: &mut Tokens, name: &Ident, errors: &mut Errors) -> Parameters {
    let mut parameters = Parameters::default();
    let before = *tokens;
    match tokens.arguments() {
        Ok(None) | Err(NoPath::Unexpected) => {}
        Err(NoPath::Unclosed(open)) => {
            errors.push(errors::unclosed(Place::of(open)));
            *tokens = before;
            tokens.skip_to_body();
        }
        Ok(Some(list)) => {
            for piece in list.split() {
                parameter(piece, name, &mut parameters, errors);
            }
        }
    }
    parameters
}

/// Parses one parameter.
fn parameter(mut tokens: Tokens, network: &Ident, parameters: &mut Parameters, errors: &mut Errors) {
    let place = tokens.place();
    if tokens.is_mark('\'') {
        errors.push(errors::lifetime_parameter(place, network));
        return;
    }
    let is_const = tokens.is_word("const");
    if is_const {
        tokens.next();
    }
    let Some(TokenTree::Ident(name)) = tokens.peek() else {
        let wanted = if is_const { "a name after `const`" } else { "`const`" };
        errors.push(errors::expected(tokens.place(), wanted, &tokens.found()));
        return;
    };
    let Some(name) = path::name(name, errors) else { return };
    tokens.next();
    if !is_const {
        errors.push(errors::type_parameter(place, name));
        parameters.types.push(name.clone());
        return;
    }
    if identifier::parameter(name, &parameters.sizes).is_some() {
        errors.push(errors::declared_twice(name));
        return;
    }
    parameters.sizes.push(name.clone());
    if tokens.take_mark(':').is_some() {
        parameter_type(tokens, name, errors);
    } else {
        let wanted = format!("`: usize` after `{name}`");
        errors.push(errors::expected(tokens.place(), &wanted, &tokens.found()));
    }
}

/// Parses `usize`, and reports a default after it.
fn parameter_type(tokens: Tokens, name: &Ident, errors: &mut Errors) {
    let mut kind = tokens.rest();
    if let Some(index) = kind.iter().position(|tree| matches!(tree, TokenTree::Punct(mark) if mark.as_char() == '=')) {
        let (before, default) = kind.split_at(index);
        kind = before;
        let place = default.iter().cloned().collect::<TokenStream>();
        errors.push(errors::parameter_default(Place::of(place), name));
    }
    let written = kind.iter().cloned().collect::<TokenStream>();
    match kind {
        [] => errors.push(errors::expected(tokens.place(), &format!("`usize` after `{name}:`"), &tokens.found())),
        [TokenTree::Ident(word)] if word == "usize" => {}
        _ => errors.push(errors::parameter_not_usize(Place::of(&written), name, &text::of(written.clone()))),
    }
}

/// Reports a `where` clause and skips it.
pub(super) fn where_clause(tokens: &mut Tokens, errors: &mut Errors) {
    if tokens.is_word("where") {
        errors.push(errors::where_clause(tokens.place()));
        tokens.skip_to_body();
    }
}

/// Parses `(Input)`.
pub(super) fn input(tokens: &mut Tokens, errors: &mut Errors) -> Written<Path> {
    let Some(group) = tokens.take_group(Delimiter::Parenthesis) else {
        return Written::Absent;
    };
    let trees: Vec<_> = group.stream().into_iter().collect();
    let inside = Tokens::inside(group, &trees);
    let pieces = inside.split();
    if pieces.len() > 1 {
        let place = Place::of(TokenStream::from(TokenTree::Group(group.clone())));
        errors.push(errors::several_inputs(place, pieces.len(), &pair_of(&pieces)));
        return Written::Failed;
    }
    let mut piece = pieces.first().copied().unwrap_or(inside);
    let Some(shape) = path::path(&mut piece, SHAPE, errors) else {
        return Written::Failed;
    };
    if !piece.is_empty() {
        errors.push(errors::expected(piece.place(), "`)` after the input shape", &piece.found()));
        return Written::Failed;
    }
    Written::Here(shape)
}

/// Returns the source text of a pair of these shapes, or of other ones if they are no shapes.
fn pair_of(pieces: &[Tokens]) -> String {
    let is_shape = |piece: &Tokens| matches!(piece.peek(), Some(TokenTree::Ident(word)) if ShapeSpec::is_named(word));
    if !pieces.iter().all(is_shape) {
        return PAIR.example.to_owned();
    }
    let texts = pieces.iter().rev().map(|piece| text::of(piece.stream()));
    texts.reduce(|pair, shape| format!("Pair<{shape}, {pair}>")).unwrap_or_default()
}

/// Parses `-> Output`.
pub(super) fn output(tokens: &mut Tokens, errors: &mut Errors) -> Written<Path> {
    if !tokens.is_arrow() {
        return Written::Absent;
    }
    tokens.next();
    tokens.next();
    let before = *tokens;
    if let Some(shape) = path::path(tokens, SHAPE, errors) {
        return Written::Here(shape);
    }
    // The search for the `>` of an unclosed `<` continued into the layers.
    *tokens = before;
    tokens.skip_to_body();
    Written::Failed
}
