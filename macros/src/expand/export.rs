//! How a network is added to a graph of ONNX. Only the library knows whether it has the feature, so its macro `exporting!` writes these
//! functions or nothing.

use proc_macro2::TokenStream;

use super::Names;
use super::blocks;
use crate::identifier::plain;

/// Returns the function that adds the layers one after the other.
pub(super) fn layers(names: &Names) -> TokenStream {
    let Names { library, private, scalar, input, .. } = names;
    let calls = names.layers.iter().zip(&names.shapes).map(|(site, shape)| {
        let (field, kind, settings) = (&site.field, &site.kind, &site.settings);
        let (name, declared) = (plain(field), site.layer.map_or("", |layer| &layer.description));
        code! {
            let __value = &#private::chain::onnx::<#kind, #shape, #scalar>(
                __graph,
                (#name, #declared),
                #private::Site { parameters: &__parameters.#field, settings: #settings, pass: __pass },
                __value,
            )?;
        }
    });
    code! {
        #library::exporting! {
            fn onnx<#input: #private::Shape, #scalar: #private::Scalar>(
                __site: #private::SiteOf<'_, Self, #scalar>,
                __graph: &mut #private::OnnxGraph,
                __value: &#private::OnnxValue,
            ) -> #private::Result<#private::OnnxValue> {
                let #private::Site { parameters: __parameters, pass: __pass, .. } = __site;
                #(#calls)*
                #private::core::result::Result::Ok(#private::core::clone::Clone::clone(__value))
            }
        }
    }
}

/// Returns the function that adds the branches of a block, which read the same input.
pub(super) fn branches(names: &Names, index: usize, sites: &[blocks::Site]) -> TokenStream {
    let Names { library, private, scalar, .. } = names;
    let input = &names.shapes[index];
    let calls = sites.iter().map(|blocks::Site { branch, kind, .. }| {
        let (field, name) = (&branch.field, plain(&branch.field));
        code! {
            #private::chain::onnx::<#kind, #input, #scalar>(
                __graph,
                (#name, ""),
                #private::Site { parameters: &__parameters.#field, settings: &(), pass: &#private::Pass::inference() },
                __value,
            )?
        }
    });
    code! {
        #library::exporting! {
            fn onnx<#scalar: #private::Scalar>(
                __parameters: &Self::With<#scalar>,
                __graph: &mut #private::OnnxGraph,
                __value: &#private::OnnxValue,
            ) -> #private::Result<#private::Vec<#private::OnnxValue>> {
                #private::core::result::Result::Ok(#private::Vec::from([#(#calls),*]))
            }
        }
    }
}
