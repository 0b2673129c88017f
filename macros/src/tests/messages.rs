//! Every message word for word, with the source under its caret.
mod blocks;
mod headers;
mod layers;
mod settings;
mod shapes;
mod sizes;

use super::outcome;

/// A declaration, the source under the caret of its only mistake, and the message.
type Case = (&'static str, &'static str, &'static str);

/// Asserts that each declaration gives exactly its message, and a network nevertheless if it has a name.
fn assert_messages(cases: &[Case]) {
    for (source, caret, message) in cases {
        let outcome = outcome(source);
        assert_eq!(outcome.messages, [*message], "{source}");
        assert_eq!(outcome.carets, [*caret], "{source}");
        let named = source.contains("struct Name");
        assert_eq!(outcome.network.is_some(), named, "{source}");
    }
}

/// Asserts the messages of a declaration with several mistakes.
fn assert_all(source: &str, messages: &[&str]) {
    let first_lines: Vec<_> =
        outcome(source).messages.iter().map(|message| message.lines().next().unwrap_or_default().to_owned()).collect();
    assert_eq!(first_lines, messages, "{source}");
}

#[test]
fn all_mistakes_are_reported_at_once() {
    assert_all(
        "struct Name<'a, T> (Vector<64>) where T: Copy { pub hidden: Dense<32, 32>, type: Tanh, hidden: Dense<5, 10> Softmax(3), \
         Sequential { Tanh }, Dense<0, 1, 2>, }",
        &[
            "a network has no lifetimes",
            "`T` is a type parameter, but a network has only `usize` parameters",
            "a network has no `where` clause",
            "a layer has no visibility of its own: every layer is as visible as its network",
            "`type` is a keyword: write `r#type`",
            "expected `,` after the layer, found `Softmax`",
            "`Sequential` is not a block, so it takes no braces",
            "`hidden` is declared twice",
            "`Softmax` takes no settings",
            "`Dense` takes 2 sizes (inputs, outputs) but 3 were given",
            "`dense` has size 0, but sizes are at least 1",
            "shape mismatch: the input gives 64 values but `hidden` takes 32",
            "shape mismatch: `hidden` gives 32 values but `hidden_2` takes 5",
        ],
    );
}

#[test]
fn three_wrong_edges_give_three_messages() {
    assert_all(
        "struct Name { a: Dense<1, 2>, b: Dense<3, 4>, c: Dense<5, 6>, d: Dense<7, 8> }",
        &[
            "shape mismatch: `a` gives 2 values but `b` takes 3",
            "shape mismatch: `b` gives 4 values but `c` takes 5",
            "shape mismatch: `c` gives 6 values but `d` takes 7",
        ],
    );
}

#[test]
fn a_wrong_layer_causes_no_further_messages_at_adjacent_layers() {
    assert_all(
        "struct Name -> Vector<3> { Dense<1, 2>, hidden: 3, Dense<5, 6>, Sequential { Tanh } }",
        &["expected a layer after `hidden:`, found `3`", "`Sequential` is not a block, so it takes no braces"],
    );
    assert_all(
        "struct Name (Vector<0>) { Dense<1, 2>, Dense<2, 2u8>, Tanh, Dense<3, 4> }",
        &["the input has size 0, but sizes are at least 1", "a size is a `usize`, found the suffix `u8`"],
    );
}

#[test]
fn the_depth_of_nested_blocks_is_limited() {
    let nested = |depth: usize| {
        format!("struct Name (Vector<2>) {{ {}Tanh{} }}", "Residual { ".repeat(depth), " }".repeat(depth))
    };
    assert!(outcome(&nested(16)).messages.is_empty());
    assert_eq!(
        outcome(&nested(17)).messages,
        ["more than 16 nested blocks\n\nhelp: declare the inner blocks as a network, and write its name"]
    );
}

#[test]
fn token_lists_that_could_exhaust_the_stack_are_rejected() {
    let long = "- ".repeat(500);
    let outcome = outcome(&format!("struct Name {{ Dense<1, {long}1> }}"));
    assert_eq!(outcome.messages, ["this expression is too long\n\nhelp: name it in a `const` and write the name"]);
}
