//! The messages of `weights!`.

use syn::Error;

use crate::place::Place;

/// `weights!()`
pub(crate) fn weights_wanted(place: Place) -> Error {
    place.error("expected a network and a file such as `weights!(Digits, \"digits.safetensors\")`")
}

/// `weights!(Digits, "digits.safetensors", prefix = "module.")`
pub(crate) fn weights_option(place: Place) -> Error {
    place.error("expected `strip_prefix = \"module.\"`, which removes a prefix from the names in the file")
}

/// Two tensors with the same name.
pub(crate) fn weights_twice(place: Place, file: &str, name: &str) -> Error {
    place.error(format!("`{file}` cannot be embedded\n\ntwo of its tensors have the name `{name}`"))
}

/// A file that does not exist or cannot be read.
pub(crate) fn unreadable_weights(place: Place, file: &str, reason: &str) -> Error {
    place.error(format!("`{file}` cannot be read: {reason}\n\nhelp: the path is relative to the source file"))
}

/// A file in another format, or an incomplete one.
pub(crate) fn no_safetensors(place: Place, file: &str, reason: &str) -> Error {
    place.error(format!(
        "`{file}` is not a complete safetensors file: {reason}\n\nhelp: write the path of a file that `save` or PyTorch wrote"
    ))
}

/// Tensors that no network can load.
pub(crate) fn wrong_weights(place: Place, file: &str, wrong: &[String]) -> Error {
    place.error(format!("`{file}` cannot be embedded\n\n{}", wrong.join("\n")))
}
