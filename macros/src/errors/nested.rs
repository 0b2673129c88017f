//! The messages about blocks: layers in braces within a network.

use syn::Error;

use super::shapes::help;
use crate::place::Place;

/// `Parallel { .. }`
pub(crate) fn unknown_block(place: Place, word: &str) -> Error {
    place.error(format!(
        "`{word}` is not a block, so it takes no braces\n\n\
         help: the only block is `Residual {{ .. }}`; write other layers one after the other"
    ))
}

/// `Residual<64> { .. }`
pub(crate) fn block_with_sizes(place: Place) -> Error {
    place.error(format!("`Residual` takes no sizes: its output has the shape of its input\n\n{EXAMPLE}"))
}

/// `Residual`
pub(crate) fn block_without_layers(place: Place) -> Error {
    place.error(format!("`Residual` takes layers in braces\n\n{EXAMPLE}"))
}

const EXAMPLE: &str = "help: write `Residual { Dense<64, 64>, Tanh }`";

/// Too many nested blocks.
pub(crate) fn blocks_too_deep(place: Place, deepest: usize) -> Error {
    place.error(format!(
        "more than {deepest} nested blocks\n\nhelp: declare the inner blocks as a network, and write its name"
    ))
}

/// `block: Residual { }`
pub(crate) fn empty_block(place: Place, whose: &str) -> Error {
    place.error(format!("{whose} has no layers\n\n{EXAMPLE}"))
}

/// `#[init(..)] block: Residual { .. }`
pub(crate) fn initializes_block(place: Place, whose: &str) -> Error {
    place.error(format!(
        "{whose} has several layers to initialize\n\nhelp: write `#[init]` above the layers in the braces"
    ))
}

/// A block whose output does not have the shape of its input.
pub(crate) fn cannot_add(
    place: Place,
    block: &str,
    (takes, source): (&str, &str),
    (gives, producer): (&str, &str),
    edits: &[String],
) -> Error {
    place.error(format!(
        "shape mismatch: {producer} gives `{gives}` but `{block}` adds it to the `{takes}` of {source}{}",
        help(edits)
    ))
}
