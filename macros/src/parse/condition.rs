//! Does the network exist at all? The compiler evaluates `#[cfg(..)]` above it before anything else is parsed.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::fragment;
use crate::identifier;

/// A declaration that depends on a condition.
pub(crate) struct Conditional {
    /// Every `#[cfg(..)]` above the network.
    pub(crate) conditions: TokenStream,
    /// The declaration without them.
    pub(crate) declaration: TokenStream,
}

/// Splits the conditions from a declaration, if there are any.
pub(crate) fn conditional(declaration: &TokenStream) -> Option<Conditional> {
    let trees: Vec<_> = fragment::opened(declaration.clone()).into_iter().collect();
    let (mut conditions, mut rest) = (TokenStream::new(), TokenStream::new());
    let mut left = &trees[..];
    while let [mark @ TokenTree::Punct(punct), attribute @ TokenTree::Group(group), after @ ..] = left
        && punct.as_char() == '#'
    {
        let list = if is_condition(group) { &mut conditions } else { &mut rest };
        list.extend([mark.clone(), attribute.clone()]);
        left = after;
    }
    rest.extend(left.iter().cloned());
    (!conditions.is_empty()).then_some(Conditional { conditions, declaration: rest })
}

/// Returns whether the brackets of an attribute contain `cfg(..)`, possibly within `cfg_attr(..)`.
pub(super) fn is_condition(attribute: &Group) -> bool {
    removes(&attribute.stream().into_iter().collect::<Vec<_>>())
}

/// Returns whether an attribute can remove the item below it.
fn removes(attribute: &[TokenTree]) -> bool {
    let [TokenTree::Ident(word), TokenTree::Group(list), ..] = attribute else { return false };
    match identifier::plain(word).as_str() {
        "cfg" => list.delimiter() == Delimiter::Parenthesis,
        // Its attributes follow its condition.
        "cfg_attr" => {
            let trees: Vec<_> = list.stream().into_iter().collect();
            trees.split(|tree| matches!(tree, TokenTree::Punct(mark) if mark.as_char() == ',')).skip(1).any(removes)
        }
        _ => false,
    }
}
