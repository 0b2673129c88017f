//! `#[..]` above the network and its layers: the library's attributes are parsed, and all others are passed on.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::parse::Parse;
use syn::{Attribute, Expr};

use super::{Unread, condition, limited, setting};
use crate::ast::{Init, Settings, Tile};
use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;
use crate::tokens::Tokens;

/// The item that an attribute belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Marked {
    /// The struct.
    Network,
    /// One of its layers.
    Layer,
}

/// The attributes of one item.
#[derive(Default)]
pub(super) struct Attributes {
    /// Docs and attributes for the compiler.
    pub(super) passed: Vec<Attribute>,
    /// `#[init(..)]`
    pub(super) init: Option<Init>,
    /// `#[frozen]`
    pub(super) frozen: Option<Place>,
    /// `#[recompute]`
    pub(super) recompute: Option<Place>,
    /// `#[tile(..)]`
    pub(super) tile: Option<Tile>,
    /// `#[budget(..)]`
    pub(super) budget: Option<Settings>,
}

/// Parses consecutive `#[..]`. Those that cannot be used are reported and left out.
pub(super) fn attributes(tokens: &mut Tokens, marked: Marked, errors: &mut Errors) -> Attributes {
    let mut attributes = Attributes::default();
    while let Some(mark) = tokens.take_mark('#') {
        let Some(group) = tokens.take_group(Delimiter::Bracket) else {
            errors.push(errors::expected(tokens.place(), "`[` after `#`", &tokens.found()));
            // `#![..]` would be an attribute of the enclosing item.
            if tokens.take_mark('!').is_some() {
                tokens.take_group(Delimiter::Bracket);
            }
            continue;
        };
        let place = Place::between(mark.span(), group.span());
        let trees: Vec<_> = group.stream().into_iter().collect();
        let word = match trees.first() {
            Some(TokenTree::Ident(word)) => Some(word),
            _ => None,
        };
        let result = match (word.map(identifier::plain).as_deref(), word) {
            (Some("init" | "frozen" | "recompute" | "tile" | "budget"), Some(word)) => {
                library_attribute(word, &trees[1..], place, marked, &mut attributes, errors)
            }
            (Some("repr"), _) => Err(errors::representation(place)),
            _ if marked == Marked::Layer && condition::is_condition(group) => Err(errors::conditional_layer(place)),
            (Some("derive"), _) if marked == Marked::Network && derives(&trees[1..], errors) => Ok(()),
            _ => {
                let written = [mark.clone(), TokenTree::Group(group.clone())].into_iter().collect();
                passed(written, place).map(|read| attributes.passed.extend(read))
            }
        };
        if let Err(error) = result {
            errors.push(error);
        }
    }
    attributes
}

/// Reports derived traits that every network implements, and returns whether there were any.
fn derives(rest: &[TokenTree], errors: &mut Errors) -> bool {
    let [TokenTree::Group(list)] = rest else { return false };
    let mut found = false;
    for tree in list.stream() {
        match &tree {
            TokenTree::Ident(word) if word == "Clone" || word == "Debug" => {
                errors.push(errors::derived_already(word));
                found = true;
            }
            _ => {}
        }
    }
    found
}

/// Parses an attribute of the compiler or of another macro.
fn passed(written: TokenStream, place: Place) -> Result<Vec<Attribute>, syn::Error> {
    limited(Attribute::parse_outer, written, place).map_err(|unread| match unread {
        Unread::TooLong(error) => error,
        Unread::Wrong => errors::unreadable_attribute(place),
    })
}

/// Parses an attribute of the library: its name is `word`, and `rest` follows it.
fn library_attribute(
    word: &Ident,
    rest: &[TokenTree],
    place: Place,
    marked: Marked,
    attributes: &mut Attributes,
    errors: &mut Errors,
) -> Result<(), syn::Error> {
    let name = identifier::plain(word);
    let wanted = if name == "tile" || name == "budget" { Marked::Network } else { Marked::Layer };
    if marked != wanted {
        return Err(errors::misplaced_attribute(place, &name, wanted == Marked::Layer));
    }
    let twice = match name.as_str() {
        "init" => attributes.init.is_some(),
        "frozen" => attributes.frozen.is_some(),
        "recompute" => attributes.recompute.is_some(),
        "budget" => attributes.budget.is_some(),
        _ => attributes.tile.is_some(),
    };
    if twice {
        return Err(errors::attribute_twice(place, &name));
    }
    match (name.as_str(), rest) {
        ("frozen", []) => attributes.frozen = Some(place),
        ("frozen", _) => return Err(errors::frozen_takes_nothing(place)),
        ("recompute", []) => attributes.recompute = Some(place),
        ("recompute", _) => return Err(errors::recompute_takes_nothing(place)),
        ("init", [TokenTree::Group(group)]) if is_list(group) => attributes.init = init(group, errors),
        ("init", _) => return Err(errors::initializer_wanted(place)),
        ("budget", [TokenTree::Group(group)]) if is_list(group) => {
            attributes.budget = setting::settings(group, errors);
        }
        ("budget", _) => return Err(errors::budget_wanted(place)),
        ("tile", [TokenTree::Group(group)]) if is_list(group) => {
            let place = Place::of(group.stream());
            let samples = limited(Expr::parse, group.stream(), place);
            // The tile has one value, so a name is a mistake.
            let samples = samples.ok().filter(|samples| !matches!(samples, Expr::Assign(_)));
            let samples = samples.ok_or_else(|| errors::tile_wanted(place))?;
            attributes.tile = Some(Tile { samples, place });
        }
        _ => return Err(errors::tile_wanted(place)),
    }
    Ok(())
}

/// Returns whether the group is a non-empty list in parentheses.
fn is_list(group: &Group) -> bool {
    group.delimiter() == Delimiter::Parenthesis && !group.stream().is_empty()
}

/// Parses the argument of `#[init(..)]`; `None` after a mistake.
fn init(group: &Group, errors: &mut Errors) -> Option<Init> {
    let trees: Vec<_> = group.stream().into_iter().collect();
    match &trees[..] {
        [TokenTree::Ident(word)] => return Some(Init::Word { word: word.clone(), settings: None }),
        [TokenTree::Ident(word), TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            let settings = Some(setting::settings(group, errors)?);
            return Some(Init::Word { word: word.clone(), settings });
        }
        _ => {}
    }
    let place = Place::of(group.stream());
    match limited(Expr::parse, group.stream(), place) {
        Ok(value) if !matches!(value, Expr::Assign(_)) => Some(Init::Value(value)),
        Err(Unread::TooLong(error)) => {
            errors.push(error);
            None
        }
        Ok(_) | Err(Unread::Wrong) => {
            errors.push(errors::initializer_wanted(place));
            None
        }
    }
}
