//! Mistakes in the meaning of a formula.

use proc_macro2::Ident;
use syn::Error;

use crate::identifier;
use crate::place::Place;

/// Returns a list in words: "`a`, `b` and `c`".
fn list(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
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
