//! The messages about blocks: layers in braces within a network.

use proc_macro2::Ident;
use syn::Error;

use super::shapes::help;
use crate::block::{BRANCHES, Join, Keyword, SHORTCUT};
use crate::place::Place;

/// Stands in the message of a trait for the type that does not implement it. No source text contains it.
pub(crate) const ITSELF: &str = "\0";

/// `Sequential { .. }`
pub(crate) fn unknown_block(place: Place, word: &str) -> Error {
    place.error(format!(
        "`{word}` is not a block, so it takes no braces\n\n\
         help: the blocks are `Residual {{ .. }}`, `Repeat<4> {{ .. }}` and `Parallel {{ a: {{ .. }}, b: {{ .. }} }}`; \
         write other layers one after the other"
    ))
}

/// `Residual<64> { .. }`
pub(crate) fn block_with_sizes(place: Place, block: Keyword) -> Error {
    let (name, contents) = (block.name(), block.contents());
    let reason = match block {
        Keyword::Parallel => format!("they follow from its {contents}"),
        Keyword::Residual | Keyword::Repeat => "its output has the shape of its input".to_owned(),
    };
    place.error(format!("`{name}` takes no sizes: {reason}\n\n{}", example(block)))
}

/// `Residual`
pub(crate) fn block_without_layers(place: Place, block: Keyword) -> Error {
    place.error(format!("`{}` takes {} in braces\n\n{}", block.name(), block.contents(), example(block)))
}

fn example(block: Keyword) -> String {
    format!("help: write `{}`", block.example())
}

/// Too many nested blocks.
pub(crate) fn blocks_too_deep(place: Place, deepest: usize) -> Error {
    place.error(format!(
        "more than {deepest} nested blocks\n\nhelp: declare the inner blocks as a network, and write its name"
    ))
}

/// `block: Residual { }`
pub(crate) fn empty_block(place: Place, whose: &str, block: Keyword) -> Error {
    place.error(format!("{whose} has no {}\n\n{}", block.contents(), example(block)))
}

/// `#[init(..)] block: Residual { .. }`
pub(crate) fn initializes_block(place: Place, whose: &str) -> Error {
    place.error(format!(
        "{whose} has several layers to initialize\n\nhelp: write `#[init]` above the layers in the braces"
    ))
}

/// `#[recompute(true)]`
pub(crate) fn recompute_takes_nothing(place: Place) -> Error {
    place.error(
        "`#[recompute]` takes no arguments\n\n\
         help: write `#[recompute]`, or leave it out for a block that keeps what its layers compute",
    )
}

/// `#[recompute] hidden: Dense<64, 32>`, `#[recompute] Residual { .. }`
pub(crate) fn recomputes_no_repetitions(place: Place, name: &Ident) -> Error {
    place.error(format!(
        "`{name}` is not a `Repeat` block, and `#[recompute]` saves memory only where repetitions share it\n\n\
         help: write it above a `Repeat<4> {{ .. }}` around `{name}`"
    ))
}

/// `#[recompute] Repeat<4> { BatchNorm }`
pub(crate) fn recomputes_mixing(layer: &str, block: &str) -> String {
    format!(
        "`{layer}` waits for all samples of the batch, so the backward pass of a few samples cannot compute it again\n\n\
         help: leave `#[recompute]` at `{block}` out, or write a layer that treats every sample by itself, such as \
         `LayerNorm` or `GroupNorm<1>`"
    )
}

/// `Residual(Tanh, Dense<64, 32>) { .. }`
pub(crate) fn one_shortcut(place: Place, whose: &str) -> Error {
    place.error(format!(
        "the parentheses of {whose} hold one layer, which its input passes through before it is added\n\n\
         help: write one layer such as `Conv2d<_, 32, 1>`, or declare several as a network and write its name"
    ))
}

/// `Residual(side: Dense<64, 32>) { .. }`
pub(crate) fn shortcut_named(name: &Ident) -> Error {
    Place::of(name)
        .error(format!("the layer in the parentheses of a block is called `{SHORTCUT}`\n\nhelp: leave `{name}:` out"))
}

/// `Residual(Dense<64, 32>) { shortcut: Dense<64, 32> }`
pub(crate) fn shortcut_taken(name: &Ident) -> Error {
    Place::of(name).error(format!(
        "`{name}` is the name of the layer in the parentheses of this block\n\nhelp: give this layer another name"
    ))
}

/// `Repeat<_> { .. }`
pub(crate) fn count_inferred(place: Place) -> Error {
    place.error(
        "`_` cannot stand for the count of `Repeat`\n\nhelp: write how often the layers occur, as in `Repeat<4>`",
    )
}

/// `Parallel(Multiply) { .. }`
pub(crate) fn unknown_join(place: Place, text: &str) -> Error {
    place.error(format!(
        "`{text}` is not a way to join branches\n\nhelp: write `Parallel(Concat)`, `Parallel(Add)` or `Parallel(Pair)`"
    ))
}

/// `Parallel(Pair) { a: { .. }, b: { .. }, c: { .. } }`
pub(crate) fn pair_of_branches(place: Place, whose: &str, found: usize) -> Error {
    place.error(format!(
        "{whose} makes a pair of {found} branches\n\n\
         help: write two branches, one of which may end with another `Parallel(Pair)`"
    ))
}

/// `Parallel { only: { .. } }`
pub(crate) fn one_branch(place: Place, whose: &str) -> Error {
    place.error(format!(
        "{whose} has only one branch\n\n\
         help: add a branch, such as `skip: {{}}`, or write the layers without the block around them"
    ))
}

/// More branches than a block may have.
pub(crate) fn too_many_branches(place: Place, whose: &str, found: usize) -> Error {
    let [_, most] = BRANCHES;
    place.error(format!(
        "{whose} has {found} branches, but a block has at most {most}\n\n\
         help: put some of them into a block within one of its branches"
    ))
}

/// A block whose output does not have the shape of its input or of its shortcut.
pub(crate) fn cannot_add(
    place: Place,
    block: &str,
    (takes, source): (&str, &str),
    (gives, producer): (&str, &str),
    edits: &[String],
    way_out: Option<&str>,
) -> Error {
    place.error(format!(
        "shape mismatch: {producer} gives `{gives}` but `{block}` adds it to the `{takes}` of {source}{}",
        help_or(edits, way_out)
    ))
}

/// A block of repeated layers that give another shape than they take.
pub(crate) fn cannot_repeat(
    place: Place,
    block: &str,
    takes: &str,
    (gives, producer): (&str, &str),
    edits: &[String],
    way_out: Option<&str>,
) -> Error {
    let help = help_or(edits, way_out);
    place.error(format!("shape mismatch: {producer} gives `{gives}` but {} `{takes}`{help}", repeats(block)))
}

/// What a repeated block does with the output of its layers.
pub(crate) fn repeats(block: &str) -> String {
    format!("`{block}` repeats its layers, which take")
}

/// A branch whose output cannot be joined to that of the first branch.
pub(crate) fn cannot_join(
    place: Place,
    (branch, gives): (&str, &str),
    first: &str,
    first_gives: &str,
    edits: &[String],
    way_out: &str,
) -> Error {
    let help = help_or(edits, Some(way_out));
    place.error(format!("shape mismatch: `{branch}` gives `{gives}` but {first} `{first_gives}`{help}"))
}

/// Branches that give tokens or pairs.
pub(crate) fn cannot_join_shape(place: Place, block: &str, join: Join, gives: &str) -> Error {
    place.error(format!(
        "`{block}` {} what its branches give, and `{gives}` has no values to join\n\n\
         help: write a layer in each branch that gives values: `Embedding` for tokens, `First` or `Second` for a pair",
        join.verb()
    ))
}

/// Suggests the edits, or the way out if there are none.
fn help_or(edits: &[String], way_out: Option<&str>) -> String {
    match way_out {
        Some(way_out) if edits.is_empty() => format!("\n\n{way_out}"),
        _ => help(edits),
    }
}

/// Suggests what to write for a residual block whose input is a pair.
pub(crate) const ADD_TO_FIRST: &str =
    "help: write `Parallel(Add) { skip: { First }, added: { .. } }`, which adds to the first of the pair";

/// Suggests what repeated layers that take a pair end with.
pub(crate) const PAIR_AGAIN: &str =
    "help: write `Parallel(Pair) { first: { .. }, second: { Second } }`, which gives a pair again";

/// Suggests what to do if the images of branches have other sizes.
pub(crate) const SAME_IMAGES: &str =
    "help: make both give the same number of rows and columns, for example with `padding = Same`";

/// Suggests what to do if the image of a shortcut has another size.
pub(crate) const SAME_STRIDES: &str =
    "help: make both give the same number of rows and columns, with the same `stride` and with `padding = Same`";

/// Suggests what to do if the output of a branch cannot be joined to that of the first, as only the compiler knows.
pub(crate) fn join_alike(branch: &str, first: &str) -> String {
    format!("help: make {branch} give what `{first}` gives, or put a layer at the end of one of them")
}

/// The first branch, to whose output another one is joined, in words.
pub(crate) fn joined_to(block: &str, first: &str, join: Join) -> String {
    format!("`{first}`, which `{block}` {} to it, gives", join.verb())
}
