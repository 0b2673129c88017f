//! For any tokens, `network!`, the macros of formulas and `#[derive(FlatParameters)]` return code or messages, and terminate.
//!
//! A proc-macro crate cannot be linked, so its modules are compiled here, and `proc_macro2` replaces the compiler.
#![no_main]

use libfuzzer_sys::fuzz_target;
use proc_macro2::TokenStream;
use quote::quote;

#[path = "support/macros.rs"]
mod support;

// The modules refer to each other through the root of their crate.
use support::declared;
use support::macros::*;

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
