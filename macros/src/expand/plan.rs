//! The constants by which memory around the network is laid out.

use proc_macro2::{Span, TokenStream};

use super::{Names, code};

/// `impl Plan` for the network as a layer.
pub(super) fn plan(names: &Names) -> TokenStream {
    let private = &names.private;
    let (parameters, architecture) = (names.parameters(), names.architecture());
    let count = names.layers.len();
    let of_each = |function: &str| -> Vec<TokenStream> {
        let function = proc_macro2::Ident::new(function, Span::mixed_site());
        let layers = names.layers.iter().zip(&names.shapes);
        layers
            .map(|(site, shape)| (&site.kind, shape))
            .map(|(kind, shape)| code!(#private::chain::#function::<#kind, #shape>()))
            .collect()
    };
    let (caches, scratch, multiply_adds) = (of_each("cache"), of_each("scratch"), of_each("multiply_adds"));
    let kept = (0..count.saturating_sub(1)).map(|index| match index {
        0 => names.len(1),
        index => {
            let link = names.link(index);
            code!(#private::chain::kept::<#link>())
        }
    });
    let widest = names.widest(count);
    let plan_of = |index: usize| {
        let (kind, shape) = (&names.layers[index].kind, &names.shapes[index]);
        code!(<<#kind as #private::Layer>::Plan<#shape> as #private::Plan>)
    };
    let (first, last) = (plan_of(0), plan_of(count - 1));
    code! {
        #[automatically_derived]
        impl<#parameters> #private::Plan for #architecture {
            const CACHE_LEN: usize = #(#kept +)* #(#caches +)* 2 * #widest;
            const INFERENCE_LEN: usize = 2 * #widest + #private::chain::largest(&[#(#scratch),*]);
            const MULTIPLY_ADDS: u64 = #(#multiply_adds)+*;
            const READS_INPUT: bool = #first::READS_INPUT;
            const READS_OUTPUT: bool = #last::READS_OUTPUT;
        }
    }
}
