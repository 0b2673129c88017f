//! Messages about blocks: layers in braces within a network.

use syn::Error;

use super::shapes::help;
use crate::place::Place;

/// `Parallel { .. }`
pub(crate) fn unknown_block(place: Place, word: &str) -> Error {
    place.error(format!(
        "`{word}` is no block, so no braces follow it\n\n\
         help: the one block is `Residual {{ .. }}`; else write the layers one after the other"
    ))
}

/// `Residual<64> { .. }`
pub(crate) fn block_with_sizes(place: Place) -> Error {
    place.error(format!("`Residual` takes no sizes: it gives what it takes\n\n{EXAMPLE}"))
}

/// `Residual`
pub(crate) fn block_without_layers(place: Place) -> Error {
    place.error(format!("`Residual` takes layers in braces\n\n{EXAMPLE}"))
}

const EXAMPLE: &str = "help: write `Residual { Dense<64, 64>, Tanh }`";

/// Blocks in blocks in blocks.
pub(crate) fn blocks_too_deep(place: Place, deepest: usize) -> Error {
    place.error(format!(
        "more than {deepest} blocks within each other\n\nhelp: declare a network of the inner ones, and write its name"
    ))
}

/// `block: Residual { }`
pub(crate) fn empty_block(place: Place, whose: &str) -> Error {
    place.error(format!("{whose} has no layers\n\n{EXAMPLE}"))
}

/// `#[init(..)] block: Residual { .. }`
pub(crate) fn draws_block(place: Place, whose: &str) -> Error {
    place.error(format!("{whose} has many layers to draw\n\nhelp: write `#[init]` at those in the braces"))
}

/// A block that does not give what it takes.
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
