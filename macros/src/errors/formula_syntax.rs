//! Mistakes in the syntax of a formula.

use proc_macro2::TokenTree;
use syn::Error;
use syn::parse::ParseStream;

use crate::place::Place;
use crate::text;

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
