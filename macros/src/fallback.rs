//! What stands in for a size that a mistake left unknown?
//!
//! A constant that is itself an error: the compiler says nothing about types with such a size, so that uses of the
//! network stay quiet, whatever they expect.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::Error;

use crate::identifier;
use crate::place::Place;
use crate::shape::Size;

/// The constant, whose name keeps two wrong networks in one module apart.
fn constant(network: &Ident) -> Ident {
    format_ident!("__{}UnknownSize", identifier::plain(network), span = Span::mixed_site())
}

/// A size that nobody knows.
pub(crate) fn size(network: &Ident) -> Size {
    Size::Opaque(constant(network).to_token_stream(), Place::call())
}

/// The mistakes as items; the first of them is the value of the constant.
pub(crate) fn items(network: &Ident, mistakes: Error) -> TokenStream {
    let name = constant(network);
    let mut mistakes = mistakes.into_iter().map(|mistake| mistake.to_compile_error());
    let first = mistakes.next();
    quote! {
        const #name: usize = #first;
        #(#mistakes)*
    }
}
