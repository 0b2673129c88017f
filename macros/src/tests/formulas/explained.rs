//! The text of `explain()`, word for word.

use proc_macro2::TokenStream;
use quote::quote;

use crate::formula::{activation, layer, loss};

/// Returns the text that `explain()` of the expanded items returns.
fn explained(expand: fn(TokenStream, &TokenStream) -> TokenStream, source: &str) -> String {
    let code = expand(source.parse().unwrap_or_default(), &quote!(::typenet));
    let file: syn::File = syn::parse2(code).unwrap_or_else(|error| panic!("{source}: {error}"));
    let methods = file.items.iter().filter_map(|item| match item {
        syn::Item::Impl(item) => Some(&item.items),
        _ => None,
    });
    let explain = methods.flatten().find_map(|item| match item {
        syn::ImplItem::Fn(function) if function.sig.ident == "explain" => function.block.stmts.first(),
        _ => None,
    });
    match explain {
        Some(syn::Stmt::Expr(syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }), None)) => text.value(),
        _ => panic!("{source} explains nothing"),
    }
}

/// Asserts that a formula is explained by these lines.
#[track_caller]
fn assert_explained(expand: fn(TokenStream, &TokenStream) -> TokenStream, source: &str, lines: &[&str]) {
    assert_eq!(explained(expand, source).lines().collect::<Vec<_>>(), lines, "{source}");
}

#[test]
fn a_value_with_several_readers_is_written_once() {
    assert_explained(
        layer,
        "struct Weighted { weight: Matrix<4, 4>, direction: Vector<4> }
         fn forward(x: Vector<4>) -> Vector<4> { let p = softmax(weight * x / 2); p * dot(p, direction) + p }",
        &[
            "with g = dL/dy, and sums over the samples:",
            "t₁ = 0.5 · weight x",
            "t₂ = exp(t₁ - max(t₁))",
            "t₃ = Σ(t₂)",
            "p = t₂ / t₃",
            "t₄ = Σ(direction · p)",
            "y = p + p · t₄",
            "t₅ = Σ(p · g)",
            "t₆ = (g + t₄ · g + direction · t₅) / t₃",
            "t₇ = 0.5 · t₂ · (t₆ + Σ(-p · t₆))",
            "dL/dx = weightᵀ t₇",
            "dL/ddirection = sum of p · t₅",
            "dL/dweight = sum of (t₇) (x)ᵀ",
        ],
    );
}

#[test]
fn a_binding_with_several_readers_has_its_name() {
    assert_explained(
        layer,
        "struct Normalized<const N: usize> { scale: Vector<N>, bias: Vector<N>, epsilon: positive = 1e-5 }
         fn forward(x: Vector<N>) -> Vector<N> {
             let centred = x - mean(x);
             centred / sqrt(mean(centred * centred) + epsilon) * scale + bias
         }",
        &[
            "with g = dL/dy, and sums over the samples:",
            "centred = x - Σ(x) · 1/N",
            "t₁ = √(epsilon + 1/N · Σ(centred²))",
            "t₂ = centred / t₁",
            "y = bias + scale · t₂",
            "t₃ = scale · g / t₁",
            "t₄ = centred · 1/N · Σ(-t₂ · t₃) / (t₁ + t₁)",
            "t₅ = t₄ + t₃ + t₄",
            "dL/dx = t₅ + 1/N · Σ(-t₅)",
            "dL/dscale = sum of t₂ · g",
            "dL/dbias = sum of g",
        ],
    );
}

#[test]
fn a_factor_of_a_gradient_has_its_name() {
    assert_explained(
        layer,
        "struct Tied<const N: usize, const K: usize> { weight: Matrix<K, N>, bias: Vector<K> }
         fn forward(x: Vector<N>) -> Vector<N> { let p = softmax(weight * x + bias); transpose(weight) * p }",
        &[
            "with g = dL/dy, and sums over the samples:",
            "t₁ = bias + weight x",
            "t₂ = exp(t₁ - max(t₁))",
            "t₃ = Σ(t₂)",
            "p = t₂ / t₃",
            "y = weightᵀ p",
            "t₄ = weight g / t₃",
            "t₅ = t₂ · (t₄ + Σ(-p · t₄))",
            "dL/dx = weightᵀ t₅",
            "dL/dbias = sum of t₅",
            "dL/dweight = sum of (p) (g)ᵀ",
            "dL/dweight = sum of (t₅) (x)ᵀ",
        ],
    );
    // The name of a sum over the samples is not that of its terms.
    assert_explained(
        layer,
        "struct Shifted<const N: usize, const H: usize> { shift: Vector<N>, weight: Matrix<H, N> }
         fn forward(x: Vector<N>) -> Vector<H> { weight * (x + shift) }",
        &[
            "with g = dL/dy, and sums over the samples:",
            "t₁ = x + shift",
            "y = weight t₁",
            "t₂ = weightᵀ g",
            "dL/dx = t₂",
            "dL/dshift = sum of t₂",
            "dL/dweight = sum of (g) (t₁)ᵀ",
        ],
    );
}

#[test]
fn signs_and_constants_for_derivatives_do_not_hide_a_repetition() {
    assert_explained(
        loss,
        "Divergence(p, t: unit) = sum(x_ln_x(t) - t * log_softmax(p))",
        &[
            "t₁ = max(p)",
            "t₂ = exp(p - t₁)",
            "t₃ = Σ(t₂)",
            "loss = Σ((t · ln(t) if t ≠ 0, else 0) - t · (p - (t₁ + ln(t₃))))",
            "d(loss)/dp = t₂ · Σ(t) / t₃ - t",
        ],
    );
    assert_explained(
        loss,
        "Opposite(p, t) = { let r = -p; r * tanh(r) * t }",
        &["r = -p", "t₁ = tanh(r)", "l = -t · p · t₁", "loss = 1/M Σ l", "d(Σ l)/dp = p · t · (1 - t₁²) - t · t₁"],
    );
    assert_explained(
        activation,
        "Chosen(x) = { let r = if x < 1 { exp(x) } else { sin(x) }; r * r + r }",
        &[
            "t₁ = exp(x)",
            "r = (t₁ if x < 1, else sin(x))",
            "y = r + r²",
            "t₂ = r + 1 + r",
            "dy/dx = (t₁ · t₂ if x < 1, else cos(x) · t₂)",
        ],
    );
}

#[test]
fn a_name_means_one_value() {
    assert_explained(
        activation,
        "Shadowed(x) = { let x = x + 1; let y = tanh(x); y * sin(x) }",
        &["t₁ = x + 1", "t₂ = tanh(t₁)", "t₃ = sin(t₁)", "y = t₂ · t₃", "dy/dx = t₂ · cos(t₁) + t₃ · (1 - t₂²)"],
    );
    assert_explained(
        activation,
        "Twice(x) = { let a = { let t = tanh(x); t * t }; let b = { let t = sin(x); t * t }; a * b }",
        &[
            "t = tanh(x)",
            "a = t²",
            "t₁ = sin(x)",
            "b = t₁²",
            "y = a · b",
            "t₂ = a · t₁",
            "t₃ = t · b",
            "dy/dx = cos(x) · (t₂ + t₂) + (1 - a) · (t₃ + t₃)",
        ],
    );
}

#[test]
fn matrices_are_written_as_they_are_declared() {
    assert_explained(
        layer,
        "struct Mixed<const L: usize, const N: usize> { mix: Matrix<L, L>, query: Matrix<N, N> }
         fn forward(x: Sequence<L, N>) -> Sequence<L, N> { let q = query * transpose(x); mix * transpose(q) * sum(q) }",
        &[
            "with g = dL/dy, and sums over the samples:",
            "q = query xᵀ",
            "t₁ = mix qᵀ",
            "t₂ = Σ(q)",
            "y = t₁ · t₂",
            "t₃ = t₂ · g",
            "t₄ = Σ(t₁ · g) + t₃ᵀ mix",
            "dL/dx = t₄ᵀ query",
            "dL/dmix = sum of t₃ q",
            "dL/dquery = sum of t₄ x",
        ],
    );
    assert_explained(
        layer,
        "struct Centers<const N: usize, const K: usize> { centers: Matrix<K, N>, width: Vector<K> }
         fn forward(x: Vector<N>) -> Vector<K> { each(centers, width, |center, w| w * dot(x - center, x - center)) }",
        &[
            "with g = dL/dy, and sums over the samples:",
            "center = each centers",
            "w = each width",
            "t₁ = x - center",
            "t₂ = Σ(t₁²)",
            "y = rows(w · t₂)",
            "t₃ = each g",
            "t₄ = t₁ · w · t₃",
            "t₅ = t₄ + t₄",
            "dL/dx = Σ rows(t₅)",
            "dL/dcenters = sum of rows(-t₅)",
            "dL/dwidth = sum of rows(t₂ · t₃)",
        ],
    );
}

#[test]
fn powers_and_conditions_at_zero_are_written_as_such() {
    assert_explained(
        activation,
        "AboveOne(x) = powf(x, 1.5)",
        &["y = x^1.5", "dy/dx = (1.5 · y / x if x ≠ 0, else 0)"],
    );
    assert_explained(
        activation,
        "BelowOne(x) = powf(x, 0.25)",
        &["y = x^0.25", "t₁ = √(x)", "dy/dx = (0.25 · y / x if x ≠ 0, else 1 / (t₁ + t₁))"],
    );
    assert_explained(activation, "BelowZero(x) = powf(x, -1.5)", &["y = x^(-1.5)", "dy/dx = (-1.5) · y / x"]);
    assert_explained(
        loss,
        "Focused(p, t; gamma: positive) = t * powf(1 - p, gamma)",
        &[
            "t₁ = (1 - p)^gamma",
            "l = t · t₁",
            "loss = 1/M Σ l",
            "t₂ = 1 - p",
            "t₃ = √(t₂)",
            "t₄ = gamma · t · t₁ / t₂",
            "d(Σ l)/dp = (-t₄ if t₂ ≠ 0, else ((-t / (t₃ + t₃) if 0 < gamma, else (-t₄ if gamma < 0, else 0)) if gamma < 1, else -(0 if 1 < gamma, else t)))",
        ],
    );
}

#[test]
fn stable_forms_are_what_is_computed() {
    for (source, formula) in [
        ("Form(x) = 1 / (1 + exp(-x))", "y = σ(x)"),
        ("Form(x) = 1 / (exp(x) + 1)", "y = σ(-x)"),
        ("Form(x) = exp(x) / (1 + exp(x))", "y = σ(x)"),
        ("Form(x) = 2 / (1 + exp(-x))", "t₁ = σ(x)"),
        ("Form(x) = (1 + exp(-x)).powi(-1)", "y = σ(x)"),
        ("Form(x) = 1 - 1 / (1 + exp(-x))", "y = σ(-x)"),
        ("Form(x) = ln(1 / (1 + exp(-x)))", "y = -softplus(-x)"),
        ("Form(x) = ln_1p(exp(x))", "y = softplus(x)"),
        ("Form(x) = (exp(x) - exp(-x)) / (exp(-x) + exp(x))", "y = tanh(x)"),
        ("Form(x) = (exp(-x) - exp(x)) / (exp(-x) + exp(x))", "y = tanh(-x)"),
        ("Form(x) = (exp(x - 1) - exp(1 - x)) / (exp(x - 1) + exp(1 - x))", "y = tanh(x - 1)"),
        ("Form(x; t = 1.0) = (exp(x / t) - exp(-x / t)) / (exp(x / t) + exp(-x / t))", "y = tanh(x / t)"),
        ("Form(x) = (exp(2 * x) - 1) / (exp(2 * x) + 1)", "y = tanh(x)"),
        ("Form(x) = (exp(x) - 1) / (exp(x) + 1)", "y = tanh(0.5 · x)"),
        ("Form(x) = (1 - exp(-x)) / (1 + exp(-x))", "y = tanh(0.5 · x)"),
        // Other quotients stay.
        ("Form(x) = (exp(x) - exp(-2 * x)) / (exp(x) + exp(-2 * x))", "y = (t₁ - t₂) / t₃"),
        ("Form(x) = 1 / (2 + exp(-x))", "y = 1 / (2 + t₁)"),
    ] {
        let text = explained(activation, source);
        assert!(text.lines().any(|line| line == formula), "{source}: {text}");
    }
    for (source, formula) in [
        ("Form(p, t) = dot(t, exp(p) / sum(exp(p)))", "t₁ = exp(p - max(p))"),
        ("Form(p, t) = dot(t, exp(p - max(p)) / sum(exp(p - max(p))))", "t₁ = exp(p - max(p))"),
        ("Form(p, t) = sqrt(sum(p * p)) - sum(t)", "t₂ = p · (1 / (t₁ + t₁) if 0 < t₁, else 0)"),
    ] {
        let text = explained(loss, source);
        assert!(text.lines().any(|line| line == formula), "{source}: {text}");
    }
}
