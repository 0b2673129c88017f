//! What did the fragments of a `macro_rules!` contain? Each arrives as an invisible group, which generated code would lose.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::Expr;
use syn::parse::Parse;

use super::limited;
use crate::place::Place;

/// The depth of groups below which fragments stay as they are. No declaration nests as deeply, and recursion needs a bound.
const DEEPEST: usize = 64;

/// Returns the tokens with every invisible group replaced by its content, in parentheses if an operator next to it could take
/// only a part: `$size * 2` with `H + 3` for `$size` is `(H + 3) * 2`.
pub(super) fn opened(stream: TokenStream) -> TokenStream {
    opened_at(0, stream)
}

fn opened_at(depth: usize, stream: TokenStream) -> TokenStream {
    let mut trees = TokenStream::new();
    for tree in stream {
        match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None && depth < DEEPEST => {
                trees.extend(content(depth, &group));
            }
            // Other groups stay as they are, with the positions of their delimiters.
            TokenTree::Group(group) if has_fragments(depth, &group) => {
                trees.extend([with_content(&group, group.delimiter(), opened_at(depth + 1, group.stream()))]);
            }
            other => trees.extend([other]),
        }
    }
    trees
}

/// Returns whether there is an invisible group within the group.
fn has_fragments(depth: usize, group: &Group) -> bool {
    depth < DEEPEST
        && group.stream().into_iter().any(|tree| {
            matches!(&tree, TokenTree::Group(inner)
                if inner.delimiter() == Delimiter::None || has_fragments(depth + 1, inner))
        })
}

/// Returns the content of an invisible group.
fn content(depth: usize, group: &Group) -> TokenStream {
    let inside = opened_at(depth + 1, group.stream());
    if is_operand(&inside) { inside } else { with_content(group, Delimiter::Parenthesis, inside).into() }
}

/// Returns whether no operator can take only a part of the tokens, because they are an operand or no expression.
fn is_operand(tokens: &TokenStream) -> bool {
    if tokens.clone().into_iter().nth(1).is_none() {
        return true;
    }
    let Ok(expression) = limited(Expr::parse, tokens.clone(), Place::of(tokens)) else {
        return true;
    };
    matches!(
        expression,
        Expr::Array(_)
            | Expr::Assign(_)
            | Expr::Call(_)
            | Expr::Field(_)
            | Expr::Index(_)
            | Expr::Lit(_)
            | Expr::Macro(_)
            | Expr::MethodCall(_)
            | Expr::Paren(_)
            | Expr::Path(_)
            | Expr::Repeat(_)
            | Expr::Struct(_)
            | Expr::Tuple(_)
    )
}

/// Returns a group with other content at the position of `group`.
fn with_content(group: &Group, delimiter: Delimiter, inside: TokenStream) -> TokenTree {
    let mut other = Group::new(delimiter, inside);
    other.set_span(group.span());
    TokenTree::Group(other)
}
