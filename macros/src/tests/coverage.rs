//! Does an input in `tests/ui` show every message as the compiler prints it?
//!
//! The texts are read from the source of `errors`: each literal is split at its placeholders and line ends, and each part must
//! occur in a `.stderr` file. A message without an input is detected by a part that no other message contains.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Item, LitStr};

/// Shorter parts, such as `a` or `the`, occur everywhere.
const SHORTEST: usize = 6;

/// Returns the texts of all files with this extension in a folder and its subfolders.
fn texts(folder: &Path, ending: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.unwrap_or_else(|error| panic!("{}: {error}", folder.display())).path();
        if path.is_dir() {
            texts.extend(self::texts(&path, ending));
        } else if path.extension().is_some_and(|found| found == ending) {
            texts.push(fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
        }
    }
    texts
}

/// Returns the functions of a file with the literals in each.
fn functions(source: &str) -> BTreeMap<String, Vec<String>> {
    let file = syn::parse_file(source).unwrap_or_else(|error| panic!("a file of messages does not parse: {error}"));
    let mut functions = BTreeMap::new();
    for item in file.items {
        if let Item::Fn(function) = item {
            let mut literals = Vec::new();
            collect(function.block.to_token_stream(), &mut literals);
            functions.insert(function.sig.ident.to_string(), literals);
        }
    }
    functions
}

/// Collects the literals of some tokens, including those in the arguments of macros.
fn collect(tokens: TokenStream, literals: &mut Vec<String>) {
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => collect(group.stream(), literals),
            TokenTree::Literal(literal) => {
                if let Ok(literal) = syn::parse2::<LitStr>(TokenTree::Literal(literal).into()) {
                    literals.push(literal.value());
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// Returns the parts of a format string that are printed unchanged.
///
/// For `` `{a}` gives {{ 3 `` they are `` ` `` and `` ` gives { 3 ``.
fn parts(literal: &str) -> Vec<String> {
    let literal = literal.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let cut = literal.split(['{', '\n']).map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
    cut.map(|part| part.trim().replace('\u{1}', "{").replace('\u{2}', "}")).collect()
}

#[test]
fn parts_are_the_text_that_is_printed_unchanged() {
    assert_eq!(parts("`{a}` gives {{ 3 }}\n\nhelp: {b:?}"), ["`", "` gives { 3 }", "", "help:", ""]);
}

#[test]
fn every_message_has_an_input_in_tests_ui() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = texts(&root.join("src/errors"), "rs");
    sources.extend(fs::read_to_string(root.join("src/errors.rs")));
    let functions: BTreeMap<_, _> = sources.iter().flat_map(|source| functions(source)).collect();
    assert!(functions.len() > 80, "messages were not found");
    let seen = texts(&root.join("../tests/ui"), "stderr").concat();
    assert!(seen.contains("shape mismatch"), "the printed messages were not found");
    let unseen = |literals: &[String]| {
        let parts = literals.iter().flat_map(|literal| parts(literal)).filter(|part| part.len() >= SHORTEST);
        parts.filter(|part| !seen.contains(part.as_str())).collect::<Vec<_>>()
    };
    let missing: Vec<_> = functions
        .iter()
        .map(|(name, literals)| (name, unseen(literals)))
        .filter(|(_, parts)| !parts.is_empty())
        .map(|(name, parts)| format!("\n    {name}: {parts:?}"))
        .collect();
    assert!(missing.is_empty(), "messages that no input in tests/ui shows:{}", missing.concat());
}
