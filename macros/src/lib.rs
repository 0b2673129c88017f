//! The macros of `typenet`: `network!`, and `#[derive(FlatParameters)]` for the parameters of custom layers (`flat_parameters`).
//!
//! `network!` has four phases, each a module: `parse` reads the declaration, `graph` resolves names and propagates shapes along
//! the chain, `check` checks the edges that the macro can decide, `expand` generates the code. Parsing never checks shapes,
//! checking never generates code, and expansion never fails. After a mistake, `fallback` replaces what is unknown.
#![forbid(unsafe_code)]

// Names, texts and positions in the source, and the messages about mistakes.
mod identifier;
mod place;

mod block;
mod generated;
mod text;

mod errors;

// What the macro knows about the library.
mod size;

mod fallback;
mod setting;
mod shape;

mod initializer;
mod layer;

// The declaration and its phases.
mod tokens;

mod ast;

mod parse;

mod graph;

mod check;

mod expand;

// The other macros.
#[cfg(feature = "weights")]
mod embed;
#[cfg(feature = "examples")]
mod examples;
mod flat_parameters;
mod formula;

#[cfg(feature = "onnx")]
mod onnx;

#[cfg(test)]
mod tests;

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::quote;

use crate::errors::Errors;
use crate::graph::Network;
use crate::parse::Conditional;

/// Expands the declaration of a network, which follows `($crate)`: the wrapper `typenet::network!` passes the path of the
/// library, so that a renamed dependency works.
#[proc_macro]
pub fn network(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let (library, rest) = after_library(input.into());
    declared(&rest, &library).into()
}

/// Splits the arguments of a macro into the path of the library and the user's tokens.
fn after_library(input: TokenStream) -> (TokenStream, TokenStream) {
    let mut input = input.into_iter();
    let library =
        if let Some(TokenTree::Group(group)) = input.next() { Group::stream(&group) } else { quote!(::typenet) };
    (library, input.collect())
}

/// Expands an activation, which follows `($crate)`, as in `network`.
#[proc_macro]
pub fn activation(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let (library, rest) = after_library(input.into());
    formula::imported(rest.clone(), &library, "activation_impl")
        .unwrap_or_else(|| formula::activation(rest, &library))
        .into()
}

/// Expands a loss, which follows `($crate)`, as in `network`.
#[proc_macro]
pub fn loss(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let (library, rest) = after_library(input.into());
    formula::imported(rest.clone(), &library, "loss_impl").unwrap_or_else(|| formula::loss(rest, &library)).into()
}

/// Expands a layer, which follows `($crate)`, as in `network`.
#[proc_macro]
pub fn layer(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let (library, rest) = after_library(input.into());
    formula::imported(rest.clone(), &library, "layer_impl").unwrap_or_else(|| formula::layer(rest, &library)).into()
}

/// Expands a function with its gradient, which follows `($crate)`, as in `network`.
#[proc_macro]
pub fn gradient_of(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let (library, rest) = after_library(input.into());
    formula::imported(rest.clone(), &library, "gradient_of_impl")
        .unwrap_or_else(|| formula::gradient_of(rest, &library))
        .into()
}

/// Expands a function for other formulas, which follows `($crate)`, as in `network`.
#[proc_macro]
pub fn formula(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let (library, rest) = after_library(input.into());
    formula::imported(rest.clone(), &library, "formula_impl").unwrap_or_else(|| formula::formula(rest)).into()
}

/// Embeds a weights file as a constant. The arguments follow `($crate)`, as in `network`.
#[cfg(feature = "weights")]
#[proc_macro]
pub fn weights(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    embed::expand(input.into()).into()
}

/// Declares the network of an ONNX model, with its weights. The arguments follow `($crate)`, as in `network`.
#[cfg(feature = "onnx")]
#[proc_macro]
pub fn network_from_onnx(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let (library, rest) = after_library(input.into());
    imported(&rest, &library).into()
}

/// Generates a network around the example of each layer, for the tests of `typenet`. The module `examples` describes the
/// output.
#[cfg(feature = "examples")]
#[doc(hidden)]
#[proc_macro]
pub fn every_layer(callback: proc_macro::TokenStream) -> proc_macro::TokenStream {
    examples::every_layer(&callback.into()).into()
}

/// Implements `typenet::FlatParameters` for the parameters of a custom layer. The trait's documentation describes it.
#[proc_macro_derive(FlatParameters, attributes(flat_parameters, tensor))]
pub fn derive_flat_parameters(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    match syn::parse::<syn::DeriveInput>(input) {
        Ok(input) => flat_parameters::derive(&input).into(),
        Err(error) => error.to_compile_error().into(),
    }
}

/// Returns the code of a declaration. After mistakes, it returns their messages and stand-ins that prevent further errors where
/// the network is used.
fn declared(declaration: &TokenStream, library: &TokenStream) -> TokenStream {
    // A condition applies to all items that the network becomes, so the compiler has to evaluate it before they are generated.
    if let Some(Conditional { conditions, declaration }) = parse::conditional(declaration) {
        return quote!(#conditions #library::network! { #declaration });
    }
    let (mistakes, network) = expanded(declaration.clone(), library);
    let Some((network, mut code)) = network else {
        return mistakes.map_or_else(|mistakes| mistakes.to_compile_error(), |()| TokenStream::new());
    };
    if let Some(renamed) = parse::renamed(declaration, &network.parameters) {
        // Its mistakes are the same, but the messages above have the names that are written.
        code = expanded(renamed, library).1.map_or(code, |(_, code)| code);
    }
    match mistakes {
        Ok(()) => code,
        Err(mistakes) => {
            let mistakes = fallback::items(&network.name, mistakes);
            quote!(#mistakes #code)
        }
    }
}

/// Returns the code of a network that an ONNX file declares, and its weights.
#[cfg(feature = "onnx")]
fn imported(call: &TokenStream, library: &TokenStream) -> TokenStream {
    if let Some(Conditional { conditions, declaration }) = parse::conditional(call) {
        return quote!(#conditions #library::network_from_onnx! { #declaration });
    }
    match onnx::import(call.clone(), library) {
        Ok(onnx::Imported { declaration, items }) => {
            let network = declared(&declaration, library);
            quote!(#network #items)
        }
        Err(onnx::Failed { error, stand_in: None }) => error.to_compile_error(),
        Err(onnx::Failed { error, stand_in: Some((name, onnx::Imported { declaration, items })) }) => {
            let mistakes = fallback::items(&name, error);
            let network = expanded(declaration, library).1.map(|(_, code)| code);
            quote!(#mistakes #network #items)
        }
    }
}

/// Returns the mistakes in a declaration, and the network with its code if the name of the network could be parsed.
fn expanded(declaration: TokenStream, library: &TokenStream) -> (syn::Result<()>, Option<(Network, TokenStream)>) {
    let mut errors = Errors::new();
    let network = parse::declaration(declaration, &mut errors).map(|written| graph::resolve(written, &mut errors));
    let expanded = network.map(|network| {
        let judges = check::check(&network, &mut errors);
        let code = expand::expand(&network, &judges, library);
        (network, code)
    });
    (errors.into_result(), expanded)
}
