//! Names, paths and the arguments between their `<` and `>`.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::parse::Parse;
use syn::{Expr, GenericArgument};

use super::{Unread, limited};
use crate::ast::{Argument, Path, Size};
use crate::errors::{self, Errors};
use crate::identifier;
use crate::layer;
use crate::place::Place;
use crate::text;
use crate::tokens::{self, NoPath, Tokens};

/// Returns the identifier, unless it is a keyword.
pub(super) fn name<'a>(word: &'a Ident, errors: &mut Errors) -> Option<&'a Ident> {
    let text = word.to_string();
    if !identifier::is_keyword(&text) {
        return Some(word);
    }
    let raw = !identifier::is_never_a_name(&text);
    errors.push(errors::keyword_name(word, raw));
    None
}

/// Parses a path, or reports that `wanted` was expected. The arguments are split but not parsed.
pub(super) fn path(tokens: &mut Tokens, wanted: &str, errors: &mut Errors) -> Option<Path> {
    match tokens.path() {
        Ok(path) => Some(owned(path)),
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

/// Returns a path with its arguments, which are split but not parsed.
fn owned(path: tokens::Path) -> Path {
    Path {
        tokens: path.trees.iter().cloned().collect(),
        base: path.base(),
        place: path.place(),
        arguments: path.arguments.map(|inside| inside.split().into_iter().map(argument).collect()),
        words: path.words,
        leads: path.leads,
    }
}

/// Returns the only argument of a path, if it is a path itself.
pub(crate) fn argument_path(path: &Path) -> Option<Path> {
    match &mut argument_paths(path)[..] {
        [argument] => argument.take(),
        _ => None,
    }
}

/// Returns the arguments of a path, each as a path if it is one.
pub(crate) fn argument_paths(path: &Path) -> Vec<Option<Path>> {
    let as_path = |argument: &Argument| {
        let mut tokens = Tokens::new(&argument.trees);
        let path = owned(tokens.path().ok()?);
        (tokens.is_empty() && !argument.is_inferred()).then_some(path)
    };
    path.arguments.iter().flatten().map(as_path).collect()
}

fn argument(tokens: Tokens) -> Argument {
    let place = if tokens.is_empty() { tokens.place() } else { Place::of(tokens.stream()) };
    Argument { trees: tokens.rest().to_vec(), named: tokens.word_before('=').is_some(), place, found: tokens.found() }
}

/// Parses the arguments of a custom path as types and sizes; `None` after a mistake in them.
pub(crate) fn custom(path: &Path, errors: &mut Errors) -> Option<syn::Path> {
    let word = text::of(path.base.clone());
    let mut right = true;
    for argument in path.arguments.iter().flatten() {
        let (stream, place) = (argument.stream(), argument.place);
        if argument.is_inferred() {
            // Several of them are one mistake.
            if right {
                errors.push(errors::cannot_infer_custom(
                    place,
                    &word,
                    layer::meant(word.rsplit("::").next().unwrap_or_default().trim()),
                ));
            }
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
    match limited(syn::Path::parse, path.tokens.clone(), path.place) {
        Ok(path) => Some(path),
        Err(Unread::TooLong(error)) => {
            errors.push(error);
            None
        }
        Err(Unread::Wrong) => {
            errors.push(errors::expected(path.place, "a type", &format!("`{}`", text::of(path.tokens.clone()))));
            None
        }
    }
}

/// Parses the arguments of a library path as sizes.
pub(crate) fn sizes(path: &Path, errors: &mut Errors) -> Vec<Size> {
    // Names for several sizes are one mistake.
    let mut named = false;
    let mut read = |argument: &Argument| {
        if argument.named {
            if !std::mem::replace(&mut named, true) {
                errors.push(errors::named_size(argument.place));
            }
            return Size::Failed(argument.place);
        }
        size(argument, errors)
    };
    path.arguments.iter().flatten().map(&mut read).collect()
}

/// Parses one size.
fn size(argument: &Argument, errors: &mut Errors) -> Size {
    let (stream, place) = (argument.stream(), argument.place);
    let read = match &argument.trees[..] {
        [] => {
            errors.push(errors::expected(place, "a size", &argument.found));
            return Size::Failed(place);
        }
        _ if argument.is_inferred() => return Size::Infer(place),
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Brace => {
            braced(group.stream(), stream.clone(), place).map(|expression| (expression, true))
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

/// Parses the contents of braces: usually one expression, otherwise a block of statements.
fn braced(inside: TokenStream, whole: TokenStream, place: Place) -> Result<Expr, Unread> {
    let empty = inside.is_empty();
    limited(Expr::parse, inside, place)
        .or_else(|_| if empty { Err(Unread::Wrong) } else { limited(Expr::parse, whole, place) })
}
