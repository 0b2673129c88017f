//! Mistakes in layers, losses of declared shapes and gradients: one message each, with its caret and its way out.

use super::found;
use crate::formula::Form;

/// Asserts that each formula of a form has exactly one mistake, with this caret and this way out.
fn assert_told(form: Form, around: impl Fn(&str) -> String, cases: &[(&str, &str, &str)]) {
    for &(formula, caret, help) in cases {
        let told = found(&around(formula), form);
        let told: Vec<_> = told
            .iter()
            .map(|(caret, message)| (caret.as_str(), message.rsplit("help: ").next().unwrap_or_default()))
            .collect();
        assert_eq!(told, [(caret, help)], "{formula}");
    }
}

/// Returns a layer of a sequence with this formula.
fn of_sequence(formula: &str) -> String {
    format!(
        "struct Wrong<const L: usize, const N: usize> {{ w: Matrix<N, N>, gate: Vector<N> }}\
         fn forward(x: Sequence<L, N>) -> Sequence<L, N> {{ {formula} }}"
    )
}

/// Returns a layer of a vector with this formula.
fn of_vector(formula: &str) -> String {
    format!(
        "struct Wrong<const N: usize, const H: usize> {{ w: Matrix<H, N>, bias: Vector<N> }}\
         fn forward(x: Vector<N>) -> Vector<H> {{ {formula} }}"
    )
}

#[test]
fn sizes_do_not_change_in_a_loop() {
    let looped =
        |body: &str| of_sequence(&format!("let mut y = 0 * gate; for t in 0..L {{ {body} }} each(x, |_row| y)"));
    assert_told(
        Form::Layer,
        looped,
        &[
            (
                "y = y + transpose(x[..t + 1]) * softmax(x[..t + 1] * x[t]);",
                "..t + 1",
                "write an element or row such as `x[t]`, or a part of constant length such as `x[t..t + K]`",
            ),
            (
                "for s in 0..t { y = y + x[s]; }",
                "0..t",
                "write bounds without `t`, or a range of constant length such as `t..t + K`",
            ),
            ("y = y + x[t / 2];", "t / 2", "write one such as `x[t]`, `x[L - 1 - t]` or `x[2 * t + 1]`"),
            ("y = y + x[L];", "L", "write an index of at most L - 1"),
            ("y = y + x[t + L];", "t + L", "write an index of at most L - 1"),
            ("y = sum(y);", "y", "give a value of another shape a new name by `let`"),
            ("y += x[t];", "+=", "write `y = y + x[t];`"),
            ("y = tanh(y) + x[t]", "[t]", "add `;`"),
        ],
    );
}

#[test]
fn an_index_beyond_the_end_is_told_with_the_last_one() {
    let gradient = |formula: &str| format!("fn wrong(x: Vector<2>) -> Scalar {{ {formula} }}");
    assert_told(
        Form::Gradient,
        gradient,
        &[
            ("x[2]", "2", "write an index of at most 1"),
            ("sum(x[1..3])", "1..3", "write an end of at most 2"),
            ("for _ in 3..1 { } x[0]", "3..1", "write `1..3`; a loop counts up"),
        ],
    );
}

#[test]
fn each_wants_a_closure() {
    assert_told(
        Form::Layer,
        of_sequence,
        &[
            ("each(x, softmax)", "each", "write `each(x, |row| softmax(row))`"),
            ("each(x, x, max)", "each", "write `each(x, x, |a, b| max(a, b))`"),
            ("each(x)", "each", "write `each(x, |row| ..)`"),
        ],
    );
}

#[test]
fn products_that_exist_are_suggested() {
    assert_told(
        Form::Layer,
        of_sequence,
        &[
            ("w * x", "*", "write `x * transpose(w)`"),
            ("x * (w * transpose(w))", "*", "multiply with the input first: `(x * w) * transpose(w)`"),
            ("x * x", "*", "write `component_mul(x, x)` for the products of the elements, or `x * transpose(x)`"),
            ("x + gate * 2 + transpose(x)", "+", "for every row, write `each(x, |row| row + gate * 2)`"),
        ],
    );
    assert_told(
        Form::Layer,
        of_vector,
        &[
            ("x * w", "*", "write `w * x`"),
            ("x * transpose(w)", "*", "write `w * x`"),
            (
                "(w * transpose(w)) * tanh(w * x)",
                "*",
                "multiply with the input first: `w * (transpose(w) * tanh(w * x))`",
            ),
            ("w * x + bias", "+", "`+` takes vectors of one length: declare `bias` as `Vector<H>`"),
        ],
    );
}

#[test]
fn operations_of_the_rows_of_images_are_suggested() {
    let of_image = |formula: &str| {
        format!(
            "struct Wrong<const C: usize, const H: usize> {{ b: Vector<C> }}\
             fn forward(x: Image<C, H, 5>) -> Image<C, H, 5> {{ {formula} }}"
        )
    };
    assert_told(
        Form::Layer,
        of_image,
        &[
            ("x + b", "+", "for every row, write `each(x, b, |channel, number| channel + number)`"),
            (
                "each(x, b, |d, _b| d * d)",
                "*",
                "write `component_mul(d, d)` for the products of the elements, or `d * transpose(d)`",
            ),
        ],
    );
}

#[test]
fn names_that_are_meant_are_suggested() {
    assert_told(
        Form::Layer,
        of_vector,
        &[
            (
                "wieght * x + w * bias",
                "wieght",
                "this formula has `x`, `w` and `bias`; constants of the code around it are in capitals",
            ),
            ("w * (x + bais)", "bais", "write `bias`, which has a similar name"),
            ("self.w * x", "self.w", "write `w`"),
            ("return w * x;", "return", "write `w * x`"),
            ("w @ x", "@", "write `*`, the product of matrices"),
            ("let y = w * x y", "y", "end the `let` or assignment before it with `;`"),
            (
                "let mut y = w * x; for _ in 0..4 { y = tanh(y) y = 2 * y; } y",
                "y",
                "end the `let` or assignment before it with `;`",
            ),
            ("let mut y = w * x; y = 2 * y", "=", "end it with `;` and write the result after it: `y = ..; y`"),
            ("relu(w * x)", "relu", "write `max(0, x)`"),
            ("w * relu(x)", "relu", "write `max(0, x)`"),
            ("w * silu(bias)", "silu", "write `bias * sigmoid(bias)`"),
            ("w * log(x)", "log", "write `ln`, which has a similar name or meaning"),
        ],
    );
    for name in ["sign", "sinh", "cosh", "gelu", "rsqrt", "square", "atan", "row_max", "asin", "floor"] {
        let told = found(&of_vector(&format!("w * {name}(x)")), Form::Layer);
        assert!(matches!(&*told, [(caret, _)] if caret == name), "{told:?}");
        assert!(!told.iter().any(|(_, message)| message.contains("similar")), "{told:?}");
    }
}

#[test]
fn mistakes_in_rows_are_told_once() {
    assert_told(
        Form::Layer,
        of_sequence,
        &[
            ("each(x, |row| rwo * 2)", "rwo", "write `row`, which has a similar name"),
            (
                "{ let mut y = gate; each(x, |row| { y = row; y }) }",
                "y",
                "declare `let mut y = ..;` in it, or write `y = each(..);`",
            ),
        ],
    );
}

#[test]
fn headers_of_layers_are_told_once() {
    let whole = |source: &str| source.to_owned();
    assert_told(
        Form::Layer,
        whole,
        &[
            (
                "struct Wrong<N: usize> { w: Vector<N> } fn forward(x: Vector<N>) -> Vector<N> { w * x }",
                "N",
                "write `const N: usize`",
            ),
            (
                "struct Wrong { w: Vector<3> } fn forward(&self, x: Vector<3>) -> Vector<3> { w * x }",
                "&",
                "leave `&self` out: `fn forward(x: Vector<N>) -> Vector<N> { .. }`",
            ),
            (
                "struct Wrong { w: Vector<3> } #[inline] fn forward(x: Vector<3>) -> Vector<3> { w * x }",
                "#",
                "move this before `struct`, or write a comment with `//`",
            ),
            (
                "struct Wrong { #[init(HeNormall)] w: Vector<3> } fn forward(x: Vector<3>) -> Vector<3> { w * x }",
                "HeNormall",
                "write `#[init(HeNormal)]`",
            ),
            (
                "#[init(HeNormall)] struct Wrong { w: Vector<3> } fn forward(x: Vector<3>) -> Vector<3> { w * x }",
                "HeNormall",
                "write `#[init(HeNormal)]`",
            ),
        ],
    );
}

#[test]
fn other_headers_are_told_once() {
    let whole = |source: &str| source.to_owned();
    assert_told(
        Form::Gradient,
        whole,
        &[("fn wrong(x: Vector<2>) -> Vector<2> { 2 * x }", "Vector<2>", "write `-> Scalar`, for `f32` as for `f64`")],
    );
    assert_told(
        Form::Activation,
        whole,
        &[("Wrong(x; a = 1 b = 2) = a * x + b", "b", "write `activation!(pub Mish(x) = x * tanh(softplus(x)));`")],
    );
    assert_told(
        Form::ShapedLoss,
        whole,
        &[
            (
                "struct Wrong<const T: usize> {} fn loss(p: Vector<T>, t: Vector<T>) -> Scalar { norm(p - t) }",
                "T",
                "give the size another name, such as `N`",
            ),
            (
                "struct Wrong<N: usize> {} fn loss(p: Vector<N>, t: Vector<N>) -> Scalar { norm(p - t) }",
                "N",
                "write `const N: usize`",
            ),
            (
                "struct Wrong<const N: usize> {} fn loss(p: Vector<N>, t: Vector<N>) -> Scalar { norm(p) }",
                "t",
                "use it in the formula, or name it `_t`",
            ),
        ],
    );
}

#[test]
fn the_sizes_of_a_loss_are_checked_once_for_all_scalars_and_instructions() {
    let declared = "struct Parts<const K: usize, const P: usize> {}\
                    fn loss(prediction: Vector<P>, target: Vector<1>) -> Scalar { norm(prediction[K..2 * K] - target[0]) }";
    let items = crate::formula::loss(declared.parse().unwrap_or_default(), &"typenet".parse().unwrap_or_default());
    let items = items.to_string();
    let (before, evaluate) = items.split_once("fn evaluate").unwrap_or_default();
    assert!(before.contains("const __PartsFITS") && before.contains("require_range"), "{before}");
    assert!(evaluate.contains("let () = Self :: __PartsFITS") && !evaluate.contains("require_range"), "{evaluate}");
}
