//! The messages about sizes and their number.

use std::ops::RangeInclusive;

use proc_macro2::Ident;
use syn::Error;

use crate::place::Place;
use crate::text::count;

/// The owner of the sizes in parentheses after the name.
pub(crate) const THE_INPUT: &str = "the input";

/// The owner of the sizes after `->`.
pub(crate) const THE_OUTPUT: &str = "the output";

/// Tokens that are not a size.
pub(crate) fn unreadable_size(place: Place, text: &str) -> Error {
    place.error(format!(
        "expected a size, found `{text}`\n\n\
         help: a size is a number, a constant, a const parameter or a `{{ const expression }}`"
    ))
}

/// `Dense<inputs = 3, outputs = 4>`
pub(crate) fn named_size(place: Place) -> Error {
    place.error("a size has no name: its position determines its meaning\n\nhelp: leave the names and their `=` out")
}

/// `Dense[64, 32]`
pub(crate) fn sizes_in_brackets(place: Place, written: &str) -> Error {
    place.error(format!("expected sizes in `<` and `>`, found `[`\n\nhelp: write `{written}`"))
}

/// `64u8`
pub(crate) fn size_suffix(place: Place, suffix: &str, digits: &str) -> Error {
    place.error(format!("a size is a `usize`, found the suffix `{suffix}`\n\nhelp: write `{digits}`"))
}

/// A literal that exceeds 64 bits.
pub(crate) fn size_too_large(place: Place, text: &str) -> Error {
    place.error(format!("`{text}` is too large for a size"))
}

/// `Dense<4294967296, 4294967296>`
pub(crate) fn too_large(place: Place, whose: &str, what: &str) -> Error {
    place.error(open_too_large(whose, what))
}

/// The same if only the compiler knows a size.
pub(crate) fn open_too_large(whose: &str, what: &str) -> String {
    format!("{whose} is too large: {what} elements, more than an array can have")
}

/// `Conv2d<_, 8, 3>(padding = 18446744073709551615)`
pub(crate) fn computed_size_overflows(place: Place, whose: &str, words: &str) -> Error {
    place.error(format!("{whose} is too large: {words} overflow `usize`"))
}

/// Arithmetic that overflows a `usize`.
pub(crate) fn size_overflow(place: Place, text: &str) -> Error {
    place.error(format!("`{text}` overflows"))
}

/// Arithmetic with a negative result.
pub(crate) fn size_negative(place: Place, text: &str, bound: &str) -> Error {
    place.error(format!("`{text}` is negative, but {bound}"))
}

/// `Conv2d<3, 8, (3, 3)>`
pub(crate) fn several_sizes(place: Place, text: &str, phrase: &str, edit: Option<&str>) -> Error {
    let edit = edit.map_or_else(String::new, |edit| format!("\n\nhelp: write `{edit}`"));
    place.error(format!("{phrase} is one number, found `{text}`{edit}"))
}

/// Arithmetic that divides by zero.
pub(crate) fn size_division_by_zero(place: Place, text: &str) -> Error {
    place.error(format!("`{text}` divides by zero"))
}

/// `Dense<64, 0>`
pub(crate) fn size_zero(place: Place, whose: &str) -> Error {
    place.error(open_zero(whose))
}

/// A size that evaluates to 0.
pub(crate) fn open_zero(whose: &str) -> String {
    format!("{whose} has size 0, but sizes are at least 1")
}

/// `Mlp::<0, 3>`
pub(crate) fn parameter_zero(parameter: &Ident, network: &Ident) -> String {
    format!("`{parameter}` of `{network}` is 0, but sizes are at least 1")
}

/// `Dense<H * 2, 32>`
pub(crate) fn needs_braces(place: Place, text: &str) -> Error {
    place.error(format!("`{text}` needs braces to be a size\n\nhelp: write `{{ {text} }}`"))
}

/// `Dense<{ N * 2 }, 32>` where `N` is a parameter.
pub(crate) fn computes_with_parameter(place: Place, text: &str, parameter: &Ident, parameters: &[Ident]) -> Error {
    let is_fresh = |letter: &char| parameters.iter().all(|parameter| *parameter != letter.to_string());
    let fresh = "MHKL".chars().chain('A'..='Z').find(is_fresh).unwrap_or('M');
    place.error(format!(
        "`{text}` computes with the const parameter `{parameter}`, \
         which stable Rust cannot do in a type\n\n\
         help: add another parameter, `const {fresh}: usize`, and write `{fresh}` here"
    ))
}

/// `Dense<64, _>`, or `MaxPool2d<_>`, of which no size can be inferred.
pub(crate) fn cannot_infer(place: Place, word: &str, some: bool, phrase: &str, example: &str) -> Error {
    let which = if some { "only the first size" } else { "no size" };
    place.error(format!(
        "`_` stands for the size that comes in, and {which} of `{word}` can be inferred\n\n\
         help: write {phrase}, such as `{example}`"
    ))
}

/// `(Vector<_>)`
pub(crate) fn cannot_infer_shape(place: Place, word: &str, example: &str) -> Error {
    place.error(format!(
        "`_` cannot stand in the shape `{word}` of a header, where no layer comes before it\n\n\
         help: write the size, such as `{example}`"
    ))
}

/// `Mine<_>`
pub(crate) fn cannot_infer_custom(place: Place, word: &str, meant: Option<&str>) -> Error {
    let way_out = meant.map_or_else(
        || "write the argument out".to_owned(),
        |meant| format!("write `{meant}`, or, for a custom layer, the argument"),
    );
    place.error(format!(
        "`_` can be inferred only in built-in layers and shapes, and `{word}` is not one\n\nhelp: {way_out}"
    ))
}

/// `Dense<_, 32>` after a shape that only the compiler knows, in a network with const parameters.
pub(crate) fn cannot_infer_generic(place: Place, producer: &str) -> Error {
    place.error(format!(
        "`_` cannot be inferred: only the compiler knows what {producer} gives, \
         and stable Rust cannot compute a size in a network with const parameters\n\n\
         help: write the size instead of `_`"
    ))
}

/// `Flatten` after `Image<C, 28, 28>`, where `C` is a parameter.
pub(crate) fn depends_on_parameter(place: Place, layer: &str, parameter: &Ident) -> Error {
    place.error(format!(
        "a size of {layer} is computed from the const parameter `{parameter}`, which stable Rust cannot do in a type\n\n\
         help: write a number or a named constant instead of `{parameter}`"
    ))
}

/// `Flatten` after a custom layer, in a network with const parameters.
pub(crate) fn size_of_custom_shape(place: Place, layer: &str, producer: &str) -> Error {
    place.error(format!(
        "a size of {layer} is computed from what {producer} gives, which only the compiler knows, \
         and stable Rust cannot compute a size in a network with const parameters\n\n\
         help: write numbers or named constants instead of the parameters"
    ))
}

/// Too few or too many sizes: how many may be written, and how many are.
pub(crate) fn wrong_number_of_sizes(
    place: Place,
    word: &str,
    sizes: &[&str],
    (taken, given): (RangeInclusive<usize>, usize),
    example: &str,
) -> Error {
    let takes = if sizes.is_empty() {
        "no sizes".to_owned()
    } else {
        let fewest = if taken.start() < taken.end() { format!("{} or ", taken.start()) } else { String::new() };
        format!("{fewest}{} ({})", count(sizes.len(), "size"), sizes.join(", "))
    };
    let were = if given == 1 { "was" } else { "were" };
    let way_out = match given {
        _ if sizes.is_empty() => "write",
        given if given < *taken.start() => "write all of them, as in",
        _ => "write no more of them, as in",
    };
    place.error(format!("`{word}` takes {takes} but {given} {were} given\n\nhelp: {way_out} `{example}`"))
}
