//! Which words are names, and which names does the user's code mention?

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream, TokenTree};

/// Words that cannot be names without `r#`. `gen` is a keyword since edition 2024, and the macro cannot see the edition of its
/// caller.
const KEYWORDS: [&str; 53] = [
    "_", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "Self", "self", "static", "struct",
    "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while",
    "yield",
];

/// Returns whether `word` cannot be used as a name without `r#`.
pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// Returns whether `r#word` is not a name either.
pub(crate) fn is_never_a_name(word: &str) -> bool {
    matches!(word, "_" | "crate" | "self" | "Self" | "super")
}

/// Returns the identifier without `r#`.
pub(crate) fn plain(word: &Ident) -> String {
    let text = word.to_string();
    text.strip_prefix("r#").map_or(text.clone(), str::to_owned)
}

/// Returns whether a word is written like a type and not like a constant: `Dense`, but neither `dense` nor `HIDDEN`.
pub(crate) fn is_type_like(word: &Ident) -> bool {
    let text = plain(word);
    text.starts_with(char::is_uppercase) && text.contains(char::is_lowercase)
}

/// Returns the parameter with this name, as it is declared, at the position of `word`. `r#N` and `N` are one name.
pub(crate) fn parameter(word: &Ident, parameters: &[Ident]) -> Option<Ident> {
    let mut parameter = parameters.iter().find(|parameter| plain(parameter) == plain(word))?.clone();
    parameter.set_span(word.span());
    Some(parameter)
}

/// Returns the first parameter that occurs by itself, not as part of a longer path or as a field.
pub(crate) fn mentioned(tokens: TokenStream, parameters: &[Ident]) -> Option<Ident> {
    let mut owned = false;
    for tree in tokens {
        match &tree {
            TokenTree::Ident(word) if !owned && parameter(word, parameters).is_some() => {
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

/// Converts the name of a type to that of a field: `LeakyRelu` becomes `leaky_relu`.
pub(crate) fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut text = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| letters.get(index));
        let after = letters.get(index + 1);
        // A capital starts a new word except inside an abbreviation: `MyGRUCell`.
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

/// Returns whether `word` is `meant` with at most two letters missing, added or changed, ignoring case.
pub(crate) fn is_like(word: &str, meant: &str) -> bool {
    let (word, meant) = (word.to_lowercase(), meant.to_lowercase());
    let letters: Vec<char> = meant.chars().collect();
    // The Levenshtein distances from the part of `word` read so far to each prefix of `meant`.
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

/// Inserts every word of some tokens, including those in groups, into a set.
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
