//! Messages about shapes: which one is meant, and which two do not meet.

use proc_macro2::Ident;
use syn::Error;

use crate::place::Place;

/// `(Dense<64, 32>)` as the input.
pub(crate) fn layer_as_shape(place: Place, word: &str) -> Error {
    place.error(format!("`{word}` is a layer, not a shape\n\nhelp: write a shape, such as `Vector<64>`"))
}

/// `Vector<64>` among the layers.
pub(crate) fn shape_as_layer(place: Place, word: &str, name: &Ident) -> Error {
    place.error(format!(
        "`{word}` is a shape, not a layer\n\n\
         help: write the input shape in parentheses after `{name}`, and layers here"
    ))
}

/// The header of a network with its input shape, which may be an example `with` what is to be written.
pub(crate) fn header(name: &Ident, generics: bool, one_line: bool, shape: &str, with: Option<&str>) -> String {
    let generics = if generics { "<..>" } else { "" };
    let body = if one_line { "= .." } else { "{ .. }" };
    let with = with.map_or_else(String::new, |with| format!(", with {with}"));
    format!("`struct {name}{generics} ({shape}) {body}`{with}")
}

/// Nothing says what the first layer is given.
pub(crate) fn input_not_known(name: &Ident, header: &str) -> Error {
    Place::of(name).error(format!("the input shape of `{name}` is not known\n\nhelp: write {header}"))
}

/// `Dens<64, 32>` as the first layer, or a layer of the user's own without an input shape.
pub(crate) fn unknown_first(place: Place, word: &str, like_dense: bool, name: &Ident, header: &str) -> Error {
    let layer = if like_dense { "`Dense`" } else { "a layer such as `Dense<64, 32>`" };
    place.error(format!(
        "`{word}` is not a layer of the library, so the input shape of `{name}` is not known\n\n\
         help: write {layer}, or for a layer of your own {header}"
    ))
}

/// `nn::Dense<64, 32>` as the first layer, without an input shape.
pub(crate) fn custom_first(place: Place, path: &str, word: &str, name: &Ident, header: &str) -> Error {
    place.error(format!(
        "`{path}` is taken for a layer of your own, so the input shape of `{name}` is not known\n\n\
         help: write `{word}` for the library's, or for a layer of your own {header}"
    ))
}

/// Two sizes that meet and differ.
pub(crate) fn size_mismatch(
    place: Place,
    producer: &str,
    gives: &str,
    consumer: &str,
    takes: &str,
    edits: &[String],
) -> Error {
    mismatch(place, &format!("{producer} gives {gives} but {consumer} takes {takes}"), edits)
}

/// A vector is wanted and an image comes, or the reverse.
pub(crate) fn shape_wanted(
    place: Place,
    producer: &str,
    gives: &str,
    consumer: &str,
    wanted: &str,
    edits: &[String],
) -> Error {
    if edits.is_empty() {
        let way_out = change_one_side(producer, consumer);
        return place
            .error(format!("shape mismatch: {producer} gives `{gives}` but {consumer} takes {wanted}\n\n{way_out}"));
    }
    mismatch(place, &format!("{producer} gives `{gives}` but {consumer} takes {wanted}"), edits)
}

/// A kernel that is larger than what it slides over: the message before, between and after the two sizes.
pub(crate) fn window_too_large(layer: &str, many: &str, input: &str, padded: bool) -> [String; 3] {
    let after = if padded { " with its padding" } else { "" };
    [
        format!("kernel too large: {layer} has "),
        format!(" {many} but its input `{input}` has "),
        format!("{after}\n\nhelp: write a smaller kernel, or more `padding`"),
    ]
}

/// The same where the macro knows the two sizes.
pub(crate) fn window_of_number_too_large(place: Place, message: &[String; 3], window: u64, room: u64) -> Error {
    let [before, between, after] = message;
    place.error(format!("{before}{window}{between}{room}{after}"))
}

/// The declared output is not what the last layer gives.
pub(crate) fn output_mismatch(
    place: Place,
    name: &Ident,
    declares: &str,
    producer: &str,
    gives: &str,
    edits: &[String],
) -> Error {
    mismatch(place, &format!("`{name}` declares `{declares}` but {producer} gives `{gives}`"), edits)
}

/// Two sizes that meet, if they turn out to differ: the message before, between and after the sizes.
pub(crate) fn open_mismatch(producer: &str, takes: &str, edits: &[String]) -> [String; 3] {
    [format!("shape mismatch: {producer} gives "), format!(" but {takes} "), help(edits)]
}

/// What to do where a layer of the user's own gives something else than the next takes.
pub(crate) fn change_one_side(producer: &str, consumer: &str) -> String {
    format!("help: make {producer} give what {consumer} takes, or put a layer between them")
}

/// What to do where a layer of the user's own does not give what was declared.
pub(crate) fn declare_what_comes(producer: &str) -> String {
    format!("help: write the shape that {producer} gives after `->`, or leave `->` out")
}

/// A type of the user's own that turns out not to be a layer.
pub(crate) fn not_a_layer(text: &str) -> String {
    if text.ends_with("f64>") {
        return format!(
            "`{text}` is not a layer\n\nhelp: leave `f64` out: a network within another one has its numbers"
        );
    }
    format!("`{text}` is not a layer\n\nhelp: implement `Layer` for `{text}`, or write a layer such as `Dense<64, 32>`")
}

/// A type of the user's own that turns out not to be a shape.
pub(crate) fn not_a_shape(text: &str) -> String {
    format!("`{text}` is not a shape\n\nhelp: write a shape such as `Vector<64>`")
}

/// What disagrees, then the edits that would each put it right.
fn mismatch(place: Place, what: &str, edits: &[String]) -> Error {
    place.error(format!("shape mismatch: {what}{}", help(edits)))
}

/// The edits that would each put something right, behind an empty line.
pub(super) fn help(edits: &[String]) -> String {
    if edits.is_empty() { String::new() } else { format!("\n\n{}", write_one_of(edits)) }
}

/// The edits that would each put something right.
pub(crate) fn write_one_of(edits: &[String]) -> String {
    format!("help: write {}", edits.join(", or "))
}
