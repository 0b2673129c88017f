//! Which const parameters have names of generated code? A variable there begins with two underscores, and Rust would take it for
//! the parameter: no span on stable Rust keeps them apart.

use std::collections::HashSet;

use proc_macro2::{Group, Ident, Spacing, TokenStream, TokenTree};

use crate::identifier;

/// Returns the declaration with other names for such parameters, if it has any: `A` for `__A`.
pub(crate) fn renamed(declaration: &TokenStream, parameters: &[Ident]) -> Option<TokenStream> {
    let mut used = HashSet::new();
    identifier::collect(declaration.clone(), &mut used);
    let reserved = parameters.iter().map(identifier::plain).filter(|word| word.starts_with("__"));
    let names: Vec<_> = reserved.map(|word| (free(&word, &mut used), word)).collect();
    (!names.is_empty()).then(|| with_names(declaration.clone(), &names))
}

/// Returns a name in place of a reserved one, and marks it as used.
fn free(reserved: &str, used: &mut HashSet<String>) -> String {
    let mut word = reserved.trim_start_matches('_').to_owned();
    if !word.starts_with(char::is_alphabetic) {
        word.insert(0, 'N');
    }
    while identifier::is_keyword(&word) || !used.insert(word.clone()) {
        word.push('_');
    }
    word
}

/// Replaces the second of each pair of names by the first, except in the name of a layer, a field or an item of a path.
fn with_names(tokens: TokenStream, names: &[(String, String)]) -> TokenStream {
    let trees: Vec<_> = tokens.into_iter().collect();
    let renamed = trees.iter().enumerate().map(|(index, tree)| match tree {
        TokenTree::Group(group) => {
            let mut other = Group::new(group.delimiter(), with_names(group.stream(), names));
            other.set_span(group.span());
            TokenTree::Group(other)
        }
        TokenTree::Ident(word) if !names_another(&trees, index) => {
            let name = names.iter().find(|(_, reserved)| identifier::plain(word) == *reserved);
            TokenTree::Ident(name.map_or_else(|| word.clone(), |(name, _)| Ident::new(name, word.span())))
        }
        other => other.clone(),
    });
    renamed.collect()
}

/// Returns whether the word at `index` is the name of a layer, `name: ..`, or follows `::`, `.` or `'`.
fn names_another(trees: &[TokenTree], index: usize) -> bool {
    let mark = |at: Option<usize>| match at.and_then(|at| trees.get(at)) {
        Some(TokenTree::Punct(mark)) => Some((mark.as_char(), mark.spacing() == Spacing::Joint)),
        _ => None,
    };
    let [before, earlier] = [1, 2].map(|distance| mark(index.checked_sub(distance)));
    let is_const = matches!(index.checked_sub(1).map(|at| &trees[at]), Some(TokenTree::Ident(word)) if word == "const");
    let is_label = mark(index.checked_add(1)) == Some((':', false)) && !is_const;
    let follows = match (earlier, before) {
        (Some((':', true)), Some((':', _))) | (_, Some(('\'', _))) => true,
        // `..` is a range.
        (earlier, Some(('.', _))) => !matches!(earlier, Some(('.', true))),
        _ => false,
    };
    is_label || follows
}

#[cfg(test)]
mod tests {
    use proc_macro2::{Ident, Span, TokenStream};

    use super::renamed;

    fn tokens(source: &str) -> TokenStream {
        source.parse().unwrap_or_else(|error| panic!("{source}: {error}"))
    }

    #[test]
    fn reserved_names_are_replaced_by_free_ones_where_they_are_parameters() {
        let apart = |source: &str, parameters: &[&str]| {
            let parameters: Vec<_> = parameters.iter().map(|word| Ident::new(word, Span::call_site())).collect();
            renamed(&tokens(source), &parameters).map(|tokens| tokens.to_string())
        };
        let written = |source: &str| Some(tokens(source).to_string());
        assert_eq!(apart("struct Net<const N: usize> = Dense<N, 2>", &["N"]), None);
        assert_eq!(
            apart(
                "struct Net<const __A: usize> (Vector<__A>) = __A: Dense<{ __A * 2 }, A>, Own(__A = 0..__A)",
                &["__A"]
            ),
            written("struct Net<const A_: usize> (Vector<A_>) = __A: Dense<{ A_ * 2 }, A>, Own(A_ = 0..A_)")
        );
        assert_eq!(
            apart("<const __A: usize, const ____A: usize> x::__A, y.__A, '__A, f { __A: ____A }", &["__A", "____A"]),
            written("<const A: usize, const A_: usize> x::__A, y.__A, '__A, f { __A: A_ }")
        );
        assert_eq!(apart("__type, __0, __", &["__type", "__0", "__"]), written("type_, N0, N"));
    }
}
