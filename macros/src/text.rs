//! How are the user's tokens shown in a message? As a person would have typed them.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

use crate::identifier;

/// Returns the first token of `trees` in backticks. An operator or a lifetime is shown whole.
pub(crate) fn found(trees: &[TokenTree], end: &str) -> String {
    let Some(first) = trees.first() else {
        return end.to_owned();
    };
    match first {
        TokenTree::Group(group) => match group.delimiter() {
            Delimiter::Parenthesis => "`(`".to_owned(),
            Delimiter::Brace => "`{`".to_owned(),
            Delimiter::Bracket => "`[`".to_owned(),
            Delimiter::None => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                found(&inner, "nothing")
            }
        },
        TokenTree::Ident(word) if identifier::is_keyword(&word.to_string()) && word != "_" => {
            format!("keyword `{word}`")
        }
        TokenTree::Punct(_) => format!("`{}`", operator(trees)),
        other => format!("`{other}`"),
    }
}

/// Returns the punctuation at the start of `trees` up to the end of its operator.
fn operator(trees: &[TokenTree]) -> String {
    let mut text = String::new();
    for tree in trees {
        match tree {
            TokenTree::Punct(mark) => {
                text.push(mark.as_char());
                if mark.spacing() == Spacing::Alone {
                    break;
                }
            }
            TokenTree::Ident(word) if text == "'" => {
                text.push_str(&word.to_string());
                break;
            }
            _ => break,
        }
    }
    text
}

/// Returns the tokens as one line of source.
pub(crate) fn of(tokens: TokenStream) -> String {
    let mut text = String::new();
    write(tokens, false, &mut text);
    text
}

/// Returns the tokens of a computation as one line of source, with spaces around every operator.
pub(crate) fn spaced(tokens: TokenStream) -> String {
    let mut text = String::new();
    write(tokens, true, &mut text);
    text
}

/// Appends `tokens` to `text`; `spaced` puts spaces around operators, as between braces.
fn write(tokens: TokenStream, spaced: bool, text: &mut String) {
    let trees: Vec<_> = tokens.into_iter().collect();
    let computes = spaced || is_computation(&trees);
    let mut previous: Option<&TokenTree> = None;
    // A prefix operator belongs to the token after it: `-3`.
    let mut prefix = false;
    for tree in &trees {
        if !prefix && previous.is_some_and(|previous| is_apart(previous, tree, computes)) {
            text.push(' ');
        }
        prefix = matches!(tree, TokenTree::Punct(mark) if "-!*&".contains(mark.as_char()))
            && previous.is_none_or(|previous| matches!(previous, TokenTree::Punct(_)));
        match tree {
            TokenTree::Group(group) => {
                let (open, close, spaced) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")", computes),
                    Delimiter::Brace if group.stream().is_empty() => ("{", "}", true),
                    Delimiter::Brace => ("{ ", " }", true),
                    Delimiter::Bracket => ("[", "]", false),
                    Delimiter::None => ("", "", computes),
                };
                text.push_str(open);
                write(group.stream(), spaced, text);
                text.push_str(close);
            }
            other => text.push_str(&other.to_string()),
        }
        previous = Some(tree);
    }
}

/// Returns whether the tokens are an operation such as `H * 2`, not a path such as `Custom<3, 5>`.
fn is_computation(trees: &[TokenTree]) -> bool {
    let operator = |tree: &TokenTree| matches!(tree, TokenTree::Punct(mark) if "*/%+-^|".contains(mark.as_char()));
    // `>>` closes two brackets as well, but then no number follows.
    let shift = |window: &[TokenTree]| match window {
        [TokenTree::Punct(first), TokenTree::Punct(second), third] => {
            let literal = matches!(third, TokenTree::Literal(_));
            match (first.as_char(), second.as_char()) {
                ('<', '<') => true,
                ('>', '>') => literal,
                _ => false,
            }
        }
        _ => false,
    };
    trees.iter().any(operator) || trees.windows(3).any(shift)
}

/// Returns whether a space belongs between two adjacent tokens.
fn is_apart(previous: &TokenTree, next: &TokenTree, spaced: bool) -> bool {
    match (previous, next) {
        (TokenTree::Punct(mark), _) if mark.spacing() == Spacing::Joint => false,
        (TokenTree::Punct(mark), next) => match mark.as_char() {
            ',' | ';' | '=' => true,
            '>' => spaced || matches!(next, TokenTree::Ident(_)),
            mark => spaced && "+-*/%^|<".contains(mark),
        },
        (_, TokenTree::Punct(mark)) => mark.as_char() == '=' || spaced && "+-*/%^|<>&".contains(mark.as_char()),
        (TokenTree::Ident(_), TokenTree::Group(group)) | (TokenTree::Group(group), _) => {
            group.delimiter() == Delimiter::Brace
        }
        _ => true,
    }
}

/// `1 size`, `2 sizes`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
