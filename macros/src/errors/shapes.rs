//! Messages about shapes: which one is meant, and which two do not meet.

use proc_macro2::Ident;
use syn::Error;

use super::Place;
use crate::ast::Form;

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

/// Nothing says what the first layer is given.
pub(crate) fn input_not_known(name: &Ident, generics: bool, form: Form, size: &str) -> Error {
    let generics = if generics { "<..>" } else { "" };
    let body = if form == Form::OneLine { "= .." } else { "{ .. }" };
    Place::of(name).error(format!(
        "the input shape of `{name}` is not known\n\n\
         help: write `struct {name}{generics} (Vector<{size}>) {body}`"
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

/// A vector is wanted and an image comes.
pub(crate) fn vector_wanted(place: Place, producer: &str, gives: &str, consumer: &str, edits: &[String]) -> Error {
    mismatch(place, &format!("{producer} gives `{gives}` but {consumer} takes a vector"), edits)
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

/// What disagrees, then the edits that would each put it right.
fn mismatch(place: Place, what: &str, edits: &[String]) -> Error {
    if edits.is_empty() {
        place.error(format!("shape mismatch: {what}"))
    } else {
        let edits = edits.join(", or ");
        place.error(format!("shape mismatch: {what}\n\nhelp: write {edits}"))
    }
}
