//! Mistakes in the shapes of formulas, and in what moves their elements.

use proc_macro2::Ident;
use syn::Error;

use crate::place::Place;
use crate::text;

/// `transpose(x)` of anything but a matrix.
pub(crate) fn transposed_value(place: Place, text: &str) -> Error {
    place.error(format!("`{text}` is not a matrix\n\nhelp: leave `transpose` out"))
}

/// `x * w` of a vector x
pub(crate) fn matrix_on_the_right(place: Place, right: &str, instead: &str) -> Error {
    place.error(format!("`{right}` is a matrix, and a matrix stands to the left of a vector\n\nhelp: write {instead}"))
}

/// `2 * w`
pub(crate) fn number_times_matrix(place: Place, [left, right]: [&str; 2], vector: &str) -> Error {
    place.error(format!(
        "`{right}` is a matrix of parameters, which formulas multiply with a vector\n\n\
         help: write `{left} * ({right} * x)` with x of `{vector}`"
    ))
}

/// `v * w` of parameters
pub(crate) fn product_of_matrices(place: Place, [left, right]: [&str; 2], instead: &str) -> Error {
    place.error(format!(
        "`{left}` and `{right}` are parameters, so `{left} * {right}` is the same for all samples\n\n\
         help: multiply with the input first: `{instead}`"
    ))
}

/// A product of matrices, or of a matrix and a vector, that does not exist.
pub(crate) fn product_of_shapes(
    place: Place,
    [left, right]: [&str; 2],
    [first, second]: [&str; 2],
    instead: Option<&str>,
) -> Error {
    let help = match instead {
        Some(instead) => format!("write `{instead}`"),
        None if first.starts_with("Image") || second.starts_with("Image") => {
            "write `component_mul(a, b)` for the products of the elements, or a product inside of `each`".to_owned()
        }
        None => "write `component_mul(a, b)` for the products of the elements".to_owned(),
    };
    place.error(format!(
        "shape mismatch: `{left}` is `{first}` but `{right}` is `{second}`: a product takes as many rows on the right as there are \
         columns on the left\n\nhelp: {help}"
    ))
}

/// A product of matrices whose sizes only the compiler knows: the text around them.
pub(crate) fn compared_matrices([left, right]: [&str; 2]) -> [String; 3] {
    [
        format!("shape mismatch: the columns of `{left}` have "),
        format!(" but the rows of `{right}` have "),
        "\n\nhelp: `a * b` takes as many rows on the right as there are columns on the left".to_owned(),
    ]
}

/// Two values of different shapes, of which one is no vector. One may be for every row of the other, or have a number for each.
pub(crate) fn different_shapes(
    place: Place,
    operator: &str,
    [left, right]: [&str; 2],
    [first, second]: [&str; 2],
    instead: Option<&str>,
) -> Error {
    let help = match instead {
        Some(instead) => format!("for every row, write `{instead}`"),
        None => format!("`{operator}` takes values of one shape, or a value and a number"),
    };
    place.error(format!("shape mismatch: `{left}` is `{first}` but `{right}` is `{second}`\n\nhelp: {help}"))
}

/// `softmax(m)` of a matrix
pub(crate) fn vector_function(name: &Ident, argument: &str, shape: &str) -> Error {
    Place::of(name).error(format!(
        "`{name}` is a function of a vector, but `{argument}` is `{shape}`\n\n\
         help: for every row, write `each({argument}, |row| {name}(row))`; for all elements, `{name}(flatten({argument}))`"
    ))
}

/// A closure that is no argument of `each`.
pub(crate) fn lone_closure(place: Place) -> Error {
    place.error("a closure is the last argument of `each`\n\nhelp: write `each(x, |row| ..)`, or a value")
}

/// `map(x, |row| ..)`
pub(crate) fn closure_of(name: &Ident) -> Error {
    Place::of(name).error(format!("only `each` takes a closure, found `{name}`\n\nhelp: write `each(x, |row| ..)`"))
}

/// `each(x, softmax)`
pub(crate) fn each_without_closure(name: &Ident, values: &[&str], function: Option<&str>) -> Error {
    let names: Vec<_> = ["a", "b", "c", "d"].iter().cycle().take(values.len()).copied().collect();
    let rows = if names.len() > 1 { names.join(", ") } else { "row".to_owned() };
    let values = if values.is_empty() { "x".to_owned() } else { values.join(", ") };
    let body = function.map_or_else(|| "..".to_owned(), |function| format!("{function}({rows})"));
    Place::of(name).error(format!(
        "the last argument of `each` is a closure, the formula of each row\n\nhelp: write `each({values}, |{rows}| {body})`"
    ))
}

/// `each(x, y, |row| ..)`
pub(crate) fn parameters_of_each(name: &Ident, values: usize, parameters: usize) -> Error {
    let help = if values == 0 {
        "write `each(x, |row| ..)`".to_owned()
    } else {
        let names: Vec<_> = ["a", "b", "c", "d"].iter().cycle().take(values).copied().collect();
        format!("write `|{}| ..`, one name for each value", names.join(", "))
    };
    Place::of(name).error(format!(
        "`each` has {} and a closure of {}\n\nhelp: {help}",
        text::count(values, "value"),
        text::count(parameters, "argument")
    ))
}

/// `each(sum(x), |row| ..)`
pub(crate) fn each_of_number(place: Place, argument: &str) -> Error {
    place.error(format!(
        "`each` takes values of which it sees one row at a time, but `{argument}` is one number\n\n\
         help: mention `{argument}` in the closure"
    ))
}

/// `each(x, y, |a, b| ..)` with different numbers of rows
pub(crate) fn different_counts(place: Place, [left, right]: [&str; 2], [first, second]: [&str; 2]) -> Error {
    place.error(format!(
        "shape mismatch: `each` takes values of as many rows, but `{left}` has {first} and `{right}` has {second}\n\n\
         help: mention in the closure what is the same for every row"
    ))
}

/// Numbers of rows that only the compiler knows: the text around them.
pub(crate) fn compared_counts([left, right]: [&str; 2]) -> [String; 3] {
    [
        format!("shape mismatch: the first axis of `{left}` has "),
        format!(" but that of `{right}` has "),
        "\n\nhelp: `each` takes values of as many rows".to_owned(),
    ]
}

/// `concat(a, b)` of rows that differ
pub(crate) fn different_rows(place: Place, [left, right]: [&str; 2], [first, second]: [&str; 2]) -> Error {
    place.error(format!(
        "shape mismatch: `concat` takes values that differ in their first axis only, but `{left}` is `{first}` and `{right}` is \
         `{second}`\n\nhelp: `each(a, b, |x, y| concat(x, y))` puts rows side by side"
    ))
}

/// `outer(m, x)`
pub(crate) fn outer_of_no_vector(name: &Ident, place: Place, argument: &str) -> Error {
    place.error(format!(
        "`{name}` takes two vectors, but `{argument}` is none\n\nhelp: `flatten` makes a vector of any value"
    ))
}

/// `row_sum(x)` of a vector
pub(crate) fn rows_of_vector(name: &Ident, place: Place, argument: &str) -> Error {
    let word = name.to_string();
    let of_elements = word.strip_prefix("row_").unwrap_or(&word);
    place.error(format!(
        "`{name}` adds the rows of a matrix, but `{argument}` has none\n\nhelp: write `{of_elements}({argument})`"
    ))
}

/// `x[0]` of a number
pub(crate) fn indexed(place: Place, text: &str) -> Error {
    place.error(format!("`{text}` is one number, which has no parts\n\nhelp: leave the brackets out"))
}

/// `x[i]` where `i` is a value
pub(crate) fn index_of_value(place: Place, name: &str) -> Error {
    place.error(format!(
        "`{name}` is a value of the formula, and an index is known when the program is compiled\n\n\
         help: write a number, a const parameter, a constant, or the index of a `for`"
    ))
}

/// `x[3..1]`
pub(crate) fn empty_range(place: Place, range: &str) -> Error {
    place.error(format!("`{range}` has no elements\n\nhelp: write a range whose end is larger than its start"))
}

/// `x[0..9]` of fewer elements
pub(crate) fn range_beyond_end(place: Place, range: &str, value: &str, whole: &str) -> Error {
    place.error(format!(
        "`{range}` ends after `{value}`, which has {whole} along its first axis\n\nhelp: write an end of at most {whole}"
    ))
}

/// `x[2]` of two elements
pub(crate) fn index_beyond_end(place: Place, index: &str, value: &str, [whole, last]: [&str; 2]) -> Error {
    place.error(format!(
        "there is no `{value}[{index}]`: `{value}` has {whole} along its first axis, and the first index is 0\n\nhelp: write an index of at most {last}"
    ))
}

/// `let x = 1; x = 2;`
pub(crate) fn assigned_constant(name: &Ident, role: &str) -> Error {
    let help = if role == "`let`" {
        format!("write `let mut {name} = ..;` where it is declared")
    } else {
        format!("write `let mut result = {name};`, and change `result`")
    };
    Place::of(name).error(format!("`{name}` does not change\n\nhelp: {help}"))
}

/// `each(x, |row| { y = row; y })` or `if x < 0 { y = x; y } else { x }` with a `y` from outside
pub(crate) fn assigned_outside(name: &Ident, is_branch: bool) -> Error {
    let (part, help) = if is_branch {
        ("a branch of a condition", format!("write `{name} = if .. {{ .. }} else {{ .. }};`"))
    } else {
        ("the formula of each row", format!("declare `let mut {name} = ..;` in it, or write `{name} = each(..);`"))
    };
    Place::of(name).error(format!("`{name}` does not change in {part}\n\nhelp: {help}"))
}

/// `x = sum(x);`
pub(crate) fn assigned_shape(name: &Ident, [old, new]: [&str; 2]) -> Error {
    Place::of(name).error(format!(
        "shape mismatch: `{name}` is `{old}`, and its new value is `{new}`\n\nhelp: give a value of another shape a new name by `let`"
    ))
}

/// `x[0] = 1;`
pub(crate) fn no_assignment(place: Place, found: &str) -> Error {
    place.error(format!(
        "`{found}` cannot be assigned to\n\nhelp: a formula changes whole values, `name = ..;`, and `concat` joins parts"
    ))
}

/// `for (a, b) in ..`
pub(crate) fn no_loop_index(place: Place) -> Error {
    place.error(
        "expected the name of an index, or `_`\n\nhelp: write `for _ in 0..4 { .. }` or `for step in 0..4 { .. }`",
    )
}

/// `for a in x`
pub(crate) fn no_loop_range(place: Place, found: &str) -> Error {
    place.error(format!(
        "expected a range, found `{found}`\n\nhelp: write `for _ in 0..4 {{ .. }}`; for the rows of a value, `each(x, |row| ..)`"
    ))
}

/// `for _ in 0..N` in an activation, or in a loss without shapes
pub(crate) fn unknown_repetitions(place: Place, range: &str) -> Error {
    place.error(format!(
        "a loop is written out here, and only the compiler knows `{range}`\n\nhelp: write numbers, as in `0..4`"
    ))
}

/// `for _ in 0..N { let y = x; }`
pub(crate) fn loop_without_effect(place: Place) -> Error {
    place.error("the loop changes nothing\n\nhelp: assign to a name that `let mut` declares before the loop")
}

/// `x[0]` in a loss without shapes
pub(crate) fn needs_shapes(place: Place, what: &str) -> Error {
    place.error(format!(
        "{what} needs to know the shapes of prediction and target\n\n\
         help: write `loss! {{ struct Name<const N: usize> {{}} fn loss(prediction: Vector<N>, target: Vector<N>) -> Scalar {{ .. }} }}`"
    ))
}

/// `#[hessian_vector_product(name)]` of a formula with a loop
pub(crate) fn hessian_of_loop(name: &Ident) -> Error {
    Place::of(name).error(
        "a loop whose number of repetitions only the compiler knows has no second derivative\n\nhelp: write numbers, as in `0..4`",
    )
}

/// `for _ in 0..1000`
pub(crate) fn too_many_repetitions(place: Place, most: i64) -> Error {
    place.error(format!(
        "a loop is written out, at most {most} times\n\nhelp: write a constant or a const parameter, as in `0..STEPS`, whose loop runs as one"
    ))
}

/// Loops in loops.
pub(crate) fn too_many_values(place: Place) -> Error {
    place.error("loops are written out, and these are too long\n\nhelp: write fewer repetitions")
}

/// `sum(x)` in a function of numbers
pub(crate) fn combination_in_function(name: &Ident, function: &Ident, place: Place) -> Error {
    place.error(format!(
        "`{name}` combines the elements of a vector, but `{function}` is a function of numbers, which acts on every element\n\n\
         help: declare an argument of `{function}` as `Vector<N>`"
    ))
}

/// `f(x)` of another shape than declared
pub(crate) fn wrong_argument(place: Place, text: &str, [found, declared]: [&str; 2], is_result: bool) -> Error {
    if is_result {
        return place.error(format!(
            "shape mismatch: `{text}` gives `{found}` but `{declared}` is declared\n\nhelp: write `-> {found}`"
        ));
    }
    place.error(format!(
        "shape mismatch: `{text}` is `{found}` but `{declared}` is declared\n\nhelp: a function of `Scalar`s acts on every element"
    ))
}

/// An argument whose size only the compiler knows: the text around it and the declared one.
pub(crate) fn compared_argument(text: &str) -> [String; 3] {
    [
        format!("shape mismatch: `{text}` has "),
        " but ".to_owned(),
        " are declared\n\nhelp: write the same size in both places".to_owned(),
    ]
}

/// A range whose bounds only the compiler knows: the text before the sizes.
pub(crate) fn compared_range(range: &str, value: &str) -> String {
    format!(
        "`{range}` is no range of `{value}`: the start must be below the end, and the end at most the number of its rows"
    )
}

/// A loop whose bounds only the compiler knows.
pub(crate) fn compared_repetitions(range: &str) -> String {
    format!("`{range}` is no range of repetitions: its start must not exceed its end")
}

/// `for t in 3..1 { .. }`
pub(crate) fn backward_loop(place: Place, [start, end]: [&str; 2]) -> Error {
    place.error(format!(
        "the range `{start}..{end}` starts after its end\n\nhelp: write `{end}..{start}`; a loop counts up"
    ))
}

/// `x[..t + 1]` where the loop over t runs as one
pub(crate) fn length_by_index(place: Place, range: &str, index: &str) -> Error {
    place.error(format!(
        "the length of `{range}` changes with `{index}`, and every repetition of this loop computes the same shapes\n\n\
         help: write an element or row such as `x[{index}]`, or a part of constant length such as `x[{index}..{index} + K]`"
    ))
}

/// `for j in 0..t { .. }` where the loop over t runs as one
pub(crate) fn repetitions_by_index(place: Place, range: &str, index: &str) -> Error {
    place.error(format!(
        "the number of repetitions of `{range}` changes with `{index}`, and every repetition of the loop around computes the same\n\n\
         help: write bounds without `{index}`, or a range of constant length such as `{index}..{index} + K`"
    ))
}

/// `x[t / 2]` where the loop over t runs as one
pub(crate) fn nonlinear_index(place: Place, range: &str, index: &str) -> Error {
    place.error(format!(
        "`{range}` is not a sum of products of sizes and `{index}`, so its bounds cannot be checked\n\n\
         help: write one such as `x[{index}]`, `x[L - 1 - {index}]` or `x[2 * {index} + 1]`"
    ))
}

/// `fn tanh(x: Scalar) -> Scalar { .. }`, or two functions of one name
pub(crate) fn function_named_twice(name: &Ident) -> Error {
    Place::of(name).error(format!("there is a function `{name}` already\n\nhelp: give this one another name"))
}

/// `weight: Vector<N>` in a loss
pub(crate) fn parameter_of_loss(name: &Ident) -> Error {
    Place::of(name).error(format!(
        "a loss has no parameters, found `{name}`\n\nhelp: declare a setting, such as `{name}: positive`, or a layer with `layer!`"
    ))
}

/// `#[hessian_vector_product]`
pub(crate) fn no_hessian_name(place: Place) -> Error {
    place.error(
        "expected the name of a function in parentheses\n\n\
         help: write `#[hessian_vector_product(name)]`: `name` multiplies the Hessian with a vector",
    )
}

/// `formula! { pub fn .. }`
pub(crate) fn public_formula(place: Place) -> Error {
    place.error("a formula is visible in its crate at most\n\nhelp: write `pub(crate) fn`")
}
