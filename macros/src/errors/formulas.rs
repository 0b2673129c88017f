//! Mistakes in a formula.

use proc_macro2::{Ident, TokenTree};
use syn::Error;
use syn::parse::ParseStream;

use crate::identifier;
use crate::place::Place;
use crate::text;

/// Returns a list in words: "`a`, `b` and `c`".
fn list(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Returns the position of the next token, and the token in words.
pub(super) fn next(input: ParseStream<'_>) -> (Place, String) {
    let rest: Vec<_> = input.cursor().token_stream().into_iter().collect();
    let place = match rest.first() {
        Some(TokenTree::Group(group)) => Place::from(group.span_open()),
        Some(other) => Place::of(other),
        None => Place::from(input.span()),
    };
    (place, text::found(&rest, "the end"))
}

/// `activation!()`
pub(crate) fn empty_formula(example: &str) -> Error {
    Place::call().error(format!("expected a formula, found nothing\n\nhelp: write `{example}`"))
}

/// Something else where `wanted` should be.
pub(crate) fn expected_in_formula(wanted: &str, input: ParseStream<'_>, example: &str) -> Error {
    let (place, found) = next(input);
    place.error(format!("expected {wanted}, found {found}\n\nhelp: write `{example}`"))
}

/// `Name(x) =`
pub(crate) fn no_formula(place: Place) -> Error {
    place.error("expected a formula, found nothing\n\nhelp: write an expression such as `x * tanh(softplus(x))`")
}

/// A formula that would overflow the parser's stack.
pub(crate) fn formula_too_long(place: Place) -> Error {
    place.error("this formula is too long or too deeply nested\n\nhelp: give parts of it names with `let`")
}

/// Tokens that are no expression. Rust's parser says why.
pub(crate) fn no_expression(error: &Error) -> Error {
    let text = error.to_string();
    if text.ends_with("expected `;`") {
        return Error::new(
            error.span(),
            "expected `;` before this\n\nhelp: end the `let` or assignment before it with `;`",
        );
    }
    Error::new(error.span(), format!("{error}\n\nhelp: a formula is an expression such as `x * tanh(softplus(x))`"))
}

/// `Name(x) = x +`
pub(crate) fn formula_ends_early(place: Place) -> Error {
    place.error("the formula ends too early\n\nhelp: a formula is an expression such as `x * tanh(softplus(x))`")
}

/// `Name(x) = x x`
pub(crate) fn after_formula(input: ParseStream<'_>) -> Error {
    let (place, found) = next(input);
    place.error(format!(
        "expected the end of the formula, found {found}\n\nhelp: leave it out, or write an operator before it"
    ))
}

/// `1.0f32`
pub(crate) fn number_with_suffix(place: Place, number: &str) -> Error {
    let plain = number.split(['f', 'u', 'i']).next().unwrap_or(number).trim_end_matches('_');
    place.error(format!(
        "`{number}` has a type, but a formula computes in the scalar type of its network\n\nhelp: write `{plain}`"
    ))
}

/// `"x"`
pub(crate) fn no_number(place: Place, found: &str) -> Error {
    place.error(format!("expected a number, found `{found}`\n\nhelp: write a number such as `1.0`"))
}

/// `x % y`
pub(crate) fn unknown_operator(place: Place, operator: &str) -> Error {
    let help = match operator {
        "^" => "for powers write `powi(x, 2)`",
        "@" => "write `*`, the product of matrices",
        _ => "formulas use `+`, `-`, `*` and `/`",
    };
    place.error(format!("`{operator}` is not an operator of formulas\n\nhelp: {help}"))
}

/// `a < b` as a value.
pub(crate) fn comparison_as_number(place: Place, comparison: &str) -> Error {
    place.error(format!("a comparison is not a number\n\nhelp: write `if {comparison} {{ .. }} else {{ .. }}`"))
}

/// `path::function(x)` or `f(x)(y)`
pub(crate) fn no_formula_function(place: Place, function: &str) -> Error {
    place.error(format!(
        "`{function}` is not a function of formulas, so it has no known derivative\n\n\
         help: write it with functions such as `exp`, `ln`, `tanh`, `sigmoid`, `sum` and `max`"
    ))
}

/// `while`, `loop`, or `for` as a value
pub(crate) fn loop_in_formula(place: Place) -> Error {
    place.error(
        "a formula has no such loop\n\n\
         help: functions of all elements are `sum`, `mean` and `dot`; repeat statements by `for _ in 0..4 { .. }` before the result",
    )
}

/// Any other expression of Rust.
pub(crate) fn no_part_of_formula(place: Place, text: &str) -> Error {
    place.error(format!(
        "`{text}` has no meaning in a formula\n\n\
         help: a formula has numbers, names, `+ - * /`, functions, `let`, `for` and `if a < b {{ .. }} else {{ .. }}`"
    ))
}

/// `if a < b { .. }`
pub(crate) fn if_without_else(place: Place) -> Error {
    place.error("`if` without `else` is not a number\n\nhelp: add `else { 0.0 }`")
}

/// `if x { .. }`
pub(crate) fn no_condition(place: Place, found: &str) -> Error {
    place.error(format!(
        "expected a comparison of two values, found `{found}`\n\n\
         help: write one such as `if a < b {{ .. }} else {{ .. }}`"
    ))
}

/// `if a == b`
pub(crate) fn no_order(place: Place, operator: &str) -> Error {
    place.error(format!(
        "expected `<`, `<=`, `>` or `>=`, found `{operator}`\n\n\
         help: compare with a distance, as in `if abs(a - b) < 0.5 {{ .. }} else {{ .. }}`"
    ))
}

/// `y += x;`
pub(crate) fn compound_assignment(place: Place, operator: &str, [left, right]: [&str; 2]) -> Error {
    place.error(format!(
        "`{operator}=` is not an operator of formulas\n\nhelp: write `{left} = {left} {operator} {right};`"
    ))
}

/// `for _ in 0..4 { y = sin(y) }`
pub(crate) fn missing_semicolon(place: Place) -> Error {
    place.error("expected `;` after the assignment\n\nhelp: add `;`")
}

/// `{ let mut y = x; y = sin(y) }`
pub(crate) fn assignment_as_value(place: Place, name: &str) -> Error {
    place.error(format!(
        "an assignment is not a value\n\nhelp: end it with `;` and write the result after it: `{name} = ..; {name}`"
    ))
}

/// `return x`
pub(crate) fn returned_value(place: Place, value: &str) -> Error {
    place.error(format!("a formula has no `return`: its value is the last expression\n\nhelp: write `{value}`"))
}

/// `self.weight`
pub(crate) fn field_of_self(place: Place, name: &str) -> Error {
    place.error(format!("a formula has no `self`: parameters and settings are names in it\n\nhelp: write `{name}`"))
}

/// `{ x; }`
pub(crate) fn ends_in_semicolon(place: Place) -> Error {
    place.error("this block gives no value\n\nhelp: leave the last `;` out")
}

/// A statement other than `let`.
pub(crate) fn no_statement(place: Place) -> Error {
    place.error("expected `let`: a formula computes values and does nothing else\n\nhelp: write `let name = ..;`")
}

/// `{ let a = x; }`
pub(crate) fn block_without_result(place: Place) -> Error {
    place.error("this block gives no value\n\nhelp: end it with an expression")
}

/// `let (a, b) = ..`
pub(crate) fn no_binding(place: Place) -> Error {
    place.error("expected a name after `let`\n\nhelp: write one `let` for each value, without a type")
}

/// `let a;`
pub(crate) fn binding_without_value(place: Place, name: &str) -> Error {
    place.error(format!("`{name}` has no value\n\nhelp: write `let {name} = ..;`"))
}

/// A name that is not declared. One of these may be meant.
pub(crate) fn unknown_in_formula(name: &Ident, names: &[String], similar: Option<&str>) -> Error {
    if let Some(similar) = similar {
        return Place::of(name)
            .error(format!("`{name}` is not declared\n\nhelp: write `{similar}`, which has a similar name"));
    }
    Place::of(name).error(format!(
        "`{name}` is not declared\n\nhelp: this formula has {}; constants of the code around it are in capitals",
        list(names)
    ))
}

/// A name that is never used.
pub(crate) fn unused_in_formula(name: &Ident, role: &str) -> Error {
    let word = identifier::plain(name);
    let (what, help) = match role {
        "`let`" => (format!("`{word}` is never used"), format!("leave it out, or name it `_{word}`")),
        "prediction" => (
            format!("the loss does not depend on `{word}`, so nothing could be learned"),
            format!("use `{word}` in the formula"),
        ),
        "target" => {
            (format!("the {role} `{word}` is never used"), format!("use it in the formula, or name it `_{word}`"))
        }
        "input" => (format!("the function does not depend on `{word}`"), format!("use `{word}` in the formula")),
        _ => (format!("the {role} `{word}` is never used"), "use it in the formula, or leave it out".to_owned()),
    };
    Place::of(name).error(format!("{what}\n\nhelp: {help}"))
}

/// `tahn(x)`
pub(crate) fn unknown_function(name: &Ident, formula: Option<&str>, similar: Option<&str>) -> Error {
    let help = match (formula, similar) {
        _ if identifier::is_type_like(name) => {
            "a formula cannot call another one: write out what it computes".to_owned()
        }
        (Some(formula), _) => format!("write `{formula}`"),
        (None, Some(similar)) => format!("write `{similar}`, which has a similar name or meaning"),
        (None, None) => "the functions are `exp`, `ln`, `sqrt`, `abs`, `sin`, `cos`, `tanh`, `sigmoid`, `softplus`, `erf`, `powi`, `powf`, \
                 `min`, `max`, `clamp`, `sum`, `mean`, `dot`, `norm`, `softmax`, `log_softmax` and `log_sum_exp`"
            .to_owned(),
    };
    Place::of(name).error(format!("`{name}` is not a function of formulas\n\nhelp: {help}"))
}

/// `Name(x) = Name(x)`
pub(crate) fn calls_itself(name: &Ident) -> Error {
    Place::of(name)
        .error(format!("`{name}` calls itself, but formulas have no recursion\n\nhelp: write out what it computes"))
}

/// `max(x, y, z)`
pub(crate) fn wrong_number_of_arguments(name: &Ident, wanted: &[usize], found: usize) -> Error {
    let call = |&number: &usize| format!("`{name}({})`", ["a", "b", "c"].get(..number).unwrap_or_default().join(", "));
    let noun = if wanted == [1] { "value" } else { "values" };
    let numbers: Vec<_> = wanted.iter().map(ToString::to_string).collect();
    let calls: Vec<_> = wanted.iter().map(call).collect();
    Place::of(name).error(format!(
        "`{name}` takes {} {noun}, found {found}\n\nhelp: write {}",
        numbers.join(" or "),
        calls.join(" or ")
    ))
}

/// `if a < b && c < d`
pub(crate) fn two_comparisons(place: Place, operator: &str) -> Error {
    let help = if operator == "&&" {
        "write one `if` inside the other: `if a < b { if c < d { .. } else { .. } } else { .. }`"
    } else {
        "write one `if` in the `else` of the other: `if a < b { .. } else if c < d { .. } else { .. }`"
    };
    place.error(format!("expected one comparison, found `{operator}`\n\nhelp: {help}"))
}

/// `powi(x, 2.5)`
pub(crate) fn no_whole_power(place: Place) -> Error {
    place.error(
        "`powi` takes an exponent that is written out, a whole number from -64 to 64\n\n\
         help: for other exponents write `powf(x, p)`, which needs x > 0",
    )
}

/// `sum(x)` in an activation.
pub(crate) fn combination_in_activation(name: &Ident, place: Place) -> Error {
    place.error(format!(
        "`{name}` combines the elements of a vector, but an activation sees one element\n\n\
         help: leave `{name}` out, or declare a layer of a vector with `layer!`"
    ))
}

/// `sum(1.0)`
pub(crate) fn combination_of_number(name: &Ident, argument: &str, place: Place) -> Error {
    place.error(format!(
        "`{name}` combines the elements of a vector, but `{argument}` is one number\n\nhelp: leave `{name}` out"
    ))
}

/// `w * x` with sizes that do not fit. `matrix` is the name of the matrix, and `declared` that of a vector with a declaration.
pub(crate) fn wrong_vector(
    place: Place,
    [left, vector]: [&str; 2],
    [wanted, found, rows]: [&str; 3],
    matrix: &str,
    is_transposed: bool,
    declared: Option<&str>,
) -> Error {
    let other = declared.map_or_else(String::new, |vector| format!(", or `{vector}` as `Vector<{wanted}>`"));
    let help = match (is_transposed, rows == found) {
        (false, true) => {
            format!("declare `{matrix}` as `Matrix<{wanted}, {found}>`, of {wanted} rows and {found} columns")
        }
        (false, false) => format!("declare `{matrix}` as `Matrix<{rows}, {found}>`{other}"),
        (true, true) => format!("write `{matrix} * {vector}`"),
        (true, false) => format!("declare `{matrix}` as `Matrix<{found}, {rows}>`{other}"),
    };
    place.error(format!("shape mismatch: `{left}` takes {wanted} values but `{vector}` has {found}\n\nhelp: {help}"))
}

/// `w * x` with sizes that only the compiler knows: the text around them.
pub(crate) fn compared_vector([left, vector]: [&str; 2]) -> [String; 3] {
    [
        format!("shape mismatch: `{vector}` has "),
        format!(" but `{left}` takes "),
        "\n\nhelp: a `Matrix<H, N>` takes a `Vector<N>`".to_owned(),
    ]
}

/// `w * 2`
pub(crate) fn matrix_times_number(place: Place, [matrix, number]: [&str; 2], wanted: &str) -> Error {
    place.error(format!(
        "`{matrix}` takes a vector of {wanted} values but `{number}` is one number\n\n\
         help: multiply the product: `{number} * ({matrix} * x)`"
    ))
}

/// Two vectors of different lengths, of which one may be a parameter.
pub(crate) fn different_vectors(
    place: Place,
    operator: &str,
    [left, right]: [&str; 2],
    [first, second]: [&str; 2],
    parameter: Option<usize>,
) -> Error {
    let declared = match parameter {
        Some(0) => format!(": declare `{left}` as `Vector<{second}>`"),
        Some(_) => format!(": declare `{right}` as `Vector<{first}>`"),
        None => ", or a vector and a number".to_owned(),
    };
    place.error(format!(
        "shape mismatch: `{left}` has {first} values but `{right}` has {second}\n\n\
         help: `{operator}` takes vectors of one length{declared}"
    ))
}

/// Two vectors whose lengths only the compiler knows: the text around them.
pub(crate) fn compared_vectors(operator: &str, [left, right]: [&str; 2]) -> [String; 3] {
    [
        format!("shape mismatch: `{left}` has "),
        format!(" but `{right}` has "),
        format!("\n\nhelp: `{operator}` takes vectors of one length, or a vector and a number"),
    ]
}

/// A result whose size only the compiler knows: the text around it and the declared one.
pub(crate) fn compared_result(found: &str) -> [String; 3] {
    [
        "shape mismatch: the formula gives ".to_owned(),
        " but ".to_owned(),
        format!(" are declared\n\nhelp: write `-> Vector<{found}>`"),
    ]
}

/// `-> Vector<10>` for a formula of another shape.
pub(crate) fn wrong_result(place: Place, found: &str, declared: &str) -> Error {
    let size = |shape: &str| shape.strip_prefix("Vector<").and_then(|rest| rest.strip_suffix('>')).map(str::to_owned);
    let (mismatch, help) = match (size(found), size(declared)) {
        (Some(found), Some(declared)) => (
            format!("the formula gives {found} values but {declared} are declared"),
            format!("write `-> Vector<{found}>`"),
        ),
        (None, _) if found == "Scalar" => (
            format!("the formula gives one number but `{declared}` is declared"),
            "leave `sum` or `mean` out, or write `-> Vector<1>`".to_owned(),
        ),
        _ => {
            let help = if found.starts_with("Matrix") && declared.starts_with("Vector") {
                "`flatten` makes a vector of any value".to_owned()
            } else {
                let found = found.replace("Matrix", "Sequence");
                format!("write `-> {found}`, or give the result that shape")
            };
            (format!("the formula gives `{found}` but `{declared}` is declared"), help)
        }
    };
    place.error(format!("shape mismatch: {mismatch}\n\nhelp: {help}"))
}

/// A formula that does not depend on its input, although it mentions it.
pub(crate) fn independent_of_input(input: &Ident) -> Error {
    Place::of(input).error(format!(
        "the output does not depend on `{input}`\n\nhelp: write a formula whose value changes with `{input}`"
    ))
}

/// A loss that does not depend on the prediction, although it mentions it.
pub(crate) fn independent_of_prediction(prediction: &Ident) -> Error {
    Place::of(prediction).error(format!(
        "the loss does not depend on `{prediction}`, so nothing could be learned\n\n\
         help: write a formula whose value changes with `{prediction}`"
    ))
}

/// A function whose formula is a vector.
pub(crate) fn vector_as_scalar(place: Place, shape: &str) -> Error {
    place.error(format!(
        "shape mismatch: the formula gives `{shape}` but `Scalar` is declared\n\n\
         help: write `sum(..)` or `mean(..)` around it"
    ))
}
