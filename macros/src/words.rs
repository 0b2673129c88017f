//! How are the user's tokens shown in a message? As a person would have typed them.

use std::collections::HashSet;

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};

/// Words that cannot name anything as they stand; `gen` is one from edition 2024 on, and the macro
/// cannot see the edition of its caller.
const KEYWORDS: [&str; 53] = [
    "_", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "Self", "self", "static", "struct",
    "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while",
    "yield",
];

/// Whether `word` cannot be used as a name without `r#`.
pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// Whether `r#word` is not a name either.
pub(crate) fn is_never_a_name(word: &str) -> bool {
    matches!(word, "_" | "crate" | "self" | "Self" | "super")
}

/// The identifier without `r#`.
pub(crate) fn plain(word: &Ident) -> String {
    let text = word.to_string();
    text.strip_prefix("r#").map_or(text.clone(), str::to_owned)
}

/// The first parameter that occurs by itself, not as part of a longer path or as a field.
pub(crate) fn mentioned(tokens: TokenStream, parameters: &[Ident]) -> Option<Ident> {
    let mut owned = false;
    for tree in tokens {
        match &tree {
            TokenTree::Ident(word) if !owned && parameters.contains(word) => {
                return Some(word.clone());
            }
            TokenTree::Group(group) => {
                if let Some(word) = mentioned(group.stream(), parameters) {
                    return Some(word);
                }
            }
            _ => {}
        }
        owned = matches!(&tree, TokenTree::Punct(mark) if matches!(mark.as_char(), ':' | '.' | '\''));
    }
    None
}

/// What stands at the front of `trees`, in backticks; an operator or lifetime is shown whole.
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
        TokenTree::Ident(word) if is_keyword(&word.to_string()) && word != "_" => {
            format!("keyword `{word}`")
        }
        TokenTree::Punct(_) => format!("`{}`", operator(trees)),
        other => format!("`{other}`"),
    }
}

/// The punctuation at the front of `trees` up to the end of its operator.
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

/// The tokens as one line of source.
pub(crate) fn text(tokens: TokenStream) -> String {
    let mut text = String::new();
    write(tokens, false, &mut text);
    text
}

/// Appends `tokens` to `text`; `spaced` puts blanks around operators, as between braces.
fn write(tokens: TokenStream, spaced: bool, text: &mut String) {
    let trees: Vec<_> = tokens.into_iter().collect();
    let computes = spaced || is_computation(&trees);
    let mut previous: Option<&TokenTree> = None;
    // An operator without a left side belongs to its right side: `-3`.
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

/// Whether the tokens are an operation such as `H * 2`, not a path such as `Own<3, 5>`.
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

/// Whether a blank belongs between two neighbours.
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

/// A type's name as a field's: `LeakyRelu` becomes `leaky_relu`.
pub(crate) fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut text = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| letters.get(index));
        let after = letters.get(index + 1);
        // A capital opens a word unless it stands inside an abbreviation: `MyGRUCell`.
        let opens = before.is_some_and(|before| {
            *before != '_' && (!before.is_uppercase() || after.is_some_and(|after| after.is_lowercase()))
        });
        if letter.is_uppercase() && opens {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

/// `1 size`, `2 sizes`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Whether `word` is `meant` with up to two letters missing, added or changed; capitals count as small ones.
pub(crate) fn is_like(word: &str, meant: &str) -> bool {
    let (word, meant) = (word.to_lowercase(), meant.to_lowercase());
    let letters: Vec<char> = meant.chars().collect();
    // Levenshtein's distances from what was read of `word` to every beginning of `meant`.
    let mut distances: Vec<usize> = (0..=letters.len()).collect();
    for (read, letter) in word.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut distances[0], read + 1);
        for (index, other) in letters.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = distances[index + 1];
            distances[index + 1] = changed.min(diagonal + 1).min(distances[index] + 1);
        }
    }
    distances.last().is_some_and(|&distance| distance <= 2)
}

/// Puts every word of some tokens, those in groups too, into a set.
pub(crate) fn collect(tokens: TokenStream, words: &mut HashSet<String>) {
    for tree in tokens {
        match tree {
            TokenTree::Ident(ident) => {
                words.insert(ident.to_string());
            }
            TokenTree::Group(group) => collect(group.stream(), words),
            _ => {}
        }
    }
}
