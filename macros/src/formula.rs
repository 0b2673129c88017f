//! Formulas: activations and losses whose derivative the macro writes.
//!
//! `header` and `parse` read the declaration, `resolve` turns the formula into a `graph` of values, `derivative` adds the
//! derivatives to it, `schedule` cuts it into loops, and `emit` writes their code. `activation`, `loss`, `layer` and
//! `gradient` are the four forms, of which `declaration` is the frame.

mod expression;

mod parse;

mod named_sizes;
mod range;
mod size;

mod graph;

mod declared;

mod header;

mod derivative;
mod function;

mod resolve;
mod schedule;

mod emit;
mod explain;
mod moves;

mod memory;
mod settings;

mod assertions;
mod declaration;
mod documentation;
mod initialization;
mod layer_header;

mod activation;
mod layer;

mod gradient;
mod shared;

mod loss;

pub(crate) use activation::activation;
pub(crate) use gradient::gradient_of;
pub(crate) use layer::layer;
pub(crate) use loss::loss;
pub(crate) use shared::{formula, imported};

/// The macros whose mistakes tests read.
#[cfg(test)]
#[derive(Clone, Copy)]
pub(crate) enum Form {
    Activation,
    Loss,
    ShapedLoss,
    Layer,
    Gradient,
}

/// Returns the mistakes in a declaration.
#[cfg(test)]
pub(crate) fn mistakes(tokens: proc_macro2::TokenStream, form: Form) -> Vec<syn::Error> {
    let mut errors = crate::errors::Errors::new();
    match form {
        Form::Activation => drop(activation::read(tokens, &mut errors)),
        Form::Loss => drop(loss::read(tokens, &mut errors)),
        Form::ShapedLoss => loss::read_shaped(tokens, &mut errors),
        Form::Layer => drop(layer::read(tokens, &mut errors)),
        Form::Gradient => gradient::mistakes(tokens, &mut errors),
    }
    errors.into_result().err().map_or_else(Vec::new, |error| error.into_iter().collect())
}

/// What the tests of formulas use.
#[cfg(test)]
pub(crate) mod testing {
    pub(crate) use super::derivative::propagate;
    pub(crate) use super::graph::{
        Axes, Binary, Extent, Graph, Matrix, Operation, Outer, Part, Reduction, Size, Unary, Value,
    };
    pub(crate) use super::parse::formula;
    pub(crate) use super::resolve::Scope;
    pub(crate) use super::schedule::{Pass, Step, Wanted, steps};
    pub(crate) use super::size::Length;
}
