//! What replaces a size that a mistake left unknown?
//!
//! A constant that is itself an error: the compiler reports nothing about types with such a size, so uses of the network cause
//! no further errors.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Error;

use crate::generated;
use crate::size::Size;

/// Returns the constant. Its name is different for each network in a module.
pub(crate) fn constant(network: &Ident) -> Ident {
    generated::name(network, "UnknownSize")
}

/// Returns an unknown size.
pub(crate) fn size(network: &Ident) -> Size {
    Size::Unknown(constant(network))
}

/// Returns the mistakes as items; the first is the value of the constant.
pub(crate) fn items(network: &Ident, mistakes: Error) -> TokenStream {
    let name = constant(network);
    let mut mistakes = mistakes.into_iter().map(|mistake| mistake.to_compile_error());
    let first = mistakes.next();
    quote! {
        const #name: usize = #first;
        #(#mistakes)*
    }
}
