//! The settings in parentheses after a layer or an initializer.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Expr;
use syn::parse::Parse;

use super::{Unread, limited};
use crate::ast::{Setting, Settings};
use crate::errors::{self, Errors};
use crate::place::Place;
use crate::text;

/// Parses the parentheses; `None` after a mistake in them.
pub(crate) fn settings(group: &Group, errors: &mut Errors) -> Option<Settings> {
    let trees: Vec<_> = group.stream().into_iter().collect();
    let mut list = Vec::new();
    let mut right = true;
    for (stream, place) in pieces(&trees) {
        match setting(stream, place) {
            Ok(setting) => list.push(setting),
            Err(error) => {
                errors.push(error);
                right = false;
            }
        }
    }
    let place = Place::of(TokenTree::Group(group.clone()));
    right.then_some(Settings { list, place })
}

/// Parses `value` or `name = value`.
fn setting(stream: TokenStream, place: Place) -> Result<Setting, syn::Error> {
    match limited(Expr::parse, stream.clone(), place) {
        Ok(Expr::Assign(assign)) => match name(&assign.left) {
            Some(name) => Ok(Setting { name: Some(name), value: *assign.right, place }),
            None => Err(errors::unreadable_setting(place, &text::of(stream))),
        },
        Ok(value) => Ok(Setting { name: None, value, place }),
        Err(Unread::TooLong(error)) => Err(error),
        Err(Unread::Wrong) => Err(unreadable(stream, place)),
    }
}

/// Returns the mistake in a setting that could not be parsed.
fn unreadable(stream: TokenStream, place: Place) -> syn::Error {
    let trees: Vec<_> = stream.clone().into_iter().collect();
    match &trees[..] {
        [TokenTree::Ident(name), colon @ TokenTree::Punct(mark), value @ ..] if mark.as_char() == ':' => {
            let value = text::of(value.iter().cloned().collect());
            errors::setting_with_colon(Place::of(colon), name, &value)
        }
        _ => errors::unreadable_setting(place, &text::of(stream)),
    }
}

/// Returns the single word of an expression, if it is one.
pub(super) fn name(expression: &Expr) -> Option<Ident> {
    match expression {
        Expr::Path(path) if path.attrs.is_empty() && path.qself.is_none() => path.path.get_ident().cloned(),
        _ => None,
    }
}

/// Splits tokens at commas. Unlike in types, `<` is a comparison here, so only commas separate settings, unless syn can parse
/// the whole as a list.
fn pieces(trees: &[TokenTree]) -> Vec<(TokenStream, Place)> {
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
