//! For any tokens, `network!`, the macros of formulas and `#[derive(FlatParameters)]` return code or messages, and terminate.
//!
//! A proc-macro crate cannot be linked, so its modules are compiled here, and `proc_macro2` replaces the compiler.
#![no_main]

use libfuzzer_sys::fuzz_target;
use proc_macro2::TokenStream;
use quote::quote;

#[allow(dead_code, reason = "`weights!` is left out, because it reads a file of the user")]
#[path = "../../macros/src"]
mod macros {
    pub(crate) mod ast;
    pub(crate) mod block;
    pub(crate) mod flat_parameters;
    pub(crate) mod check;
    pub(crate) mod errors;
    pub(crate) mod expand;
    pub(crate) mod fallback;
    pub(crate) mod formula;
    pub(crate) mod generated;
    pub(crate) mod graph;
    pub(crate) mod identifier;
    pub(crate) mod initializer;
    pub(crate) mod layer;
    pub(crate) mod parse;
    pub(crate) mod place;
    pub(crate) mod setting;
    pub(crate) mod shape;
    pub(crate) mod size;
    pub(crate) mod text;
    pub(crate) mod tokens;
}
// The modules refer to each other through the root of their crate.
use macros::*;

use errors::Errors;
use graph::Network;

/// Expands a declaration like `declared` of the macro crate.
fn declared(declaration: TokenStream, library: &TokenStream) -> TokenStream {
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

/// Expands a function for other formulas, which needs no path to the library.
fn shared(function: TokenStream, _: &TokenStream) -> TokenStream {
    formula::formula(function)
}

fuzz_target!(|text: &str| {
    let Ok(tokens) = text.parse::<TokenStream>() else { return };
    let library = quote!(::typenet);
    for expand in [declared, formula::activation, formula::loss, formula::layer, formula::gradient_of, shared] {
        assert!(!expand(tokens.clone(), &library).is_empty(), "a declaration expands to code or messages");
    }
    if let Some(call) = formula::imported(tokens.clone(), &library, "layer_impl") {
        assert!(!call.is_empty());
    }
    if let Ok(input) = syn::parse2(tokens) {
        assert!(!flat_parameters::derive(&input).is_empty());
    }
});
