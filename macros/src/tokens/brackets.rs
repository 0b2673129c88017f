//! What do `<` and `>` enclose? In tokens they are only marks, which are also used in operators and arrows.

use proc_macro2::{Spacing, TokenTree};

/// Returns whether this token is this mark.
pub(super) fn is_mark(tree: Option<&TokenTree>, mark: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}

/// Returns whether this token is this mark, joined to the next one.
pub(super) fn is_joint(tree: Option<&TokenTree>, mark: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct))
        if punct.as_char() == mark && punct.spacing() == Spacing::Joint)
}

/// Returns whether an operator may follow this token.
fn is_operand(tree: Option<&TokenTree>) -> bool {
    matches!(tree, Some(TokenTree::Literal(_) | TokenTree::Group(_)))
}

/// Returns the number of tokens before the `>` that closes a `<` just taken.
///
/// Shifts and arrows contain the same marks, so the adjacent tokens decide: `<` after a number is an operator, and so is a `>>`
/// before an operand that would close more brackets than are open.
pub(super) fn closing(trees: &[TokenTree]) -> Option<usize> {
    let mut depth = 1_usize;
    let mut index = 0;
    while let Some(tree) = trees.get(index) {
        let before = index.checked_sub(1).and_then(|index| trees.get(index));
        let after = trees.get(index + 1);
        let TokenTree::Punct(mark) = tree else {
            index += 1;
            continue;
        };
        match mark.as_char() {
            ';' => return None,
            '<' if is_joint(Some(tree), '<') && is_mark(after, '<') && before.is_some() => {
                index += 1;
            }
            '<' if is_operand(before) => {}
            '<' => depth += 1,
            '>' if is_joint(before, '-') || is_joint(before, '=') => {}
            '>' if depth == 1
                && is_joint(Some(tree), '>')
                && is_mark(after, '>')
                && (is_operand(trees.get(index + 2)) || matches!(trees.get(index + 2), Some(TokenTree::Ident(_)))) =>
            {
                index += 1;
            }
            '>' if depth == 1 => return Some(index),
            '>' => depth -= 1,
            _ => {}
        }
        index += 1;
    }
    None
}
