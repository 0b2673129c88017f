//! Gate R12: mistakes do not compile and are told in words. `tests/surroundings` is what does compile.
//!
//! Every mistake is one error, although each of these programs also uses the network. `TRYBUILD=overwrite` writes the
//! `.stderr` files anew; they belong to Rust 1.95.

/// The folders of mistakes. Those with files need a feature.
const KINDS: &[&str] = if cfg!(feature = "onnx") {
    &["syntax", "graph", "shape", "trait", "derive", "formula", "file", "onnx"]
} else if cfg!(feature = "safetensors") {
    &["syntax", "graph", "shape", "trait", "derive", "formula", "file"]
} else {
    &["syntax", "graph", "shape", "trait", "derive", "formula"]
};

#[test]
fn mistakes_are_told_once_and_in_words() {
    let cases = trybuild::TestCases::new();
    for kind in KINDS {
        cases.compile_fail(format!("tests/ui/{kind}/*.rs"));
    }
}

#[test]
fn every_mistake_is_one_error() {
    // Programs with more than one mistake.
    let several = [("shape/three_mistakes.stderr", 3), ("formula/three_mistakes.stderr", 3)];
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    for kind in KINDS {
        let Ok(entries) = std::fs::read_dir(folder.join(kind)) else {
            panic!("tests/ui/{kind} is missing");
        };
        for path in
            entries.flatten().map(|entry| entry.path()).filter(|path| path.extension() == Some("stderr".as_ref()))
        {
            let Ok(text) = std::fs::read_to_string(&path) else {
                panic!("{} cannot be read", path.display());
            };
            let errors = text.lines().filter(|line| line.starts_with("error")).count();
            let expected = several.iter().find(|(name, _)| path.ends_with(name)).map_or(1, |&(_, number)| number);
            assert_eq!(errors, expected, "{}", path.display());
        }
    }
}
