//! The messages about formulas, word for word, with the source under their carets.

mod evaluated;
mod explained;
mod told;
mod written;

mod scheduled;

mod random;

use std::str::FromStr as _;

use proc_macro2::TokenStream;

use crate::formula::{Form, mistakes};

/// Returns the source under the caret and the message of each mistake.
fn found(source: &str, form: Form) -> Vec<(String, String)> {
    let tokens = TokenStream::from_str(source).unwrap_or_default();
    let mistakes = mistakes(tokens, form).into_iter();
    mistakes.map(|error| (error.span().source_text().unwrap_or_default(), error.to_string())).collect()
}

/// Asserts that each source has exactly one mistake, with this caret and this first line.
fn assert_found(cases: &[(&str, &str, &str)], form: Form) {
    for &(source, caret, message) in cases {
        let found = found(source, form);
        let first_lines: Vec<_> =
            found.iter().map(|(caret, message)| (caret.as_str(), message.lines().next().unwrap_or_default())).collect();
        assert_eq!(first_lines, [(caret, message)], "{source}");
        assert!(
            found.iter().all(|(_, message)| message.lines().count() == 1 || message.contains("help: ")),
            "{found:?}"
        );
    }
}

/// An activation, the source under the caret, and the first line of the message.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("Name(x) = tahn(x)", "tahn", "`tahn` is not a function of formulas"),
    ("Name(x) = x + y", "y", "`y` is not declared"),
    ("Name(x) = x[0]", "0", "`x` is one number, which has no parts"),
    ("Name(x) = max(x)", "max(x)", "`max` combines the elements of a vector, but an activation sees one element"),
    ("Name(x) = max(x, 1, 2)", "max", "`max` takes 1 or 2 values, found 3"),
    ("Name(x) = sum(x) * x", "sum(x)", "`sum` combines the elements of a vector, but an activation sees one element"),
    ("Name(x) = powi(x, 2.5)", "2.5", "`powi` takes an exponent that is written out, a whole number from -64 to 64"),
    ("Name(x) = x.powi(x)", "x", "`powi` takes an exponent that is written out, a whole number from -64 to 64"),
    ("Name(x) = for i in x { }", "for", "a formula has no such loop"),
    ("Name(x) = { let y = x; y = 2 * y; y }", "y", "`y` does not change"),
    ("Name(x) = if x > 0 { x }", "if", "`if` without `else` is not a number"),
    ("Name(x) = x % 2", "%", "`%` is not an operator of formulas"),
    ("Name(x) = x ^ 2", "^", "`^` is not an operator of formulas"),
    ("Name(x) = (x < 0) * x", "x < 0", "a comparison is not a number"),
    ("Name(x) = if x == 0 { x } else { 1 }", "==", "expected `<`, `<=`, `>` or `>=`, found `==`"),
    ("Name(x) = if x { x } else { 1 }", "x", "expected a comparison of two values, found `x`"),
    ("Name(x) = { let y = x; let z = x; z }", "y", "`y` is never used"),
    ("Name(x) = 1.0", "x", "the function does not depend on `x`"),
    ("Name(x; a = 1.0) = x", "a", "the setting `a` is never used"),
    ("Name(x, y) = x + y", "y", "an activation is a function of one input, found 2"),
    ("Name(x; x = 1.0) = x", "x", "`x` is declared twice"),
    ("Name(x; a: negative) = a * x", "negative", "expected a range, found `negative`"),
    ("Name(x: unit) = x", "x", "`x` is what a network computes, so it has no range"),
    ("Name(x = 1.0) = x", "x", "`x` is an input, and only settings have a default, written after `=`"),
    (
        "#[init(Zeros)] Name(x) = x * x",
        "init(Zeros)",
        "expected the initializer that draws the weights before this layer",
    ),
    ("Name(x) = 1.0f32 * x", "1.0f32", "`1.0f32` has a type, but a formula computes in the scalar type of its network"),
    ("Name(x) = x as f32", "x as f32", "`x as f32` has no meaning in a formula"),
    ("Name(x) = f64::tanh(x)", "f64::tanh", "`f64::tanh` is not a function of formulas, so it has no known derivative"),
    ("Name(x) = { x; }", ";", "this block gives no value"),
    ("Name(x) = { let y = x; }", "{ let y = x; }", "this block gives no value"),
    ("Name(x) = { x = 1.0; x }", "x", "`x` does not change"),
    ("Name(x) = { let (a, b) = x; a }", "(a, b)", "expected a name after `let`"),
    ("Name x = x", "x", "expected its inputs in parentheses, found `x`"),
    ("(x) = x", "(", "expected the name of the formula, found `(`"),
];

#[test]
fn a_mistake_in_an_activation_is_one_message() {
    assert_found(MISTAKES, Form::Activation);
}

#[test]
fn a_mistake_in_a_loss_is_one_message() {
    assert_found(
        &[
            ("Name(p) = p", "Name", "a loss is a function of a prediction and its target, found 1 input"),
            ("Name(p, t) = t", "p", "the loss does not depend on `p`, so nothing could be learned"),
            ("Name(p, t; q) = p - t", "q", "the setting `q` is never used"),
            (
                "Name(p, t) = dot(1, 2) + p - t",
                "dot(1, 2)",
                "`dot` combines the elements of a vector, but `1` is one number",
            ),
            ("Name(p, t) = transpose() * p - t", "transpose", "`transpose` takes 1 value, found 0"),
            ("Name(p, t) = log(p) - t", "log", "`log` is not a function of formulas"),
        ],
        Form::Loss,
    );
}

#[test]
fn several_mistakes_are_reported_at_once() {
    let messages = found("Name(x; a) = tahn(x) + y * a[0] + { let b = 1; x }", Form::Activation);
    assert_eq!(messages.len(), 4, "{messages:?}");
}

#[test]
fn a_similar_function_is_suggested() {
    for (written, meant) in
        [("tahn", "tanh"), ("log", "ln"), ("pow", "powi"), ("sigmod", "sigmoid"), ("logsumexp", "log_sum_exp")]
    {
        let messages = found(&format!("Name(x) = {written}(x)"), Form::Activation);
        assert!(messages.iter().any(|(_, message)| message.contains(&format!("write `{meant}`"))), "{messages:?}");
    }
}

#[test]
fn deep_and_long_formulas_are_refused() {
    for source in
        [format!("Name(x) = {}x{}", "(".repeat(100), ")".repeat(100)), format!("Name(x) = x{}", " + x".repeat(10_000))]
    {
        let messages = found(&source, Form::Activation);
        assert!(
            matches!(&*messages, [(_, message)] if message.starts_with("this formula is too long")),
            "{messages:?}"
        );
    }
}
