//! Whatever the tokens, `network!` and `#[derive(Block)]` answer with code or with messages, and do not stop.
//!
//! A proc-macro crate cannot be linked, so its modules are compiled here, and `proc_macro2` stands in for the compiler.
#![no_main]

use libfuzzer_sys::fuzz_target;
use proc_macro2::TokenStream;
use quote::quote;

#[allow(dead_code, reason = "`weights!` is not among them: it reads a file of whoever compiles")]
#[path = "../../macros/src"]
mod macros {
    pub(crate) mod ast;
    pub(crate) mod block;
    pub(crate) mod check;
    pub(crate) mod errors;
    pub(crate) mod expand;
    pub(crate) mod fallback;
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
// The modules name one another from the root of their crate.
use macros::*;

use errors::Errors;

/// `declared` of the macro crate.
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
    let code = declared(tokens.clone(), &quote!(::typenet));
    assert!(!code.is_empty(), "a declaration gives code or messages");
    if let Ok(input) = syn::parse2(tokens) {
        assert!(!block::derive(&input).is_empty());
    }
});
