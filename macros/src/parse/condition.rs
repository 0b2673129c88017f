//! Is the network there at all? `#[cfg(..)]` above it is for the compiler, before anything else is read.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::identifier;
use crate::tokens;

/// A declaration that depends on a condition.
pub(crate) struct Conditional {
    /// Every `#[cfg(..)]` above the network.
    pub(crate) conditions: TokenStream,
    /// The declaration without them.
    pub(crate) declaration: TokenStream,
}

/// Takes the conditions off a declaration, if there are some.
pub(crate) fn conditional(declaration: &TokenStream) -> Option<Conditional> {
    let trees = tokens::flatten(declaration.clone());
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

/// Whether the brackets of an attribute hold `cfg(..)`, perhaps within `cfg_attr(..)`.
pub(super) fn is_condition(attribute: &Group) -> bool {
    removes(&tokens::flatten(attribute.stream()))
}

/// Whether what stands in an attribute can remove what is below it.
fn removes(attribute: &[TokenTree]) -> bool {
    let [TokenTree::Ident(word), TokenTree::Group(list), ..] = attribute else { return false };
    match identifier::plain(word).as_str() {
        "cfg" => list.delimiter() == Delimiter::Parenthesis,
        // Behind its own condition stand attributes.
        "cfg_attr" => {
            let trees = tokens::flatten(list.stream());
            trees.split(|tree| matches!(tree, TokenTree::Punct(mark) if mark.as_char() == ',')).skip(1).any(removes)
        }
        _ => false,
    }
}
