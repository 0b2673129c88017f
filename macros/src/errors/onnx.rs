//! The messages of `network_from_onnx!`.

use syn::Error;

use crate::place::Place;

/// `network_from_onnx!()`
pub(crate) fn onnx_wanted(place: Place) -> Error {
    place.error("expected a network and a file such as `network_from_onnx!(struct Digits = \"digits.onnx\")`")
}

/// A file in another format, or an incomplete one.
pub(crate) fn no_onnx(place: Place, file: &str, reason: &str) -> Error {
    place.error(format!("`{file}` is not a complete ONNX model: {}", shown(reason)))
}

/// A model that is no network of typenet, with the node that is not.
pub(crate) fn refused_onnx(place: Place, file: &str, reason: &str) -> Error {
    place.error(format!("`{file}` cannot become a network\n\n{}", shown(reason)))
}

/// Escapes the characters of a file that a terminal would take for a command.
fn shown(reason: &str) -> String {
    let mut shown = String::new();
    for letter in reason.chars() {
        match letter {
            '"' | '\'' | '\\' => shown.push(letter),
            _ => shown.extend(letter.escape_debug()),
        }
    }
    shown
}
