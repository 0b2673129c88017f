//! What stands in for a size that a mistake left unknown?
//!
//! A constant that is itself an error: the compiler says nothing about types with such a size, so that uses of the
//! network stay quiet, whatever they expect.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Error;

use crate::generated;
use crate::size::Size;

/// The constant, whose name keeps two wrong networks in one module apart.
fn constant(network: &Ident) -> Ident {
    generated::name(network, "UnknownSize")
}

/// A size that nobody knows.
pub(crate) fn size(network: &Ident) -> Size {
    Size::Unknown(constant(network))
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
