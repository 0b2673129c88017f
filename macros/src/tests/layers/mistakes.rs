//! At which layer is the caret of an error?

use proc_macro2::{LineColumn, TokenStream, TokenTree};

use super::sources::parsed;

/// A layer of a network, from its name to the end of its sizes and settings.
struct Written {
    name: String,
    first: LineColumn,
    last: LineColumn,
}

/// Returns the layers at the carets of the errors that the compiler prints about a program.
pub(super) fn layers(program: &str, errors: &str, names: &[String]) -> Vec<String> {
    let mut written = Vec::new();
    declarations(parsed(program), names, &mut written);
    let at = |caret: LineColumn| {
        // The innermost: a layer within another, as in `Residual(Dense<2, 3>)`, comes after it.
        let around = written.iter().rfind(|layer| layer.first <= caret && caret < layer.last);
        around.map(|layer| layer.name.clone())
    };
    carets(errors).into_iter().filter_map(at).collect()
}

/// Returns the place of each error: that of the first arrow after it.
fn carets(errors: &str) -> Vec<LineColumn> {
    let (mut carets, mut is_open) = (Vec::new(), false);
    for line in errors.lines() {
        is_open |= line.starts_with("error");
        let Some(place) = line.trim_start().strip_prefix("--> ").filter(|_| is_open) else { continue };
        is_open = false;
        let mut numbers = place.rsplit(':').filter_map(|number| number.parse::<usize>().ok());
        if let (Some(column), Some(line)) = (numbers.next(), numbers.next()) {
            carets.push(LineColumn { line, column: column - 1 });
        }
    }
    carets
}

/// Collects the layers in the networks of a program.
fn declarations(tokens: TokenStream, names: &[String], written: &mut Vec<Written>) {
    let trees: Vec<_> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        match &trees[at..] {
            [TokenTree::Ident(word), TokenTree::Punct(_), TokenTree::Group(declaration), ..] if word == "network" => {
                collect(declaration.stream(), names, written);
            }
            _ => {
                if let TokenTree::Group(group) = tree {
                    declarations(group.stream(), names, written);
                }
            }
        }
    }
}

/// Collects the layers in a declaration.
fn collect(tokens: TokenStream, names: &[String], written: &mut Vec<Written>) {
    let trees: Vec<_> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(word) if names.iter().any(|name| word == name) => {
                let last = trees[at..at + length(&trees[at..])].last().unwrap_or(tree).span().end();
                written.push(Written { name: word.to_string(), first: word.span().start(), last });
            }
            TokenTree::Group(group) => collect(group.stream(), names, written),
            _ => {}
        }
    }
}

/// Returns the number of tokens of a layer: its name, its sizes and its settings.
fn length(trees: &[TokenTree]) -> usize {
    let mark = |at: usize| match trees.get(at) {
        Some(TokenTree::Punct(mark)) => Some(mark.as_char()),
        _ => None,
    };
    let mut at = 1;
    if mark(at) == Some('<') {
        let mut depth = 0_usize;
        while at < trees.len() {
            match mark(at) {
                Some('<') => depth += 1,
                Some('>') => depth -= 1,
                _ => {}
            }
            at += 1;
            if depth == 0 {
                break;
            }
        }
    }
    at + usize::from(
        matches!(trees.get(at), Some(TokenTree::Group(group)) if group.delimiter() == proc_macro2::Delimiter::Parenthesis),
    )
}

#[test]
fn carets_belong_to_the_innermost_layer() {
    let names = ["Dense", "Tanh", "Residual"].map(str::to_owned);
    let program = "use x::Dense;\nnetwork! {\n    struct A { Dense<1, 2>(3), Tanh, Residual(Dense<2, 3>) { Tanh } }\n}\nfn f() { Dense; }";
    let at = |line: usize, column: usize| {
        layers(program, &format!("error: text\n --> a.rs:{line}:{column}\n  |\nnote: text\n --> a.rs:3:16"), &names)
            .concat()
    };
    assert_eq!(
        [at(3, 16), at(3, 25), at(3, 29), at(3, 32), at(3, 38)],
        ["Dense", "Dense", "Dense", "Tanh", "Residual"]
    );
    assert_eq!([at(3, 47), at(3, 50), at(3, 62)], ["Dense", "Dense", "Tanh"]);
    // A comma, the struct, an import and a use outside of the network.
    assert_eq!([at(3, 30), at(3, 12), at(1, 8), at(5, 10)], ["", "", "", ""]);
}
