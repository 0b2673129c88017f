//! What are the error messages? Each is a function here. A collection gathers them, so that one expansion reports all
//! mistakes.

use proc_macro2::Ident;
use syn::Error;

use crate::place::Place;

mod shapes;

mod arrays;
#[cfg(feature = "weights")]
mod embed;
mod flat_parameters;
mod formula_syntax;
mod formulas;
mod nested;
#[cfg(feature = "onnx")]
mod onnx;
mod settings;
mod sizes;

mod formula_headers;

pub(crate) use arrays::*;
#[cfg(feature = "weights")]
pub(crate) use embed::*;
pub(crate) use flat_parameters::*;
pub(crate) use formula_headers::*;
pub(crate) use formula_syntax::*;
pub(crate) use formulas::*;
pub(crate) use nested::*;
#[cfg(feature = "onnx")]
pub(crate) use onnx::*;
pub(crate) use settings::*;
pub(crate) use shapes::*;
pub(crate) use sizes::*;

/// The mistakes found so far.
#[derive(Default)]
pub(crate) struct Errors {
    /// All of them in one, `None` while there are none.
    combined: Option<Error>,
    /// Whether `into_result` was called.
    read: bool,
}

impl Errors {
    /// Returns an empty collection.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a mistake.
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.combined {
            Some(combined) => combined.combine(error),
            None => self.combined = Some(error),
        }
    }

    /// Adds a mistake, unless the same was told elsewhere.
    pub(crate) fn push_once(&mut self, error: Error) {
        let text = error.to_string();
        let mut told = self.combined.iter().flatten();
        if !told.any(|known| known.to_string() == text) {
            self.push(error);
        }
    }

    /// Adds a mistake, if there is one.
    pub(crate) fn extend(&mut self, error: Option<Error>) {
        if let Some(error) = error {
            self.push(error);
        }
    }

    /// Returns whether there are mistakes.
    pub(crate) fn any(&self) -> bool {
        self.combined.is_some()
    }

    /// Returns the number of mistakes.
    pub(crate) fn len(&self) -> usize {
        self.combined.as_ref().map_or(0, |combined| combined.clone().into_iter().count())
    }

    /// Combines all mistakes in one error, if there are any.
    ///
    /// # Errors
    ///
    /// If at least one mistake was added.
    pub(crate) fn into_result(mut self) -> Result<(), Error> {
        self.read = true;
        self.combined.take().map_or(Ok(()), Err)
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        // An unreported mistake would let a wrong network compile.
        debug_assert!(self.read || std::thread::panicking(), "the errors were never reported");
    }
}

/// Something other than `wanted`.
pub(crate) fn expected(place: Place, wanted: &str, found: &str) -> Error {
    place.error(format!("expected {wanted}, found {found}"))
}

/// `network!()`
pub(crate) fn empty_declaration() -> Error {
    Place::call().error("expected a network, found nothing\n\nhelp: write `struct Name { Dense<64, 10>, Softmax }`")
}

/// `pub(here)`
pub(crate) fn unknown_visibility(place: Place, text: &str) -> Error {
    place.error(format!("`{text}` is not a visibility\n\nhelp: write `pub`, or `pub(crate)`"))
}

/// Neither `{` nor `=` after the header.
pub(crate) fn missing_body(place: Place, found: &str, name: &Ident, in_parentheses: bool) -> Error {
    let way_out = if in_parentheses { "\n\nhelp: parentheses hold the input shape, and braces the layers" } else { "" };
    place.error(format!("expected the layers of `{name}` in `{{ .. }}` or after `=`, found {found}{way_out}"))
}

/// Tokens after the closing brace.
pub(crate) fn after_body(place: Place, found: &str, name: &Ident) -> Error {
    place.error(format!(
        "expected nothing after the layers of `{name}`, found {found}\n\n\
         help: write one `network!` for each network"
    ))
}

/// `struct Name<'a>`
pub(crate) fn lifetime_parameter(place: Place, name: &Ident) -> Error {
    place.error(format!("a network has no lifetimes\n\nhelp: `{name}` can have `usize` parameters: `<const N: usize>`"))
}

/// `struct Name<T>`
pub(crate) fn type_parameter(place: Place, parameter: &Ident) -> Error {
    place.error(format!(
        "`{parameter}` is a type parameter, but a network has only `usize` parameters\n\n\
         help: write `const {parameter}: usize` for a size, or leave `{parameter}` out: every network exists in \
         `f32` and `f64`"
    ))
}

/// `struct Name<const N: u32>`
pub(crate) fn parameter_not_usize(place: Place, parameter: &Ident, found: &str) -> Error {
    place.error(format!(
        "`{parameter}` is a size and must be `usize`, found `{found}`\n\n\
         help: write `const {parameter}: usize`"
    ))
}

/// `struct Name<const N: usize = 3>`
pub(crate) fn parameter_default(place: Place, parameter: &Ident) -> Error {
    place.error(format!(
        "`{parameter}` has a default, which a network's parameters do not support\n\n\
         help: write `const {parameter}: usize`"
    ))
}

/// `struct Name<const N: usize> where ..`
pub(crate) fn where_clause(place: Place) -> Error {
    place.error("a network has no `where` clause\n\nhelp: leave it out: the shapes are the bounds")
}

/// Two parameters, or two layers, with the same name.
pub(crate) fn declared_twice(name: &Ident) -> Error {
    Place::of(name).error(format!("`{name}` is declared twice\n\nhelp: give one of them another name"))
}

/// A keyword in place of a name.
pub(crate) fn keyword_name(word: &Ident, raw: bool) -> Error {
    let place = Place::of(word);
    if raw {
        place.error(format!("`{word}` is a keyword: write `r#{word}`"))
    } else {
        place.error(format!("`{word}` is a keyword and cannot be a name"))
    }
}

/// `(Vector<3>, Vector<4>)`
pub(crate) fn several_inputs(place: Place, number: usize, pair: &str) -> Error {
    place.error(format!(
        "a network takes one input, found {number} shapes\n\n\
         help: write a pair of shapes, `({pair})`, and `First` or `Second` in each branch that reads one of them"
    ))
}

/// `pub hidden: ..`
pub(crate) fn layer_visibility(place: Place) -> Error {
    place.error(
        "a layer has no visibility of its own: every layer is as visible as its network\n\n\
         help: leave it out",
    )
}

/// `first: second: Dense<64, 32>`
pub(crate) fn second_name(first: &Ident, second: &Ident) -> Error {
    Place::of(second)
        .error(format!("this layer already has the name `{first}`\n\nhelp: leave `{first}:` or `{second}:` out"))
}

/// `layers!()`
pub(crate) fn macro_as_layer(place: Place, path: &str) -> Error {
    place.error(format!(
        "`{path}!` is a macro call, and a layer is written as a type\n\n\
         help: write the layer itself, or let a macro write the whole `network!`"
    ))
}

/// Two layers or branches without a comma between them, or another token after one.
pub(crate) fn expected_comma(place: Place, after: &str, found: &str) -> Error {
    place.error(format!("expected `,` after the {after}, found {found}"))
}

/// `Dense<64, 32`
pub(crate) fn unclosed(place: Place) -> Error {
    place.error("this `<` is never closed\n\nhelp: write `>` after the last size")
}

/// `typenet::Dense<64, 32>`
pub(crate) fn library_path(place: Place, path: &str, word: &Ident) -> Error {
    let before = path.strip_suffix(&word.to_string()).unwrap_or(path);
    place.error(format!(
        "`{path}` is a layer of the library, and these are written without a path\n\nhelp: leave `{before}` out"
    ))
}

/// `Dense::new(64, 32)`
pub(crate) fn called(place: Place, path: &str, example: &str) -> Error {
    place.error(format!(
        "`{path}` is not a layer: a layer is written as a type, without a call\n\nhelp: write `{example}`"
    ))
}

/// `#[repr(..)]`: that the parameters are one slice depends on the layout.
pub(crate) fn representation(place: Place) -> Error {
    place.error("a network is laid out as `repr(C)`, and its parameters are one slice\n\nhelp: leave `#[repr]` out")
}

/// `#[derive(Clone)]`
pub(crate) fn derived_already(word: &Ident) -> Error {
    let owner = if word == "Clone" { "the box of every network" } else { "every network" };
    Place::of(word).error(format!("`{word}` is already implemented for {owner}\n\nhelp: leave `{word}` out"))
}

/// `#[cfg(..)]` on a layer.
pub(crate) fn conditional_layer(place: Place) -> Error {
    place.error(
        "`#[cfg]` cannot remove a layer, because the shapes around it would change\n\n\
         help: declare two networks and put `#[cfg]` on each",
    )
}

/// An attribute that cannot be parsed.
pub(crate) fn unreadable_attribute(place: Place) -> Error {
    place.error("expected an attribute such as `#[allow(dead_code)]`")
}

/// More tokens than the recursive parser can take.
pub(crate) fn too_long(place: Place) -> Error {
    place.error("this expression is too long\n\nhelp: name it in a `const` and write the name")
}

/// `struct Name { Name }`
pub(crate) fn contains_itself(name: &Ident, place: Place) -> Error {
    place.error(format!(
        "`{name}` contains itself, so it would be infinite\n\nhelp: write the layers that you want instead"
    ))
}

/// `struct Name { }`
pub(crate) fn no_layers(name: &Ident) -> Error {
    Place::of(name).error(format!("`{name}` has no layers\n\nhelp: write at least one, such as `Dense<64, 10>`"))
}
