//! The items that a network is made of: aliases, the struct, its layout, `Debug` and `Clone`.

use proc_macro2::{Span, TokenStream};
use quote::format_ident;

use super::{Names, Site, code};
use crate::graph::{Kind, Layer};
use crate::shape::Shape;
use crate::signature::BuiltIn;

/// Names for the user's own types, each of which is written once, so that rustc reports a wrong one once; and for shapes
/// that only the compiler knows, which without names would double with every layer.
pub(super) fn aliases(names: &Names) -> TokenStream {
    let (private, parameters) = (&names.private, names.parameters());
    let mut aliases = TokenStream::new();
    for (index, layer) in names.network.layers.iter().enumerate() {
        if let Kind::Own { path, .. } = &layer.kind {
            let alias = names.layer_alias(index);
            aliases.extend(code! {
                #[doc(hidden)]
                type #alias<#parameters> = #path;
            });
        }
        if matches!(layer.output, Shape::Unknown) {
            let (alias, kind, input) = (names.shape_alias(index), &names.layers[index].kind, &names.shapes[index]);
            aliases.extend(code! {
                #[doc(hidden)]
                type #alias<#parameters> = <#kind as #private::Layer>::Output<#input>;
            });
        }
    }
    aliases
}

/// The struct, with the user's attributes, docs and visibility.
pub(super) fn structure(names: &Names) -> TokenStream {
    let Names { network, private, scalar, .. } = names;
    let (attributes, visibility, name) = (&network.attributes, &network.visibility, &network.name);
    let parameters = names.parameters();
    let documented = !attributes.is_empty();
    let title = (!documented).then(|| format!("A network of {} layers.", names.layers.len()));
    let title = title.map(|title| code!(#[doc = #title]));
    let architecture = architecture_docs(names);
    let dense = |site: &Site| site.layer.and_then(Layer::built_in) == Some(BuiltIn::Dense);
    let mentions_scalar = names.layers.iter().any(dense);
    let fields = names.layers.iter().map(|site| {
        let (field, kind) = (&site.field, &site.kind);
        // Where no layer has parameters, the scalar is mentioned all the same, as the language demands.
        let with = if mentions_scalar { site.with.clone() } else { code!(<#kind as #private::Layer>::With<#scalar>) };
        let attributes = site.layer.map_or(&[][..], |layer| &layer.attributes);
        let docs = site.layer.map_or_else(String::new, |layer| format!("`{}`", layer.description));
        code!(#[doc = #docs] #(#attributes)* #visibility #field: #with)
    });
    code! {
        #title
        #(#attributes)*
        #[doc = #architecture]
        #[repr(C)]
        #visibility struct #name<#parameters #scalar: #private::Scalar = f32> {
            #(#fields,)*
        }
    }
}

/// The layers as a table, for rustdoc.
fn architecture_docs(names: &Names) -> String {
    let mut docs = String::from("\n# Architecture\n| field | layer | output |\n|---|---|---|\n");
    for layer in &names.network.layers {
        let output = match &layer.output {
            Shape::Unknown => String::from("as the layer says"),
            known => format!("`{}`", known.text()),
        };
        docs.push_str(&format!("| `{}` | `{}` | {output} |\n", layer.field, layer.description));
    }
    docs
}

/// The promise that the struct is a block of numbers. The one `unsafe` token of generated code; its span is the macro's
/// own, so that a user's `forbid(unsafe_code)` does not speak of it.
pub(super) fn block(names: &Names) -> TokenStream {
    let Names { private, scalar, .. } = names;
    let (parameters, generic) = (names.parameters(), names.generic());
    let entries = names.layers.iter().map(|site| {
        let (field, with) = (&site.field, &site.with);
        let name = super::plain(field);
        code! {
            #private::TableEntry {
                name: #name,
                offset: #private::core::mem::offset_of!(Self, #field) / #private::core::mem::size_of::<#scalar>(),
                frozen: false,
                table: <#with as #private::Block<#scalar>>::TENSORS,
            }
        }
    });
    code! {
        // SAFETY: the struct is `repr(C)` and every field is a block of the same numbers, as the table requires.
        #[automatically_derived]
        unsafe impl<#parameters #scalar: #private::Scalar> #private::Block<#scalar> for #generic {
            const TENSORS: #private::TensorTable = #private::TensorTable::Layers(&[#(#entries),*]);
        }
    }
}

/// `Debug` for the network, which names its layers and not its numbers, and `Clone` for a network on the heap.
pub(super) fn traits(names: &Names) -> TokenStream {
    let Names { network, private, scalar, .. } = names;
    let (parameters, generic) = (names.parameters(), names.generic());
    let name = super::plain(&network.name);
    let fields = network.layers.iter().map(|layer| {
        let (field, description) = (super::plain(&layer.field), &layer.description);
        code!(.field(#field, &#private::core::format_args!(#description)))
    });
    let clone = format_ident!("clone", span = Span::mixed_site());
    code! {
        #[automatically_derived]
        impl<#parameters #scalar: #private::Scalar> #private::core::fmt::Debug for #generic {
            fn fmt(&self, formatter: &mut #private::core::fmt::Formatter<'_>) -> #private::core::fmt::Result {
                formatter.debug_struct(#name) #(#fields)* .finish()
            }
        }

        #[automatically_derived]
        impl<#parameters #scalar: #private::Scalar> #private::core::clone::Clone for #private::Box<#generic> {
            fn #clone(&self) -> Self {
                let mut copy = <#generic as #private::Block<#scalar>>::zeroed();
                #private::Block::<#scalar>::copy_from(&mut *copy, self);
                copy
            }
        }
    }
}
