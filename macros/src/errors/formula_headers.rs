//! Mistakes around a formula: in its inputs, settings, parameters, sizes and result.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::Error;
use syn::parse::ParseStream;

use super::formula_syntax::next;
use crate::place::Place;
use crate::text;

/// `activation!(Name(x, y) = ..)`
pub(crate) fn inputs_of_activation(place: Place, found: usize) -> Error {
    place.error(format!(
        "an activation is a function of one input, found {found}\n\n\
         help: write settings after a semicolon, as in `Name(x; slope = 0.1)`"
    ))
}

/// `loss!(Name(x) = ..)`
pub(crate) fn inputs_of_loss(place: Place, found: usize) -> Error {
    place.error(format!(
        "a loss is a function of a prediction and its target, found {}\n\n\
         help: write `Name(prediction, target)`, and settings after a semicolon, as in `Name(prediction, target; q = 0.5)`",
        text::count(found, "input")
    ))
}

/// `Name(x: positive)`
pub(crate) fn range_of_input(place: Place, name: &Ident) -> Error {
    place.error(format!(
        "`{name}` is what a network computes, so it has no range\n\nhelp: leave the range out; `softplus` and `sigmoid` give ranges"
    ))
}

/// `Name(x = 1.0)` or `Name(x, slope = 1.0)`
pub(crate) fn default_of_input(name: &Ident, is_input: bool) -> Error {
    let help = if is_input {
        "leave the default out"
    } else {
        "write a setting after a semicolon, as in `Name(x; slope = 0.1)`"
    };
    Place::of(name)
        .error(format!("`{name}` is an input, and only settings have a default, written after `=`\n\nhelp: {help}"))
}

/// `Name(x; value = 1.0)`
pub(crate) fn named_like_method(name: &Ident, kind: &str) -> Error {
    Place::of(name).error(format!(
        "`{name}` is the name of a function that every {kind} has\n\nhelp: give the setting another name"
    ))
}

/// `Name(x; slope: negative)`
pub(crate) fn no_range(input: ParseStream<'_>) -> Error {
    let (place, found) = next(input);
    place.error(format!(
        "expected a range, found {found}\n\nhelp: ranges are `finite`, `positive`, `non_negative`, `unit` (0 to 1) and `open_unit` (above 0, below 1)"
    ))
}

/// `#[init(Zeros)]` on an activation or a layer.
pub(crate) fn initializer_before(place: Place) -> Error {
    place.error(
        "expected the initializer that draws the weights before this layer\n\n\
         help: write `#[init(HeNormal)]`, `#[init(GlorotUniform)]` or another one that has a gain",
    )
}

/// A field whose type has no meaning.
pub(crate) fn unknown_field_type(place: Place, found: &str) -> Error {
    place.error(format!(
        "`{found}` is not a type of a layer's fields\n\n\
         help: parameters are `Scalar`, `Vector<N>` and `Matrix<H, N>`, of H rows and N columns; settings are `f64` or a range such as \
         `positive`"
    ))
}

/// An input or output that is not a vector.
pub(crate) fn unknown_formula_shape(place: Place, found: &str, known: &[(&str, usize)]) -> Error {
    let example = |&(name, axes): &(&str, usize)| match axes {
        0 => format!("`{name}`"),
        1 => format!("`{name}<N>`"),
        2 if name == "Matrix" => "`Matrix<H, N>`".to_owned(),
        2 => format!("`{name}<L, N>`"),
        _ => format!("`{name}<C, H, W>`"),
    };
    let examples: Vec<_> = known.iter().map(example).collect();
    let (last, others) = examples.split_last().map_or(("", &[][..]), |(last, others)| (last.as_str(), others));
    let list = if others.is_empty() { last.to_owned() } else { format!("{} or {last}", others.join(", ")) };
    place.error(format!("`{found}` is not a shape here\n\nhelp: write {list}"))
}

/// `struct Name<T>` or `struct Name<'a>`
pub(crate) fn formula_parameter(parameter: &impl ToTokens) -> Error {
    Place::of(parameter).error(format!(
        "`{}` is not a size, and layers have no other parameters\n\n\
         help: write `const N: usize` for a size; every layer exists in `f32` and `f64`",
        text::of(parameter.to_token_stream())
    ))
}

/// `fn forward(&self, x: Vector<N>)`
pub(crate) fn receiver(place: Place) -> Error {
    place.error(
        "a formula has no `self`: parameters and settings are names in it\n\n\
         help: leave `&self` out: `fn forward(x: Vector<N>) -> Vector<N> { .. }`",
    )
}

/// `/// Documentation` before `fn forward`
pub(crate) fn attribute_of_function(place: Place) -> Error {
    place.error("a function of a formula has no documentation and no attributes\n\nhelp: move this before `struct`, or write a comment with `//`")
}

/// `struct Name<N: usize>`
pub(crate) fn size_without_const(parameter: &Ident) -> Error {
    Place::of(parameter)
        .error(format!("`{parameter}` is a size, which `const` declares\n\nhelp: write `const {parameter}: usize`"))
}

/// `struct Name<const T: usize>`
pub(crate) fn size_named_like_type(parameter: &Ident) -> Error {
    Place::of(parameter).error(format!(
        "`{parameter}` is the name of a type in every layer\n\nhelp: give the size another name, such as `N`"
    ))
}

/// `struct Name<const N: usize = 3>`
pub(crate) fn default_of_size(place: Place, parameter: &Ident) -> Error {
    place.error(format!(
        "`{parameter}` has a default, which sizes of layers do not have\n\nhelp: write `const {parameter}: usize`"
    ))
}

/// `#[init(HeNormal)]` on a parameter, or on a setting.
pub(crate) fn formula_init(place: Place) -> Error {
    place.error(
        "expected a number with which every element starts, or an initializer\n\n\
         help: write `#[init(1.0)]`, `#[init(HeNormal)]` or `#[init(Normal(0.0, 0.1))]`; without it, matrices are drawn as the next \
         layer wants, and the others start at 0",
    )
}

/// `#[init(HeNormall)]`
pub(crate) fn misspelled_initializer(name: &Ident, similar: &str) -> Error {
    Place::of(name).error(format!("`{name}` is not an initializer\n\nhelp: write `#[init({similar})]`"))
}

/// `#[init(1.0)]` on a setting.
pub(crate) fn init_of_setting(place: Place, name: &Ident) -> Error {
    place.error(format!("`{name}` is a setting, which is not learned\n\nhelp: write its default after its type, as in `{name}: f64 = 1.0`"))
}

/// A default of a parameter.
pub(crate) fn default_of_parameter(place: Place, name: &Ident) -> Error {
    place.error(format!(
        "`{name}` is a parameter, and only settings have defaults\n\nhelp: write `#[init(1.0)]` before it for its first value"
    ))
}

/// `Vector<{ N * 2 }>`
pub(crate) fn computed_formula_size(place: Place, size: &str, parameter: &str) -> Error {
    place.error(format!(
        "`{size}` is computed from `{parameter}`, which stable Rust does not allow in a type\n\n\
         help: add a parameter for it, such as `const M: usize`, and write `M`"
    ))
}

/// `Vector<0>`
pub(crate) fn formula_size_zero(place: Place) -> Error {
    place.error("a size of 0, but sizes are at least 1")
}

/// `-> f64` in place of `-> Scalar`.
pub(crate) fn no_scalar(place: Place, found: &str) -> Error {
    place.error(format!(
        "`{found}` is not what the function gives: a gradient is that of one number\n\nhelp: write `-> Scalar`, for `f32` as for `f64`"
    ))
}

/// `[x, y]: Vector<3>`
pub(crate) fn number_of_elements(place: Place, names: usize, size: &str) -> Error {
    place.error(format!(
        "shape mismatch: {names} names for the {size} elements of `Vector<{size}>`\n\nhelp: write `Vector<{names}>`"
    ))
}

/// `[x, y]: Matrix<2, 2>`
pub(crate) fn elements_of_no_vector(place: Place, shape: &str) -> Error {
    place.error(format!(
        "only a vector is named by its elements, found `{shape}`\n\nhelp: write a name, and its elements as `x[0]`"
    ))
}

/// `mut x: Vector<2>`
pub(crate) fn no_input_pattern(place: Place) -> Error {
    place.error("expected a name, or the names of all elements, as in `[x, y]: Vector<2>`")
}
