//! The messages of `#[derive(FlatParameters)]`.

use proc_macro2::Ident;
use syn::Error;

use crate::place::Place;

/// A struct without a type parameter.
pub(crate) fn flat_parameters_without_scalar(name: &Ident) -> Error {
    Place::of(name).error(format!(
        "`{name}` has no type parameter for its scalar type\n\n\
         help: write `struct {name}<T>`, with fields such as `weight: SVector<T, 3>`"
    ))
}

/// A struct with several type parameters.
pub(crate) fn flat_parameters_with_types(second: &Ident) -> Error {
    Place::of(second).error(format!(
        "flat parameters have one type parameter, their scalar type, and `{second}` is another\n\n\
         help: make `{second}` a `const` parameter, or leave it out"
    ))
}

/// `struct Name<T>(..)`
pub(crate) fn flat_parameters_of_tuple(name: &Ident) -> Error {
    Place::of(name).error(format!("the fields of `{name}` have no names, and its tensors are named after them\n\nhelp: write `struct {name}<T> {{ weight: .. }}`"))
}

/// `enum Name<T>`
pub(crate) fn flat_parameters_of_no_struct(name: &Ident) -> Error {
    Place::of(name).error(format!("`{name}` is not a struct: flat parameters consist of tensors and nothing else"))
}

/// No `#[repr(C)]`, or another `#[repr]`.
pub(crate) fn flat_parameters_without_layout(place: Place, name: &Ident) -> Error {
    place.error(format!(
        "`{name}` is not laid out as one slice\n\nhelp: write `#[repr(C)]`, and no other `#[repr]`, above it"
    ))
}

/// `#[flat_parameters(..)]` with something other than `crate`.
pub(crate) fn flat_parameters_attribute(place: Place) -> Error {
    place.error("expected the path of the library: `#[flat_parameters(crate = typenet)]`")
}

/// `#[tensor(..)]` with something other than a kind.
pub(crate) fn tensor_kind(place: Place) -> Error {
    place.error("expected what the tensor is for: `#[tensor(weight)]`, `#[tensor(scale)]`, `#[tensor(bias)]` or `#[tensor(statistic)]`")
}
