//! The messages about settings in parentheses and the library's attributes.

use proc_macro2::Ident;
use syn::Error;

use crate::place::Place;
use crate::text::count;

/// `Tanh(3)`
pub(crate) fn takes_no_settings(place: Place, word: &str, written: &str) -> Error {
    place.error(format!("`{word}` takes no settings\n\nhelp: write `{written}`"))
}

/// `LeakyRelu(0.01, 0.02)`
pub(crate) fn too_many_settings(place: Place, whose: &Ident, known: usize, example: &str) -> Error {
    if known == 0 {
        return takes_no_settings(place, &whose.to_string(), example);
    }
    place.error(format!("`{whose}` takes {}, and this is one more\n\nhelp: write `{example}`", count(known, "setting")))
}

/// `Dropout(rte = 0.2)`
pub(crate) fn unknown_setting(name: &Ident, whose: &Ident, known: &[&str]) -> Error {
    let names: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    let way_out = match &names[..] {
        [name] => format!("its setting is {name}"),
        names => format!("its settings are {}", names.join(", ")),
    };
    Place::of(name).error(format!("`{whose}` has no setting `{name}`\n\nhelp: {way_out}"))
}

/// `BatchNorm(16)`
pub(crate) fn size_as_epsilon(place: Place, found: &str, whose: &str) -> Error {
    place.error(format!(
        "`{found}` is not a value of `epsilon`, a small number: the sizes of {whose} follow from its input\n\n\
         help: leave `{found}` out, or write a value such as `1e-5`"
    ))
}

/// `Dropout`
pub(crate) fn missing_setting(place: Place, whose: &Ident, name: &str, example: &str) -> Error {
    place.error(format!("`{whose}` requires the setting `{name}`\n\nhelp: write `{example}`, or another value"))
}

/// `Normal(mean = 0.0, mean = 1.0)`
pub(crate) fn setting_twice(place: Place, name: &str) -> Error {
    place.error(format!("`{name}` is set twice\n\nhelp: leave one of them out"))
}

/// `Normal(mean = 0.0, 1.0)`
pub(crate) fn position_after_name(place: Place) -> Error {
    place.error("a setting without a name comes before those with names\n\nhelp: write its name and `=` before it")
}

/// A setting that is not an expression.
pub(crate) fn unreadable_setting(place: Place, text: &str) -> Error {
    place.error(format!("expected an expression, found `{text}`"))
}

/// `Dropout(rate: 0.1)`
pub(crate) fn setting_with_colon(place: Place, name: &Ident, value: &str) -> Error {
    place.error(format!("expected `=` after `{name}`, found `:`\n\nhelp: write `{name} = {value}`"))
}

/// `#[init(Hee)]`
pub(crate) fn unknown_initializer(word: &Ident, alike: Option<&str>, examples: &[&str]) -> Error {
    let known = || {
        let names: Vec<_> = examples.iter().map(|example| format!("`{example}`")).collect();
        format!("write one of {}, or a constant of type `Initializer`", names.join(", "))
    };
    let way_out = alike.map_or_else(known, |alike| format!("write `{alike}`"));
    Place::of(word).error(format!("`{word}` is not an initializer\n\nhelp: {way_out}"))
}

/// `#[init]`
pub(crate) fn initializer_wanted(place: Place) -> Error {
    place.error("expected an initializer such as `#[init(HeNormal)]`")
}

/// `#[init(HeNormal)] Tanh`
pub(crate) fn nothing_to(place: Place, layer: &str, verb: &str, attribute: &str) -> Error {
    place.error(format!("{layer} has no parameters to {verb}\n\nhelp: leave `#[{attribute}]` out"))
}

/// `#[init(Zeros)] norm: BatchNorm`
pub(crate) fn draws_nothing(place: Place, field: &Ident) -> Error {
    place.error(format!("`{field}` starts from fixed values, not from an initializer\n\nhelp: leave `#[init]` out, and write to the field of the network: `network.{field}.weight.fill(0.0)`"))
}

/// `#[frozen(true)]`
pub(crate) fn frozen_takes_nothing(place: Place) -> Error {
    place
        .error("`#[frozen]` takes no arguments\n\nhelp: write `#[frozen]`, or leave it out for a layer that is trained")
}

/// `#[tile]`, `#[tile = 64]`
pub(crate) fn tile_wanted(place: Place) -> Error {
    place.error("expected a number of samples such as `#[tile(64)]`")
}

/// `#[tile(0)]`
pub(crate) fn tile_zero() -> String {
    "a tile has at least 1 sample".to_owned()
}

/// `#[tile(usize::MAX)]`
pub(crate) fn tile_too_large() -> String {
    "a tile has at most 16777216 samples".to_owned()
}

/// `#[budget]`
pub(crate) fn budget_wanted(place: Place) -> Error {
    place.error("expected limits such as `#[budget(parameters = 10_000, workspace = \"64 KiB\")]`")
}

/// `#[budget(10_000)]`, `#[budget(memory = 3)]`
pub(crate) fn unknown_limit(place: Place, found: &str) -> Error {
    place.error(format!("`{found}` is not a limit\n\nhelp: write `parameters = 10_000` or `workspace = \"64 KiB\"`"))
}

/// `workspace = "64 K"`
pub(crate) fn unreadable_bytes(place: Place, found: &str) -> Error {
    place.error(format!("{found} is not a number of bytes\n\nhelp: write `65_536`, or a string such as `\"64 KiB\"`, with B, KiB, MiB or GiB"))
}

/// `#[init(..)]` above the network, `#[tile(..)]` above a layer.
pub(crate) fn misplaced_attribute(place: Place, word: &str, of_layer: bool) -> Error {
    let (owner, where_to) = if of_layer { ("a layer", "the layer it is for") } else { ("a network", "`struct`") };
    place.error(format!("`#[{word}]` belongs to {owner}\n\nhelp: write it above {where_to}"))
}

/// `#[frozen] #[frozen]`
pub(crate) fn attribute_twice(place: Place, word: &str) -> Error {
    place.error(format!("`#[{word}]` is written twice\n\nhelp: leave one of them out"))
}

/// `Conv2d<_, 8, 3>(padding = SAME)`, `Conv2d<_, 8, 3>(stride = Same)`, where `owner` is the setting with that word.
pub(crate) fn unknown_word(place: Place, found: &str, setting: &str, [owner, alike]: [&str; 2]) -> Error {
    place.error(format!("`{found}` is not a value of `{setting}`\n\nhelp: write `{owner} = {alike}`"))
}

/// `Pad<1>(mode = Constant)`
pub(crate) fn no_such_word(place: Place, found: &str, setting: &str, words: &[&str]) -> Error {
    let edits: Vec<_> = words.iter().map(|word| format!("`{setting} = {word}`")).collect();
    place.error(format!("`{found}` is not a value of `{setting}`\n\nhelp: write {}", edits.join(", or ")))
}

/// `Conv2d<_, 8, 3>(padding = 1.5)`
pub(crate) fn unreadable_value(place: Place, setting: &str, text: &str, words: &[&str]) -> Error {
    let mut message = format!("`{text}` is not a value of `{setting}`\n\nhelp: write a number or a named constant");
    for word in words {
        message.extend([", or `", setting, " = ", word, "`"]);
    }
    place.error(message)
}

/// `Conv2d<_, 8, 3>(stride = (1, 2, 3))`, `Conv2d<_, 8, 3>(stride = [2, 1])`, with the `different` sizes in it.
pub(crate) fn several_of_pair(place: Place, text: &str, setting: &str, different: &[String]) -> Error {
    let edit = match different {
        [both] => format!("{setting} = {both}"),
        [rows, columns, ..] => format!("{setting} = ({rows}, {columns})"),
        [] => setting.to_owned(),
    };
    place.error(format!(
        "`{setting}` is one number, or two in parentheses for rows and columns, found `{text}`\n\nhelp: write `{edit}`"
    ))
}

/// `Conv2d<_, 8, 3>(stride = 0)`
pub(crate) fn setting_too_small(place: Place, setting: &str, whose: &str, found: u64, least: u64) -> Error {
    place.error(format!("the `{setting}` of {whose} is {found}, but it must be at least {least}"))
}

/// A setting that changes shapes and evaluates to 0.
pub(crate) fn open_setting_zero(setting: &str, whose: &str) -> String {
    format!("the `{setting}` of {whose} is 0, but it must be at least 1")
}

/// `Conv2d<_, 8, 3>(groups = G)` where `G` is a parameter.
pub(crate) fn groups_are_parameter(place: Place, setting: &str, parameter: &Ident) -> Error {
    place.error(format!(
        "`{setting}` determines the type of the weight, and stable Rust cannot compute a type from the const parameter \
         `{parameter}`\n\nhelp: write `{setting} = _` for a group per input channel, or a number or a named constant"
    ))
}

/// `Conv2d<_, 8, 3>(stride = S)` where `S` is a parameter.
pub(crate) fn setting_is_parameter(place: Place, setting: &str, parameter: &Ident) -> Error {
    place.error(format!(
        "`{setting}` changes the shape, and stable Rust cannot compute a shape from the const parameter `{parameter}`\n\n\
         help: write a number or a named constant"
    ))
}
