//! How does a macro expand a declaration? It is parsed and analysed, and becomes items, or errors and a stand-in.

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::Errors;

/// What was read of a declaration: its header, and what its formula computes. Whatever is missing was reported.
pub(super) type Read<H, A> = Option<(H, Option<A>)>;

/// Returns the header and the analysis of a declaration. What `parse` read before a mistake is a header without an analysis.
pub(super) fn read<H, A>(
    errors: &mut Errors,
    parse: impl FnOnce(&mut Option<H>, &mut Errors) -> syn::Result<()>,
    analyse: impl FnOnce(&H, &mut Errors) -> Option<A>,
) -> Read<H, A> {
    let mut header = None;
    match parse(&mut header, errors) {
        Ok(()) => header.map(|header| {
            let analysis = analyse(&header, errors);
            (header, analysis)
        }),
        Err(error) => {
            errors.push(error);
            header.map(|header| (header, None))
        }
    }
}

/// Returns the items of a declaration, or its mistakes and a stand-in.
pub(super) fn expand<H, A>(
    tokens: TokenStream,
    read: impl FnOnce(TokenStream, &mut Errors) -> Read<H, A>,
    items: impl FnOnce(&H, &A) -> TokenStream,
    stand_in: impl FnOnce(&H) -> TokenStream,
) -> TokenStream {
    let mut errors = Errors::new();
    let read = read(tokens, &mut errors);
    match (errors.into_result(), read) {
        (Ok(()), Some((header, Some(analysis)))) => items(&header, &analysis),
        (result, read) => {
            let mistakes = result.err().map(|error| error.to_compile_error());
            let stand_in = read.map(|(header, _)| stand_in(&header));
            quote!(#mistakes #stand_in)
        }
    }
}
