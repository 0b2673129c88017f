//! Does every file import only from what is below it, and is `unsafe` only where it may be?
//!
//! A file declares its modules in groups: lines of `mod` with no empty line between them. A module imports only from groups that
//! stand above its own; modules of one group never import one another; parents and children see each other. So the levels
//! are written where the modules are: those of `ARCHITECTURE.md` in `src/lib.rs`, the phases of the macro in `macros/src/lib.rs`.
//!
//! The files are read as tokens, without comments and literals. An import is any path that starts at `crate`, `super`
//! or `self`, in a `use` or elsewhere. Items under `#[cfg(test)]` may import what they like.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The modules of a crate: for each file, by its path of modules, the groups of its children.
type Families<'a> = BTreeMap<Vec<&'a str>, Vec<Vec<&'a str>>>;

/// A word, `::`, or any other single mark, with its place in the source.
#[derive(Clone, Copy)]
struct Token<'a> {
    text: &'a str,
    offset: usize,
}

fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut offset = 0;
    while let Some(first) = source[offset..].chars().next() {
        let rest = &source[offset..];
        let noise = noise_len(rest, first);
        let len = match noise {
            0 if is_word(first) => word_len(rest),
            0 if rest.starts_with("::") => 2,
            0 => first.len_utf8(),
            noise => noise,
        };
        if noise == 0 {
            tokens.push(Token { text: &rest[..len], offset });
        }
        offset += len;
    }
    tokens
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn word_len(rest: &str) -> usize {
    rest.find(|c| !is_word(c)).unwrap_or(rest.len())
}

/// The length of what carries no token: white space, a comment, a literal, a lifetime, the `r#` of a raw name.
fn noise_len(rest: &str, first: char) -> usize {
    if first.is_whitespace() {
        return first.len_utf8();
    }
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment_len(rest);
    }
    if first.is_ascii_digit() {
        return word_len(rest);
    }
    for prefix in ["", "b", "c", "r", "br", "cr"] {
        let Some(literal) = rest.strip_prefix(prefix) else { continue };
        let len = if prefix.contains('r') { raw_string_len(literal) } else { quoted_len(literal) };
        if len > 0 {
            return prefix.len() + len;
        }
    }
    if rest.starts_with("r#") { 2 } else { 0 }
}

/// Block comments nest.
fn block_comment_len(rest: &str) -> usize {
    let (mut depth, mut len) = (0_usize, 0);
    loop {
        let here = &rest[len..];
        if here.starts_with("/*") {
            (depth, len) = (depth + 1, len + 2);
        } else if here.starts_with("*/") {
            (depth, len) = (depth - 1, len + 2);
        } else {
            len += here.chars().next().map_or(0, char::len_utf8);
        }
        if depth == 0 || len >= rest.len() {
            return len;
        }
    }
}

fn raw_string_len(literal: &str) -> usize {
    let hashes = literal.len() - literal.trim_start_matches('#').len();
    if !literal[hashes..].starts_with('"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let body = hashes + 1;
    literal[body..].find(&end).map_or(literal.len(), |at| body + at + end.len())
}

/// A string, a character or a lifetime.
fn quoted_len(literal: &str) -> usize {
    let mut characters = literal.char_indices().skip(1);
    match literal.chars().next() {
        Some('"') => {
            while let Some((at, c)) = characters.next() {
                match c {
                    '"' => return at + 1,
                    '\\' => drop(characters.next()),
                    _ => {}
                }
            }
            literal.len()
        }
        Some('\'') if literal[1..].starts_with('\\') => {
            // What follows the backslash may itself be a quote.
            literal.get(3..).and_then(|rest| rest.find('\'')).map_or(literal.len(), |at| 3 + at + 1)
        }
        Some('\'') => match (characters.next(), characters.next()) {
            (Some(_), Some((at, '\''))) => at + 1,
            _ => 1 + word_len(&literal[1..]),
        },
        _ => 0,
    }
}

/// The tokens that are not part of an item under `#[cfg(test)]` or `#[cfg(all(test, ..))]`.
fn without_tests<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if starts_with(&tokens[at..], &["#", "[", "cfg", "(", "test", ")", "]"])
            || starts_with(&tokens[at..], &["#", "[", "cfg", "(", "all", "(", "test", ","])
        {
            at += item_len(&tokens[at..]);
        } else {
            kept.push(tokens[at]);
            at += 1;
        }
    }
    kept
}

fn starts_with(tokens: &[Token<'_>], wanted: &[&str]) -> bool {
    tokens.len() >= wanted.len() && tokens.iter().zip(wanted).all(|(token, wanted)| token.text == *wanted)
}

/// The number of tokens of an item with its attributes: up to a `;` or a closing `}` outside of all brackets.
fn item_len(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            // The end of what encloses the item.
            ")" | "]" | "}" if depth == 0 => return at,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 && matches!(token.text, ";" | "}") {
            return at + 1;
        }
    }
    tokens.len()
}

/// What a file names in this crate: absolute paths, as far as they are written, and where.
fn imports<'a>(module: &[&'a str], tokens: &[Token<'a>]) -> Vec<(Vec<&'a str>, usize)> {
    let mut found = Vec::new();
    // One entry for each open brace: the module that it opens, if it does.
    let mut braces: Vec<Option<&str>> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = |distance: usize| at.checked_sub(distance).map_or("", |at| tokens[at].text);
        let here = || module.iter().copied().chain(braces.iter().copied().flatten()).collect::<Vec<_>>();
        let starts_path = tokens.get(at + 1).is_some_and(|next| next.text == "::")
            && (before(1) != "::" || token.text == "typenet")
            // `pub(in crate::kernel)` restricts, and imports nothing.
            && !(before(1) == "in" && before(2) == "(" && before(3) == "pub");
        let base = match token.text {
            "{" => {
                braces.push((before(2) == "mod").then(|| before(1)));
                continue;
            }
            "}" => {
                braces.pop();
                continue;
            }
            "crate" | "typenet" if starts_path => Vec::new(),
            "self" if starts_path => here(),
            "super" if starts_path => parent(&here()),
            _ => continue,
        };
        follow(base, tokens, at + 1, token.offset, &mut found);
    }
    found
}

fn parent<'a>(module: &[&'a str]) -> Vec<&'a str> {
    module[..module.len().saturating_sub(1)].to_vec()
}

/// Follows a path from the token after its first segments, into every branch of `{..}`. Gives the token after it.
fn follow<'a>(
    mut path: Vec<&'a str>,
    tokens: &[Token<'a>],
    mut at: usize,
    offset: usize,
    found: &mut Vec<(Vec<&'a str>, usize)>,
) -> usize {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text);
    while text(at) == "::" {
        at += 1;
        match text(at) {
            "{" => {
                at += 1;
                while !matches!(text(at), "}" | "") {
                    at = branch(&path, tokens, at, found);
                    at += usize::from(text(at) == ",");
                }
                return at + 1;
            }
            "super" => path = parent(&path),
            "self" => {}
            segment if segment.starts_with(is_word) => path.push(segment),
            // A glob, or the generic arguments of an item.
            _ => break,
        }
        at += 1;
    }
    if text(at) == "as" {
        at += 2;
    }
    found.push((path, offset));
    at
}

/// One branch of a `{..}`: a path that starts where the braces stand. Gives the token after it, and always advances.
fn branch<'a>(path: &[&'a str], tokens: &[Token<'a>], at: usize, found: &mut Vec<(Vec<&'a str>, usize)>) -> usize {
    let Token { text, offset } = tokens[at];
    let mut path = path.to_vec();
    if text.starts_with(is_word) && text != "self" {
        path.push(text);
    }
    follow(path, tokens, at + 1, offset, found)
}

/// The modules that a file declares, group by group.
fn groups(source: &str) -> Vec<Vec<&str>> {
    let tokens = without_tests(&tokens(source));
    let mut groups: Vec<Vec<&str>> = Vec::new();
    // Where the last declaration ended.
    let mut last = None;
    for at in 0..tokens.len() {
        if !starts_with(&tokens[at..], &["mod"]) || tokens.get(at + 2).is_none_or(|end| end.text != ";") {
            continue;
        }
        let (start, end) = (tokens[at].offset, tokens[at + 2].offset);
        let joined = last.is_some_and(|last: usize| !is_apart(&source[last + 1..start]));
        match groups.last_mut() {
            Some(group) if joined => group.push(tokens[at + 1].text),
            _ => groups.push(vec![tokens[at + 1].text]),
        }
        last = Some(end);
    }
    groups
}

/// Whether there is an empty line, or an item of another kind, in the text between two declarations.
fn is_apart(between: &str) -> bool {
    between.lines().skip(1).any(|line| line.trim().is_empty() && !line.is_empty() || line.is_empty())
        || between.contains(';')
}

/// The module that a file below `root` is; empty for `lib.rs`.
fn module_of<'a>(root: &str, path: &'a str) -> Vec<&'a str> {
    let name = path.strip_prefix(root).and_then(|path| path.strip_suffix(".rs")).expect("a Rust file below the root");
    if name == "lib" { Vec::new() } else { name.split('/').collect() }
}

/// What is wrong with a use of `name` in the file of `module`, if anything.
fn objection(module: &[&str], name: &[&str], families: &Families) -> Option<String> {
    let shared = module.iter().zip(name).take_while(|(own, other)| own == other).count();
    let (parent, own) = (&module[..shared], module.get(shared)?);
    let groups = families.get(parent)?;
    let group = |name: &str| groups.iter().position(|group| group.contains(&name));
    let rank = group(own)?;
    let other = name.get(shared).and_then(|other| Some((*other, group(other)?)));
    let place = |branch: &str| parent.iter().copied().chain([branch]).collect::<Vec<_>>().join("::");
    match other {
        Some((_, other)) if other < rank => None,
        Some((other, _)) => {
            Some(format!("`{}` imports from `{}`, which is not in a group above it", place(own), place(other)))
        }
        // What is no module is an item of the parent. The root's are re-exports, of which only its last modules make use.
        None if parent.is_empty() && rank + 1 < groups.len() => {
            Some(format!("`{}` imports `{}` from the root, which is above it", place(own), name.join("::")))
        }
        None => None,
    }
}

/// Everything that is wrong with the imports of one file, with path and line.
fn objections(root: &str, path: &str, source: &str, families: &Families) -> Vec<String> {
    let module = module_of(root, path);
    let tokens = without_tests(&tokens(source));
    let mut objections = Vec::new();
    for (name, offset) in imports(&module, &tokens) {
        let line = source[..offset].matches('\n').count() + 1;
        objections.extend(objection(&module, &name, families).map(|text| format!("{path}:{line}: {text}")));
    }
    objections
}

/// The modules that the files of a crate declare.
fn families<'a>(root: &str, files: &'a [(String, String)]) -> Families<'a> {
    files.iter().map(|(path, source)| (module_of(root, path), groups(source))).collect()
}

fn count_unsafe(source: &str) -> usize {
    tokens(source).iter().filter(|token| token.text == "unsafe").count()
}

fn may_be_unsafe(path: &str) -> bool {
    let shapes = ["src/shape/tokens.rs", "src/shape/padded.rs", "src/shape/pair.rs"];
    ["src/flat_parameters.rs", "src/kernel.rs"].contains(&path)
        || shapes.contains(&path)
        || path.starts_with("src/kernel/")
}

/// All Rust files below a folder of the repository, as (path from the root, text).
fn rust_files(folder: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
        .and_then(Iterator::collect)
        .unwrap_or_else(|error| panic!("cannot read {folder}: {error}"));
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = format!("{folder}/{}", entry.file_name().to_str().expect("file names are UTF-8"));
        if entry.path().is_dir() {
            files.extend(rust_files(&path));
        } else if entry.path().extension().is_some_and(|extension| extension == "rs") {
            files.push((path, fs::read_to_string(entry.path()).expect("source files are UTF-8")));
        }
    }
    files
}

/// The crates, by the folder of their sources.
const CRATES: [&str; 2] = ["src", "macros/src"];

#[test]
fn every_file_imports_only_from_groups_above_it() {
    for folder in CRATES {
        let (files, root) = (rust_files(folder), format!("{folder}/"));
        let families = families(&root, &files);
        let found: Vec<_> =
            files.iter().flat_map(|(path, source)| objections(&root, path, source, &families)).collect();
        assert!(found.is_empty(), "\n{}\n", found.join("\n"));
    }
}

#[test]
fn every_file_is_declared_beside_its_folder() {
    for folder in CRATES {
        let (files, root) = (rust_files(folder), format!("{folder}/"));
        assert!(files.iter().any(|(path, _)| *path == format!("{root}lib.rs")), "the sources were not found");
        let families = families(&root, &files);
        for (path, _) in &files {
            let module = module_of(&root, path);
            let Some((name, parent)) = module.split_last() else { continue };
            // The tests of a crate may import anything.
            let declared =
                families.get(parent).is_some_and(|groups| groups.iter().flatten().any(|child| child == name));
            assert!(
                declared || module[0] == "tests" || is_test(&files, &module),
                "{path} is not declared beside its folder"
            );
            assert!(!path.ends_with("/mod.rs"), "{path}: write `name.rs` beside `name/`");
        }
    }
}

/// The module is declared for tests alone.
fn is_test(files: &[(String, String)], module: &[&str]) -> bool {
    let (name, parent) = module.split_last().expect("a module that is not the root");
    let declaration = format!("#[cfg(test)]\nmod {name};");
    files
        .iter()
        .any(|(path, source)| path.ends_with(&format!("/{}.rs", parent.join("/"))) && source.contains(&declaration))
}

/// The names of the modules that a file declares, but for those of tests.
fn declared_modules(source: &str) -> Vec<&str> {
    let tokens = tokens(source);
    let mut names: Vec<&str> = without_tests(&tokens)
        .windows(3)
        .filter(|window| window[0].text == "mod" && window[2].text == ";")
        .map(|window| window[1].text)
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn the_fuzzer_compiles_every_module_of_the_parser() {
    let read = |path: &str| std::fs::read_to_string(path).expect("the file is there");
    let (macros, fuzzed) = (read("macros/src/lib.rs"), read("fuzz/targets/support/macros.rs"));
    // Those for tests.
    let left_out = ["examples", "tests"];
    let modules: Vec<_> = declared_modules(&macros).into_iter().filter(|name| !left_out.contains(name)).collect();
    assert_eq!(declared_modules(&fuzzed), modules);
    for (path, source) in rust_files("macros/src") {
        assert!(!source.contains("pub(in crate::"), "{path}: the fuzzer compiles it in another place");
    }
}

#[test]
fn library_is_unsafe_only_in_kernels_and_where_structs_are_slices() {
    for (path, source) in rust_files("src").iter().filter(|(path, _)| !may_be_unsafe(path)) {
        assert_eq!(
            count_unsafe(source),
            0,
            "{path}: unsafe code belongs in src/kernel*, src/flat_parameters.rs, src/shape/tokens.rs, src/shape/padded.rs or src/shape/pair.rs"
        );
    }
}

#[test]
fn each_macro_writes_unsafe_once() {
    let files = rust_files("macros/src");
    let counts = files.iter().map(|(path, source)| (path.as_str(), count_unsafe(source)));
    let found: Vec<_> = counts.filter(|&(_, count)| count > 0).collect();
    // `#[derive(FlatParameters)]` and `network!`: the `unsafe impl FlatParameters` of each.
    assert_eq!(found, [("macros/src/expand/types.rs", 1), ("macros/src/flat_parameters.rs", 1)]);
}

/// The number of objections to a text, were it this file of a crate with these modules.
fn objections_to(path: &str, source: &str) -> usize {
    let root = "mod error;\nmod scalar;\n\npub mod kernel;\n\n// Parts.\npub mod layer;\nmod loss;\n\nmod train;\n\nmod prelude;\n";
    let texts = [
        ("src/lib.rs", root),
        ("src/kernel.rs", "mod lanes;\n\nmod dense;\nmod softmax;\n\npub use dense::f;\n"),
        ("src/layer.rs", "mod conv;\nmod dense;\n"),
        ("src/layer/conv.rs", "mod plan;\n"),
        (path, source),
    ];
    let texts = texts.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let known = if texts[..4].iter().any(|(known, _)| known == path) { 4 } else { 5 };
    objections("src/", path, source, &families("src/", &texts[..known])).len()
}

#[test]
fn empty_lines_and_other_items_end_a_group() {
    let source = "//! Docs.\n\nmod a;\n#[cfg(feature = \"x\")]\nmod b;\n/// Docs.\npub mod c;\n\nmod d;\nuse d::D;\nmod e;\nmod f { mod g {} }\n\
                  #[cfg(test)]\nmod tests;\n";
    assert_eq!(groups(source), [vec!["a", "b", "c"], vec!["d"], vec!["e"]]);
}

#[test]
fn lower_levels_are_accepted() {
    assert_eq!(
        objections_to("src/layer.rs", "use crate::kernel::Isa; use crate::{scalar::Scalar, error::{Error, Result}};"),
        0
    );
    assert_eq!(objections_to("src/layer/dense.rs", "use crate::kernel::dense; fn f() { crate::scalar::f(1); }"), 0);
    assert_eq!(objections_to("src/lib.rs", "pub use crate::train::Trainer; pub use self::kernel::Isa;"), 0);
}

#[test]
fn same_and_higher_levels_are_reported() {
    assert_eq!(objections_to("src/scalar.rs", "use crate::kernel::Isa;"), 1);
    assert_eq!(objections_to("src/scalar.rs", "use crate::error::Error;"), 1);
    assert_eq!(objections_to("src/layer/dense.rs", "use crate::loss::Loss;"), 1);
    assert_eq!(objections_to("src/loss.rs", "use crate::train;"), 1);
    assert_eq!(objections_to("src/loss.rs", "pub(crate) use crate::train::*;"), 1);
    assert_eq!(objections_to("src/loss.rs", "use crate::layer as kernel;"), 1);
}

#[test]
fn each_name_in_braces_is_judged() {
    assert_eq!(objections_to("src/loss.rs", "use crate::{layer::{Layer, Takes}, scalar::Scalar, train::Trainer};"), 3);
    assert_eq!(objections_to("src/loss.rs", "use crate::{self as root, kernel as k, layer as l,};"), 2);
}

#[test]
fn paths_outside_of_use_are_judged() {
    assert_eq!(objections_to("src/error.rs", "fn f(x: &crate::layer::Dense<1, 2>) -> [u8; 2] { [0; 2] }"), 1);
    assert_eq!(objections_to("src/error.rs", "macro_rules! m { () => { $crate::train::fit() }; }"), 1);
    assert_eq!(objections_to("src/error.rs", "fn f() { typenet::train::fit(); ::typenet::loss::Nll; }"), 2);
    assert_eq!(objections_to("src/error.rs", "fn f() { for i in crate::layer::all() { g(i) } }"), 1);
}

#[test]
fn names_that_the_root_re_exports_are_above_all_but_the_last_modules() {
    assert_eq!(objections_to("src/loss.rs", "use crate::Result; fn f() { crate::rng(3); }"), 2);
    assert_eq!(objections_to("src/prelude.rs", "pub use crate::{Result, rng};"), 0);
}

#[test]
fn parents_and_children_see_each_other() {
    assert_eq!(objections_to("src/kernel.rs", "use self::dense::f; use crate::kernel::softmax::g;"), 0);
    assert_eq!(objections_to("src/kernel/dense.rs", "use super::{Isa, Program}; use crate::kernel::Path;"), 0);
    assert_eq!(objections_to("src/layer/conv/plan.rs", "use super::Conv; use super::super::Layer;"), 0);
}

#[test]
fn modules_of_a_family_stand_on_the_groups_above_them() {
    assert_eq!(objections_to("src/kernel/dense.rs", "use super::lanes::V; use crate::kernel::lanes::W;"), 0);
    assert_eq!(objections_to("src/kernel/lanes.rs", "use super::dense::f;"), 1);
    assert_eq!(objections_to("src/kernel/dense.rs", "use super::softmax::f;"), 1);
    assert_eq!(objections_to("src/kernel/dense.rs", "use super::{Isa, softmax};"), 1);
    assert_eq!(objections_to("src/layer/conv/plan.rs", "use super::super::dense::Dense;"), 1);
    assert_eq!(objections_to("src/layer/dense.rs", "use crate::layer::conv::plan::f;"), 1);
}

#[test]
fn super_leads_out_of_a_family() {
    assert_eq!(objections_to("src/loss.rs", "use super::layer::Layer;"), 1);
    assert_eq!(objections_to("src/layer/dense.rs", "use super::super::loss::Loss;"), 1);
    // Inside of an inline module, `super` is the file.
    assert_eq!(objections_to("src/loss.rs", "mod inner { fn f() { super::layer(); } }"), 0);
    assert_eq!(objections_to("src/loss.rs", "mod inner { use super::super::layer::Layer; }"), 1);
    assert_eq!(objections_to("src/loss.rs", "mod inner {} use super::layer::Layer;"), 1);
}

#[test]
fn tests_may_import_anything_and_only_tests() {
    let test = "#[cfg(test)]\n#[allow(dead_code)]\nmod tests { use crate::train::fit; fn f() { if true {} } }\n";
    assert_eq!(objections_to("src/loss.rs", test), 0);
    assert_eq!(objections_to("src/loss.rs", &format!("{test} use crate::train::fit;")), 1);
    assert_eq!(objections_to("src/loss.rs", "#[cfg(test)] use crate::train::{a, b};"), 0);
    assert_eq!(
        objections_to("src/loss.rs", "#[cfg(test)] fn f() -> [u8; 2] { crate::train::x } use crate::train::y;"),
        1
    );
    assert_eq!(objections_to("src/loss.rs", "#[cfg(all(test, feature = \"std\"))] mod t { use crate::train::f; }"), 0);
    assert_eq!(objections_to("src/loss.rs", "#[cfg(not(test))] use crate::train::f;"), 1);
    assert_eq!(objections_to("src/loss.rs", "#[cfg(any(test, feature = \"std\"))] use crate::train::f;"), 1);
}

#[test]
fn comments_literals_and_visibility_import_nothing() {
    assert_eq!(
        objections_to("src/loss.rs", "/// [`crate::train`]\n//! use crate::train;\n/* /* a */ crate::train::f */"),
        0
    );
    assert_eq!(
        objections_to(
            "src/loss.rs",
            r##"const A: &str = "\" crate::train::f"; const B: &str = r#"" crate::train::f"#;"##
        ),
        0
    );
    assert_eq!(objections_to("src/kernel/dense.rs", "pub(crate) fn f() {} pub(in crate::layer) fn g() {}"), 0);
}

#[test]
fn code_after_a_literal_is_still_read() {
    for literal in [
        r#""a\\""#,
        r"'\''",
        r"'\\'",
        r"'\u{41}'",
        "'\"'",
        "b'\"'",
        "'é'",
        "r\"\\\"",
        "br##\"\"#\"##",
        "1e-5",
        "0..1",
        "c\"x\"",
    ] {
        let source = format!("const A: X = {literal}; use crate::train::f;");
        assert_eq!(objections_to("src/loss.rs", &source), 1, "after {literal}");
    }
    assert_eq!(objections_to("src/loss.rs", "fn f<'a>(x: &'a str) -> &'a str { x } use crate::train::f;"), 1);
    assert_eq!(objections_to("src/loss.rs", "fn r#type() {} use crate::r#train::f;"), 1);
}

#[test]
fn unsafe_is_counted_as_code_only() {
    assert_eq!(count_unsafe("#![allow(unsafe_code)] // unsafe\nconst A: &str = \"unsafe\"; /* unsafe */"), 0);
    assert_eq!(count_unsafe("unsafe impl FlatParameters for A {} fn f() { unsafe { g() } } unsafe fn h() {}"), 3);
    assert_eq!(count_unsafe("quote! { unsafe impl #name {} }"), 1);
}

#[test]
fn unsafe_places_are_kernels_and_flat_parameters() {
    assert!(["src/flat_parameters.rs", "src/kernel.rs", "src/kernel/dense.rs"].into_iter().all(may_be_unsafe));
    assert!(!["src/flat.rs", "src/layer.rs", "src/layer/kernel.rs", "src/kernels.rs"].into_iter().any(may_be_unsafe));
}
