//! Names, paths and what stands between their `<` and `>`.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::parse::Parse;
use syn::{Expr, GenericArgument};

use super::{Unread, limited};
use crate::ast::{Shape, ShapeKind, Size};
use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;
use crate::signature::{BuiltIn, BuiltInShape};
use crate::text;
use crate::tokens::{NoPath, Path, Tokens};

/// The identifier, unless it is a keyword.
pub(super) fn name<'a>(word: &'a Ident, errors: &mut Errors) -> Option<&'a Ident> {
    let text = word.to_string();
    if !identifier::is_keyword(&text) {
        return Some(word);
    }
    let raw = !identifier::is_never_a_name(&text);
    errors.push(errors::keyword_name(word, raw));
    None
}

/// Reads a path, or says that `wanted` was expected.
pub(super) fn path<'a>(tokens: &mut Tokens<'a>, wanted: &str, errors: &mut Errors) -> Option<Path<'a>> {
    match tokens.path() {
        Ok(path) => Some(path),
        Err(NoPath::Unclosed(open)) => {
            errors.push(match tokens.skip_semicolon() {
                Some(place) => errors::expected(place, "`,` between sizes", "`;`"),
                None => errors::unclosed(Place::of(open)),
            });
            None
        }
        Err(NoPath::Unexpected) => {
            errors.push(errors::expected(tokens.place(), wanted, &tokens.found()));
            None
        }
    }
}

/// Reads a shape.
pub(super) fn shape(tokens: &mut Tokens, errors: &mut Errors) -> Option<Shape> {
    let path = path(tokens, "a shape such as `Vector<64>`", errors)?;
    let place = path.place();
    if let Some(shape) = path.word.and_then(BuiltInShape::named) {
        let kind = ShapeKind::BuiltIn { shape, sizes: sizes(path.arguments, errors) };
        return Some(Shape { kind, place });
    }
    if let Some(layer) = path.word.and_then(BuiltIn::named) {
        errors.push(errors::layer_as_shape(place, layer.name()));
        return None;
    }
    let kind = ShapeKind::Own(own(&path, errors)?);
    Some(Shape { kind, place })
}

/// Reads a path that is not the library's, with types and sizes as arguments.
pub(super) fn own(path: &Path, errors: &mut Errors) -> Option<syn::Path> {
    let word = text::of(path.base());
    let mut right = true;
    for piece in path.arguments.map(Tokens::split).unwrap_or_default() {
        let stream = piece.stream();
        let place = Place::of(&stream);
        if matches!(piece.rest(), [TokenTree::Ident(word)] if word == "_") {
            errors.push(errors::cannot_infer_own(place, &word));
            right = false;
            continue;
        }
        let Err(unread) = limited(GenericArgument::parse, stream.clone(), place) else {
            continue;
        };
        right = false;
        let text = text::of(stream.clone());
        errors.push(match unread {
            Unread::TooLong(error) => error,
            Unread::Wrong if syn::parse2::<Expr>(stream).is_ok() => errors::needs_braces(place, &text),
            Unread::Wrong => errors::unreadable_size(place, &text),
        });
    }
    if !right {
        return None;
    }
    let stream: TokenStream = path.trees.iter().cloned().collect();
    let place = path.place();
    match limited(syn::Path::parse, stream.clone(), place) {
        Ok(path) => Some(path),
        Err(Unread::TooLong(error)) => {
            errors.push(error);
            None
        }
        Err(Unread::Wrong) => {
            errors.push(errors::unreadable_path(place, &text::of(stream)));
            None
        }
    }
}

/// Reads the sizes between `<` and `>`.
pub(super) fn sizes(arguments: Option<Tokens>, errors: &mut Errors) -> Vec<Size> {
    let pieces = arguments.map(Tokens::split).unwrap_or_default();
    // Names for all of them are one mistake.
    let mut named = false;
    let mut read = |piece: Tokens| match piece.word_before('=') {
        Some(_) => {
            let place = Place::of(piece.stream());
            if !std::mem::replace(&mut named, true) {
                errors.push(errors::named_size(place));
            }
            Size::Failed(place)
        }
        None => size(piece, errors),
    };
    pieces.into_iter().map(&mut read).collect()
}

/// Reads one size.
fn size(tokens: Tokens, errors: &mut Errors) -> Size {
    let stream = tokens.stream();
    if tokens.is_empty() {
        errors.push(errors::expected(tokens.place(), "a size", &tokens.found()));
        return Size::Failed(tokens.place());
    }
    let place = Place::of(&stream);
    let read = match tokens.rest() {
        [TokenTree::Ident(word)] if word == "_" => return Size::Infer(place),
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Brace => {
            // Most braces hold one expression; statements read as the whole block.
            let inside = limited(Expr::parse, group.stream(), place);
            let whole = || {
                let empty = group.stream().is_empty();
                if empty { Err(Unread::Wrong) } else { limited(Expr::parse, stream.clone(), place) }
            };
            inside.or_else(|_| whole()).map(|expression| (expression, true))
        }
        _ => limited(Expr::parse, stream.clone(), place).map(|expression| (expression, false)),
    };
    match read {
        Ok((expression, braced)) => Size::Expression { expression: Box::new(expression), braced, place },
        Err(unread) => {
            errors.push(match unread {
                Unread::TooLong(error) => error,
                Unread::Wrong => errors::unreadable_size(place, &text::of(stream)),
            });
            Size::Failed(place)
        }
    }
}
