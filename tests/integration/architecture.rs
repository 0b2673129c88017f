//! Is the code that ARCHITECTURE.md quotes the code that is generated?

use std::fs;
use std::path::Path;

fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {name}: {error}"))
}

/// Code without what may differ between two ways to write it down: docs, white space, commas before closing brackets, and the
/// two underscores that keep generated names apart from the user's.
fn plain(code: &str) -> String {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("///"));
    let mut text: String = lines.flat_map(str::chars).filter(|letter| !letter.is_whitespace()).collect();
    for closing in [")", "}", ">", "]"] {
        text = text.replace(&format!(",{closing}"), closing);
    }
    text.replace("__", "")
}

#[test]
fn the_quoted_expansion_is_the_committed_one() {
    let document = text("ARCHITECTURE.md");
    let quoted = document.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block of code");
    let expansion = plain(&text("macros/tests/expansion/digits.rs"));
    let mut rest = expansion.as_str();
    let pieces: Vec<_> = quoted.split("// ..\n").filter(|piece| !piece.trim().is_empty()).collect();
    assert!(pieces.len() > 4, "the quotation leaves out what repeats");
    for piece in pieces {
        let wanted = plain(piece);
        let Some(start) = rest.find(&wanted) else { panic!("not in the expansion, or not in this order:\n{piece}") };
        rest = &rest[start + wanted.len()..];
    }
}
