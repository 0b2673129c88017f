//! The expansions of a network and of a formula as readable files, so that a review shows their changes.

use std::path::Path;
use std::str::FromStr as _;

use proc_macro2::TokenStream;
use quote::quote;

/// The network of the README.
const DIGITS: &str = "
    /// f(x) = softmax(W_o tanh(W_h x + b_h) + b_o)
    pub struct DigitClassifier {
        hidden: Dense<64, 32>,
        Tanh,
        output: Dense<32, 10>,
        Softmax,
    }
";

/// The layers of the same network with sizes as parameters, as one formula: `src/guide/formulas.md` quotes its code.
const ONE_HIDDEN: &str = "
    pub struct OneHidden<const N: usize, const H: usize, const K: usize> {
        hidden: Matrix<H, N>,
        hidden_bias: Vector<H>,
        output: Matrix<K, H>,
        output_bias: Vector<K>,
    }
    fn forward(x: Vector<N>) -> Vector<K> { output * tanh(hidden * x + hidden_bias) + output_bias }
";

fn tokens(source: &str) -> TokenStream {
    match TokenStream::from_str(source) {
        Ok(tokens) => tokens,
        Err(error) => panic!("the source of the test is not valid tokens: {error}"),
    }
}

/// Returns the pretty-printed expansion of a network.
fn expansion(source: &str) -> String {
    readable(&crate::declared(&tokens(source), &quote!(typenet)))
}

/// Returns pretty-printed code. Absolute paths into the library are shortened for readability.
fn readable(code: &TokenStream) -> String {
    let tokens = code.to_string();
    let short = tokens.replace("typenet :: private :: ", "").replace("typenet :: ", "");
    match syn::parse_file(&short) {
        Ok(file) => prettyplease::unparse(&file),
        Err(error) => panic!("the expansion is no Rust: {error}"),
    }
}

/// Compares an expansion with its file in `tests/expansion`.
fn assert_committed(found: &str, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expansion").join(name);
    if std::env::var_os("UPDATE_EXPANSION").is_some() {
        assert!(std::fs::write(&path, found).is_ok(), "{} cannot be written", path.display());
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == committed, "the expansion changed; look at it after `UPDATE_EXPANSION=1 cargo test`:\n{found}");
}

#[test]
fn the_expansion_of_the_digits_network_is_as_committed() {
    assert_committed(&expansion(DIGITS), "digits.rs");
}

#[test]
fn the_expansion_of_a_formula_is_as_committed() {
    assert_committed(&readable(&crate::formula::layer(tokens(ONE_HIDDEN), &quote!(typenet))), "one_hidden.rs");
}

#[test]
fn expansions_say_unsafe_once_and_keep_lints_alone() {
    let found = expansion(DIGITS);
    assert_eq!(found.matches("unsafe").count(), 1);
    assert_eq!(found.matches("allow(").count(), 2, "clippy on boxes, and outputs of layers that nobody looks at");
}

#[test]
fn a_wrong_network_expands_to_rust_too() {
    let found = expansion("struct Name { a: Dense<1, 2>, b: Dense<3>, Tanh<3>, Softmax }");
    assert_eq!(found.matches("compile_error!").count(), 2);
    assert!(found.contains("const __NameUnknownSize: usize = ::core::compile_error!"));
}

#[test]
fn a_setting_may_be_an_integer() {
    let found = expansion(
        "struct Name { Dense<1, 2>, Elu(0x1_0), LeakyRelu(slope = -1), Softplus(2_f64), #[init(Uniform(-3, 3))] Dense<2, 1> }",
    );
    for value in ["settings(16.0)", "settings(-1.0)", "settings(2_f64)", "low: -3.0", "high: 3.0"] {
        assert!(found.contains(value), "{value} in {found}");
    }
}

#[test]
fn what_depends_on_a_parameter_is_computed_once() {
    let found = expansion(
        "struct Name<const N: usize> { Dense<N, 3>, Dropout(N as f64), #[init(Constant(N as f64))] Dense<3, 3> }",
    );
    assert_eq!(found.matches("settings(N as f64)").count(), 1);
    assert_eq!(found.matches("Constant(N as f64)").count(), 1);
}
