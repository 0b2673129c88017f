//! Is the code that ARCHITECTURE.md and the chapter on formulas quote the code that is generated?

use std::fs;
use std::path::Path;

fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {name}: {error}"))
}

/// Code without what may differ between two ways to write it down: docs, comments, white space, commas before closing brackets, and the
/// two underscores that keep generated names apart from the user's.
fn plain(code: &str) -> String {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut text: String = lines.flat_map(str::chars).filter(|letter| !letter.is_whitespace()).collect();
    for closing in [")", "}", ">", "]"] {
        text = text.replace(&format!(",{closing}"), closing);
    }
    text.replace("__", "")
}

/// Asserts that an expansion has all of the pieces between `// ..`, in their order, and returns their number.
fn assert_quoted(quoted: &str, expansion: &str) -> usize {
    let expansion = plain(&text(expansion));
    let mut rest = expansion.as_str();
    let pieces: Vec<_> = quoted.split("// ..\n").filter(|piece| !piece.trim().is_empty()).collect();
    for piece in &pieces {
        let wanted = plain(piece);
        let Some(start) = rest.find(&wanted) else { panic!("not in the expansion, or not in this order:\n{piece}") };
        rest = &rest[start + wanted.len()..];
    }
    pieces.len()
}

/// Returns the blocks of code that begin with this line.
fn blocks<'a>(document: &'a str, fence: &str) -> Vec<&'a str> {
    document.split(fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_quoted_expansion_is_the_committed_one() {
    let document = text("ARCHITECTURE.md");
    let quoted = blocks(&document, "```rust\n");
    let pieces = assert_quoted(quoted.first().expect("a block of code"), "macros/tests/expansion/digits.rs");
    assert!(pieces > 4, "the quotation leaves out what repeats");
}

#[test]
fn the_quoted_code_of_a_formula_is_the_committed_one() {
    let document = text("src/guide/formulas.md");
    // An excerpt with gaps is no Rust, so its block is one of text.
    let blocks = blocks(&document, "```text\n").into_iter();
    let quotations: Vec<_> =
        blocks.filter(|block| block.contains("fn forward<") || block.contains("fn apply<")).collect();
    assert_eq!(quotations.len(), 2, "the passes and a loop");
    for quoted in quotations {
        assert_quoted(quoted, "macros/tests/expansion/one_hidden.rs");
    }
}
