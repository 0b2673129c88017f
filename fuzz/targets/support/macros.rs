//! The modules of the macro crate, for the targets that expand declarations: a proc-macro crate cannot be linked.

use proc_macro2::TokenStream;
use quote::quote;

#[allow(dead_code, unused_imports, reason = "each target needs a part, and none reads a file of the user")]
#[path = "../../../macros/src"]
pub(crate) mod macros {
    pub(crate) mod ast;
    pub(crate) mod block;
    pub(crate) mod check;
    pub(crate) mod embed;
    pub(crate) mod errors;
    pub(crate) mod expand;
    pub(crate) mod fallback;
    pub(crate) mod flat_parameters;
    pub(crate) mod formula;
    pub(crate) mod generated;
    pub(crate) mod graph;
    pub(crate) mod identifier;
    pub(crate) mod initializer;
    pub(crate) mod layer;
    pub(crate) mod onnx;
    pub(crate) mod parse;
    pub(crate) mod place;
    pub(crate) mod setting;
    pub(crate) mod shape;
    pub(crate) mod size;
    pub(crate) mod text;
    pub(crate) mod tokens;
}

use macros::errors::Errors;
use macros::graph::Network;
use macros::{check, expand, fallback, graph, parse};

/// Expands a declaration like `declared` of the macro crate.
pub(crate) fn declared(declaration: TokenStream, library: &TokenStream) -> TokenStream {
    if let Some(parse::Conditional { conditions, declaration }) = parse::conditional(&declaration) {
        return quote!(#conditions #library::network! { #declaration });
    }
    let (mistakes, network) = expanded(declaration.clone(), library);
    let Some((network, mut code)) = network else {
        return mistakes.map_or_else(|mistakes| mistakes.to_compile_error(), |()| TokenStream::new());
    };
    if let Some(renamed) = parse::renamed(&declaration, &network.parameters) {
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
