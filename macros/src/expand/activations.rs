//! The outputs of all layers for one sample, as a struct with one field per layer.

use proc_macro2::{Ident, TokenStream};

use super::{Names, plain};

/// Returns the struct.
pub(super) fn structure(names: &Names) -> TokenStream {
    let Names { network, private, scalar, .. } = names;
    let (visibility, name, parameters) = (&network.visibility, name(names), names.parameters());
    let docs = format!(" The output of every layer of `{}` for one sample.", network.title);
    let hidden = network.block.is_some().then(|| code!(#[doc(hidden)]));
    let fields = names.layers.iter().zip(names.shapes.iter().skip(1)).map(|(site, shape)| {
        let field = &site.field;
        let docs = format!(" The output of `{}`.", plain(field));
        code!(#[doc = #docs] #visibility #field: #private::LayerOutput<#shape, #scalar>)
    });
    code! {
        #[doc = #docs]
        #hidden
        #[derive(#private::core::clone::Clone, #private::core::fmt::Debug, #private::core::cmp::PartialEq)]
        #[allow(dead_code)]
        #visibility struct #name<#parameters #scalar: #private::Scalar = #private::f32> {
            #(#fields,)*
        }
    }
}

/// Returns the part of `impl Network` that computes it.
pub(super) fn function(names: &Names) -> [TokenStream; 2] {
    let Names { network, private, scalar, .. } = names;
    let (name, parameters) = (name(names), &network.parameters);
    let zeroed = names.layers.iter().map(|site| {
        let field = &site.field;
        code!(#field: #private::LayerOutput::zeroed())
    });
    let arms = names.layers.iter().map(|site| {
        let (field, word) = (&site.field, plain(&site.field));
        code!(#word => __activations.#field.set(__output),)
    });
    let types = code!(type Activations = #name<#({ #parameters },)* #scalar>;);
    let function = code! {
        fn activations(
            &self,
            __input: &<Self::Input as #private::Shape>::Array<#scalar>,
        ) -> Self::Activations {
            let mut __activations = #name { #(#zeroed,)* };
            #private::Network::show(self, __input, &mut |__layer, __output| match __layer {
                #(#arms)*
                _ => {}
            });
            __activations
        }
    };
    [types, function]
}

/// Returns the name of the struct.
fn name(names: &Names) -> Ident {
    names.alias("Activations")
}
