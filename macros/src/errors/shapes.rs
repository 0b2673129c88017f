//! The messages about shapes: unknown shapes, and shapes that do not match.

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

/// Returns the header of a network with its input shape, which may be an example; `with` then describes the actual sizes.
pub(crate) fn header(name: &Ident, generics: bool, one_line: bool, shape: &str, with: Option<&str>) -> String {
    let generics = if generics { "<..>" } else { "" };
    let body = if one_line { "= .." } else { "{ .. }" };
    let with = with.map_or_else(String::new, |with| format!(", with {with}"));
    format!("`struct {name}{generics} ({shape}) {body}`{with}")
}

/// A network whose input shape is not written and not determined by the first layer.
pub(crate) fn input_not_known(name: &Ident, header: &str) -> Error {
    Place::of(name).error(format!("the input shape of `{name}` is not known\n\nhelp: write {header}"))
}

/// `Dens<64, 32>` as the first layer, or a custom layer, without an input shape.
pub(crate) fn unknown_first(place: Place, word: &str, meant: Option<&str>, name: &Ident, header: &str) -> Error {
    let layer = meant.map_or_else(|| "a layer such as `Dense<64, 32>`".to_owned(), |meant| format!("`{meant}`"));
    place.error(format!(
        "`{word}` is not a layer of the library, so the input shape of `{name}` is not known\n\n\
         help: write {layer}, or, for a custom layer, {header}"
    ))
}

/// `nn::Dense<64, 32>` as the first layer, without an input shape.
pub(crate) fn custom_first(place: Place, path: &str, word: &str, name: &Ident, header: &str) -> Error {
    place.error(format!(
        "`{path}` is treated as a custom layer, so the input shape of `{name}` is not known\n\n\
         help: write `{word}` for the library's layer, or, for a custom layer, {header}"
    ))
}

/// Two sizes of an edge that differ.
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

/// An image where a vector is expected, or the reverse.
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

/// `Pair<3, 4>`
pub(crate) fn not_a_pair(place: Place, found: &[String]) -> Error {
    let found = match found {
        [] => "nothing".to_owned(),
        found => found.iter().map(|shape| format!("`{shape}`")).collect::<Vec<_>>().join(", "),
    };
    place.error(format!(
        "`Pair` takes two shapes, found {found}\n\n\
         help: write two shapes, as in `Pair<Vector<8>, Vector<4>>`; three are a pair in a pair"
    ))
}

/// `Padded<Vector<3>>`
pub(crate) fn not_a_sequence(place: Place, found: &[String]) -> Error {
    let found = match found {
        [] => "nothing".to_owned(),
        found => found.iter().map(|shape| format!("`{shape}`")).collect::<Vec<_>>().join(", "),
    };
    place.error(format!(
        "`Padded` takes a sequence, found {found}\n\n\
         help: write one, as in `Padded<Sequence<16, 8>>` or `Padded<Tokens<16, 256>>`"
    ))
}

/// `-> Padded<Sequence<16, 8>>`
pub(crate) fn padded_output(place: Place) -> Error {
    place.error(
        "only an input is `Padded`: the output has all steps, and those of the padding are of no use\n\n\
         help: leave `Padded` out here; a loss with `Masked` leaves out the steps without a target",
    )
}

/// A layer that sees the padding of sequences.
pub(crate) fn sees_padding(layer: &str, network: &Ident) -> String {
    format!(
        "`{layer}` sees the padding of sequences, and the input of `{network}` is `Padded`\n\n\
         help: leave `Padded` out, or make one step of a sequence before `{layer}`, with `LastStep`, `GlobalAvgPool1d` or \
         `GlobalMaxPool1d`; a convolution leaves padding out with `padding = Causal` and stride 1, and a custom layer that \
         implements `Layer` says that it does with `ALLOWS_PADDING` in its plan"
    )
}

/// More tokens than a floating-point number distinguishes.
pub(crate) fn vocabulary_too_large(place: Place, most: u64) -> Error {
    place.error(format!("a vocabulary has at most {most} tokens: `f32` does not represent every index above"))
}

/// A kernel that is larger than its padded input, or than that and a stride less one: the parts of the message before, between
/// and after the two sizes. `channels_first` is the input with its last axis first, if its channels may be the last ones.
pub(crate) fn window_too_large(
    layer: &str,
    many: &str,
    (input, channels_first): (&str, Option<String>),
    [padded, dilated, begun]: [bool; 3],
) -> [String; 3] {
    let after = match (padded, begun) {
        (true, false) => " with its padding",
        (false, false) => "",
        (true, true) => " with its padding and `rounding = Up`",
        (false, true) => " with `rounding = Up`",
    };
    let (verb, smaller) =
        if dilated { ("spans", "a smaller `dilation` or kernel") } else { ("has", "a smaller kernel") };
    let first = channels_first.map_or_else(String::new, |shape| format!(", or `{shape}`, with the channels first"));
    [
        format!("kernel too large: {layer} {verb} "),
        format!(" {many} but its input `{input}` has "),
        format!("{after}\n\nhelp: write {smaller}, or more `padding`{first}"),
    ]
}

/// A transposed convolution whose padding leaves out its whole output: the parts of the message before, between and after the
/// padding with one row, and the rows that its kernels cover.
pub(crate) fn crops_all(layer: &str, many: &str) -> [String; 3] {
    [
        format!("padding too large: {layer} needs "),
        format!(" {many} to leave out its `padding` and keep one, but its kernels cover "),
        "\n\nhelp: write less `padding`, or a larger kernel".to_owned(),
    ]
}

/// A border that an image cannot fill: the parts of the message before, between and after the two sizes.
pub(crate) fn border_too_large(layer: &str, mode: &str, many: &str, input: &str) -> [String; 3] {
    [
        format!("border too large: {layer} needs at least "),
        format!(" {many} for `mode = {mode}` but its input `{input}` has "),
        "\n\nhelp: write a smaller border, or another `mode`".to_owned(),
    ]
}

/// A shape with another number of elements than the input: the parts of the message before, between and after the two numbers.
pub(crate) fn reshaped_to_another_length(layer: &str, input: &str, output: &str) -> [String; 3] {
    [
        format!("shape mismatch: the input `{input}` of {layer} has "),
        format!(" but `{output}` has "),
        "\n\nhelp: write a shape with as many values, or `_` for a size that follows from the others".to_owned(),
    ]
}

/// `Reshape<24>`
pub(crate) fn shape_argument(place: Place, word: &str, found: &str, examples: &[&str]) -> Error {
    let examples: Vec<_> = examples.iter().map(|example| format!("`{example}`")).collect();
    place.error(format!(
        "`{word}` takes one shape of the library, found {found}\n\nhelp: write a shape, as in {}",
        examples.join(" or ")
    ))
}

/// `Reshape<Image<_, _, 4>>`
pub(crate) fn inferred_twice(place: Place, word: &str, example: &str) -> Error {
    place.error(format!(
        "only one size of `{word}` can be `_`, which then follows from the others\n\nhelp: write the other sizes, as in `{example}`"
    ))
}

/// Groups that do not divide the channels: the parts of the message before, between and after the number of groups and the
/// common divisors.
pub(crate) fn groups_do_not_divide(layer: &str, [input, output]: &[String; 2], noun: &str) -> [String; 3] {
    [
        format!("groups do not divide: {layer} has "),
        format!(" groups, but {input} and {output} share only the divisors "),
        format!("\n\nhelp: write one of these numbers for `groups`, or other numbers of {noun}s"),
    ]
}

/// Groups of a normalization that do not divide the channels, in parts as those of `groups_do_not_divide`.
pub(crate) fn normalized_groups_do_not_divide(layer: &str, channels: &str) -> [String; 3] {
    [
        format!("groups do not divide: {layer} has "),
        format!(" groups, but the divisors of {channels} are "),
        "\n\nhelp: write one of these numbers for the groups, or another number of channels".to_owned(),
    ]
}

/// Heads that do not divide the features, in parts as those of `groups_do_not_divide`.
pub(crate) fn heads_do_not_divide(layer: &str, features: &str) -> [String; 3] {
    [
        format!("heads do not divide: {layer} has "),
        format!(" heads, but the divisors of {features} are "),
        "\n\nhelp: write one of these numbers for the heads, or another number of features".to_owned(),
    ]
}

/// Sequences of other widths, in parts as those of `groups_do_not_divide`.
pub(crate) fn widths_differ(layer: &str) -> [String; 3] {
    [
        format!("shape mismatch: the first input of {layer} has "),
        " but the second has ".to_owned(),
        "\n\nhelp: give both as many features, with a `Dense` at the end of one of them".to_owned(),
    ]
}

/// Heads whose pairs of features do not divide the features, in parts as those of `groups_do_not_divide`.
pub(crate) fn heads_do_not_divide_into_pairs(layer: &str, features: &str) -> [String; 3] {
    [
        format!("heads do not divide: {layer} turns pairs of features in each head, so it takes a multiple of "),
        format!(" features, but the divisors of {features} are "),
        "\n\nhelp: write half of an even one of these numbers for the heads, or another number of features".to_owned(),
    ]
}

/// A requirement on two sizes that the macro knows.
pub(crate) fn requirement(place: Place, [before, between, after]: &[String; 3], [one, other]: &[String; 2]) -> Error {
    place.error(format!("{before}{one}{between}{other}{after}"))
}

/// A declared output that the last layer does not give.
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

/// Two sizes of an edge that the compiler compares: the parts of the message before, between and after the sizes.
pub(crate) fn open_mismatch(producer: &str, takes: &str, edits: &[String]) -> [String; 3] {
    [format!("shape mismatch: {producer} gives "), format!(" but {takes} "), help(edits)]
}

/// Suggests what to do if a custom layer does not give the shape that the next one takes.
pub(crate) fn change_one_side(producer: &str, consumer: &str) -> String {
    format!("help: make {producer} give what {consumer} takes, or put a layer between them")
}

/// Suggests what to do if a custom layer does not give the declared shape.
pub(crate) fn declare_what_comes(producer: &str) -> String {
    format!("help: write the shape that {producer} gives after `->`, or leave `->` out")
}

/// A custom type that is not a layer.
pub(crate) fn not_a_layer(text: &str) -> String {
    if text.ends_with("f64>") {
        return format!(
            "`{text}` is not a layer\n\nhelp: leave `f64` out: a nested network has the scalar type of the network around it"
        );
    }
    format!("`{text}` is not a layer\n\nhelp: implement `Layer` for `{text}`, or write a layer such as `Dense<64, 32>`")
}

/// A custom type that is not a shape.
pub(crate) fn not_a_shape(text: &str) -> String {
    format!("`{text}` is not a shape\n\nhelp: write a shape such as `Vector<64>`")
}

/// A mismatch, followed by the edits that would each fix it.
fn mismatch(place: Place, what: &str, edits: &[String]) -> Error {
    place.error(format!("shape mismatch: {what}{}", help(edits)))
}

/// Formats the edits that would each fix a mistake, after an empty line.
pub(super) fn help(edits: &[String]) -> String {
    if edits.is_empty() { String::new() } else { format!("\n\n{}", write_one_of(edits)) }
}

/// Formats the edits that would each fix a mistake.
pub(crate) fn write_one_of(edits: &[String]) -> String {
    format!("help: write {}", edits.join(", or "))
}

/// A layer of a network that learns from windows of long sequences cannot go on where the window before ended.
pub(crate) fn carries_nothing(layer: &str, network: &Ident) -> String {
    format!(
        "`{layer}` of `{network}` carries no state from window to window, so `{network}` cannot learn from long sequences in windows\n\n\
         help: use recurrent layers with their default direction and layers that act on each step, or train on each window by itself"
    )
}

/// A layer of a network that reads a stream needs the whole sequence.
pub(crate) fn needs_whole_sequence(layer: &str, network: &Ident) -> String {
    format!(
        "`{layer}` of `{network}` gives an output that depends on later steps, so `{network}` cannot read one step at a time\n\n\
         help: predict the whole sequence, or use layers that read forward, such as a recurrent layer with its default direction"
    )
}

/// `Parallel(Add) { a: { First }, b: { Second } }`
pub(crate) fn joins_other_steps(layer: &str, network: &Ident) -> String {
    format!(
        "the branches of `{layer}` give sequences of different lengths, since the input of `{network}` is `Padded`\n\n\
         help: make one step of each before they are joined, with `LastStep`, `GlobalAvgPool1d` or `GlobalMaxPool1d`, or let one \
         attend to the other, with `Parallel(Pair)` and `CrossAttention`"
    )
}

/// A network with padded sequences is trained on windows.
pub(crate) fn carries_no_padding(network: &Ident) -> String {
    format!(
        "the input of `{network}` is `Padded`, but a sequence that goes on in the next window has no padding\n\n\
         help: declare `{network}` without `Padded` to train it so, and view it as the other network with `view_as_mut`"
    )
}

/// A network of a stream gives a sequence for an input without steps.
pub(crate) fn gives_whole_sequence(layer: &str, network: &Ident) -> String {
    format!(
        "`{layer}` of `{network}` gives a sequence for an input without steps, so `{network}` cannot give one step at a time\n\n\
         help: predict the whole sequence"
    )
}
