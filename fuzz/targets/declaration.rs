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

/// Expands a declaration like `declared` of the macro crate.
fn declared(declaration: TokenStream, library: &TokenStream) -> TokenStream {
    if let Some(parse::Conditional { conditions, declaration }) = parse::conditional(&declaration) {
        return quote!(#conditions #library::network! { #declaration });
    }
    let mut errors = Errors::new();
    let network = parse::declaration(declaration, &mut errors).map(|written| graph::resolve(written, &mut errors));
    let code = network.as_ref().map(|network| {
        let judges = check::check(network, &mut errors);
        expand::expand(network, &judges, library)
    });
    match (errors.into_result(), network) {
        (Ok(()), _) => code.unwrap_or_default(),
        (Err(mistakes), None) => mistakes.to_compile_error(),
        (Err(mistakes), Some(network)) => {
            let mistakes = fallback::items(&network.name, mistakes);
            quote!(#mistakes #code)
        }
    }
}

fuzz_target!(|text: &str| {
    let Ok(tokens) = text.parse::<TokenStream>() else { return };
    let library = quote!(::typenet);
    for expand in [declared, formula::activation, formula::loss, formula::layer, formula::gradient_of] {
        assert!(!expand(tokens.clone(), &library).is_empty(), "a declaration expands to code or messages");
    }
    if let Ok(input) = syn::parse2(tokens) {
        assert!(!flat_parameters::derive(&input).is_empty());
    }
});
