//! The items of a network: aliases, the struct, its layout, `Debug` and `Clone`.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::Visibility;

use super::hygiene::{fresh, user_words};
use super::{Names, Site, at};
use crate::errors;
use crate::graph::{Kind, Layer};
use crate::place::Place;
use crate::shape::Shape;
use crate::size::Size;
use crate::text;

/// Returns aliases for custom types, so that each is written once and rustc reports a mistake in it once, and for shapes that
/// only the compiler knows, whose types would double in length with each layer.
pub(super) fn aliases(names: &Names) -> TokenStream {
    let (network, private, count) = (names.network, &names.private, names.layers.len());
    let parameters = names.parameters();
    let mut aliases = TokenStream::new();
    let declared = network.declared_output.as_ref().map(|(shape, _)| shape);
    for (shape, alias, which) in [(Some(&network.input), "Input", count), (declared, "Output", count + 2)] {
        // The network around a block defines the aliases of the shapes around it.
        if let (Some(Shape::Custom(path, _)), None) = (shape, &network.block) {
            aliases.extend(custom_alias(names, &format!("{alias}Type"), path, "IS_SHAPE", errors::not_a_shape));
            let shape = names.apply(&names.alias(&format!("{alias}Type")));
            if which == count {
                // The layers take the steps of sequences that may be padded.
                aliases.extend(shown(names, "Sample", count + 3, &shape));
                aliases.extend(shown(names, alias, which, &code!(<#shape as #private::Shape>::Unpadded)));
            } else {
                aliases.extend(shown(names, alias, which, &shape));
            }
        }
    }
    for (index, layer) in network.layers.iter().enumerate() {
        if let Kind::Custom { path, .. } = &layer.kind {
            aliases.extend(custom_alias(names, &format!("Layer{index}"), path, "IS_LAYER", errors::not_a_layer));
        }
        if layer.output.is_foreign() {
            let (kind, input, name) =
                (&names.layers[index].kind, &names.underlying_shapes[index], names.underlying_shape_alias(index));
            aliases.extend(code! {
                #[doc(hidden)]
                type #name<#parameters> = <#kind as #private::Layer>::Output<#input>;
            });
            aliases.extend(shown(names, &format!("Shape{index}"), index, &names.underlying_shapes[index + 1]));
        }
    }
    if let Some(shape) = names.logits_of_head() {
        aliases.extend(shown(names, "Logits", count + 1, &shape));
    }
    aliases.extend(given(names).filter(|_| !aliases.is_empty()));
    aliases
}

/// Returns the trait that gives the shapes which are `shown`, if there are any, and the type that has them. That is not the network
/// itself, whose fields may have sizes that are computed from these shapes.
fn given(names: &Names) -> Option<TokenStream> {
    let (private, given, visibility) = (&names.private, names.alias("Given"), &names.network.visibility);
    let (shapes, parameters, allowed) = (names.alias("Shapes"), names.parameters(), names.allowed());
    let visible = !matches!(visibility, Visibility::Inherited);
    (visible && names.sizes.unknown().is_none()).then(|| {
        code! {
            #[doc(hidden)]
            trait #given<const WHICH: #private::usize> { type Shape: #private::Shape; }
            #[doc(hidden)]
            #[allow(dead_code, missing_copy_implementations, missing_debug_implementations, reason = "only its traits are used")]
            #allowed
            #visibility struct #shapes<#parameters>;
        }
    })
}

/// Returns the alias of a shape whose type may mention a custom type.
///
/// A custom type may be less visible than the network, and Rust rejects a private type as an associated type of a visible one.
/// It accepts a private trait in the bounds of an implementation, so such a trait gives the shape.
///
/// After a mistake the shape is unknown. The compiler would not see that through those traits, and would report every bound on
/// the shape in another network.
fn shown(names: &Names, alias: &str, which: usize, shape: &TokenStream) -> TokenStream {
    let (derived, allowed) = (names.derived(), names.allowed());
    let (private, parameters, shapes) = (&names.private, names.parameters(), names.apply(&names.alias("Shapes")));
    if let Some(unknown) = names.sizes.unknown() {
        let unknown = names.shape(&Shape::vector(unknown.clone()));
        let alias = names.alias(alias);
        return code!(#[doc(hidden)] type #alias<#parameters> = #unknown;);
    }
    let (alias, given, which) = (names.alias(alias), names.alias("Given"), Literal::usize_unsuffixed(which));
    if matches!(names.network.visibility, Visibility::Inherited) {
        return code!(#[doc(hidden)] type #alias<#parameters> = #shape;);
    }
    let given_shape = fresh("__S", &user_words(names.network));
    code! {
        #[doc(hidden)]
        #allowed
        type #alias<#parameters> = <#shapes as #private::Shown<#which>>::Shape;
        #derived
        impl<#parameters> #given<#which> for #shapes {
            type Shape = #shape;
        }
        #derived
        impl<#parameters #given_shape: ?#private::core::marker::Sized> #private::Shown<#which> for #shapes
        where
            Self: #given<#which, Shape = #given_shape>,
        {
            type Shape = #given_shape;
        }
    }
}

/// Returns the alias of a custom type, which fails to compile with a clear message if `question` about the type is false.
///
/// On stable Rust no constant in a type may depend on a const parameter. The question is therefore asked with 1 for every
/// parameter: a trait that is implemented for all values of a parameter is implemented for 1, because a network has no bounds
/// on its parameters.
fn custom_alias(
    names: &Names,
    alias: &str,
    path: impl ToTokens,
    question: &str,
    otherwise: fn(&str) -> String,
) -> TokenStream {
    let (private, parameters, written) = (&names.private, names.parameters(), names.alias(&format!("{alias}Written")));
    let alias = names.alias(alias);
    let path = path.into_token_stream();
    let (question, message) = (format_ident!("{question}"), otherwise(&text::of(path.clone())));
    let ones = names.network.parameters.iter().map(|_| code!(1));
    // The user's names might be types too.
    let fresh = |index: usize| format_ident!("__N{index}", span = Span::mixed_site());
    let fresh: Vec<_> = (0..names.network.parameters.len()).map(fresh).collect();
    let itself = if fresh.is_empty() { written.to_token_stream() } else { code!(#written<#(#fresh),*>) };
    let answer = code!(#private::require(#private::Question::<#written<#(#ones),*>>::#question, #message));
    let answer = at(Place::of(&path).span(), answer);
    code! {
        #[doc(hidden)]
        type #written<#parameters> = #path;
        #[doc(hidden)]
        type #alias<#(const #fresh: #private::usize),*> = <#itself as #private::If<{
            #[allow(unused_imports)]
            use #private::Otherwise as _;
            #answer
        }>>::Itself;
    }
}

/// Returns the struct, with the user's attributes, docs and visibility.
pub(super) fn structure(names: &Names) -> TokenStream {
    let Names { network, private, scalar, .. } = names;
    let (attributes, visibility, name) = (&network.attributes, &network.visibility, &network.name);
    let parameters = names.parameters();
    let documented = !attributes.is_empty();
    let title = (!documented).then(|| match network.block {
        Some(_) => format!("The layers of `{}`.", network.title),
        None => format!("A network of {} layers.", names.layers.len()),
    });
    let title = title.map(|title| code!(#[doc = #title]));
    let architecture = architecture_docs(names);
    let hidden = network.block.is_some().then(|| code!(#[doc(hidden)]));
    let has_parameters =
        |site: &Site| site.layer.and_then(Layer::built_in).is_some_and(|built_in| built_in.parameters.is_some());
    let mentions_scalar = names.layers.iter().any(has_parameters);
    let fields = names.layers.iter().map(|site| {
        let (field, kind) = (&site.field, &site.kind);
        // A struct has to mention its scalar parameter even if no layer has parameters.
        let with = if mentions_scalar { site.with.clone() } else { code!(<#kind as #private::Layer>::With<#scalar>) };
        let attributes = site.layer.map_or(&[][..], |layer| &layer.attributes);
        let docs = site.layer.map_or_else(String::new, |layer| format!(" `{}`", layer.description));
        code!(#[doc = #docs] #(#attributes)* #visibility #field: #with)
    });
    code! {
        #title
        #(#attributes)*
        #[doc = #architecture]
        #hidden
        #[repr(C)]
        #visibility struct #name<#parameters #scalar: #private::Scalar = #private::f32> {
            #(#fields,)*
        }
    }
}

/// Returns the layers as a table, for rustdoc.
fn architecture_docs(names: &Names) -> String {
    let mut docs = String::from("\n# Architecture\n| field | layer | output |\n|---|---|---|\n");
    for layer in &names.network.layers {
        let output = match layer.output.spec() {
            None => String::from("as the layer says"),
            Some(_) => format!("`{}`", layer.output.text()),
        };
        let (field, layer) = (&layer.field, &layer.description);
        docs.extend(["| `", &field.to_string(), "` | `", layer, "` | ", &output, " |\n"]);
    }
    docs
}

/// Returns the implementation of `FlatParameters`. It contains the one `unsafe` token that `network!` generates; its span is
/// that of the macro, so that a user's `forbid(unsafe_code)` does not reject it.
pub(super) fn flat_parameters(names: &Names) -> TokenStream {
    let (network, private) = (names.network, &names.private);
    let frozen = |site: &Site| site.layer.is_some_and(|layer| layer.frozen);
    let entries = names.layers.iter().map(|site| (&site.field, frozen(site), &site.with));
    // Each use of an instance of a network with const parameters needs this length.
    let budget = super::assertions::budget(names).filter(|_| !network.parameters.is_empty());
    let budget = budget.map(|call| code!(#call;));
    // The tensors of a wrong network must not be compared with those of a file.
    let unknown = names.sizes.unknown().filter(|_| network.block.is_none()).map(Size::tokens);
    let unknown = unknown.map(|size| code!(let _: #private::usize = #size;));
    flat_parameters_of(names, &names.generic(), entries, unknown.as_ref(), budget.as_ref())
}

/// Returns the implementation for a struct with these fields: their names, whether they are frozen, and their types. The
/// statements come before the table and the length.
pub(super) fn flat_parameters_of<'f>(
    names: &Names,
    generic: &TokenStream,
    fields: impl Iterator<Item = (&'f Ident, bool, &'f TokenStream)>,
    before_table: Option<&TokenStream>,
    before_len: Option<&TokenStream>,
) -> TokenStream {
    let Names { private, scalar, .. } = names;
    let parameters = names.parameters();
    let entries = fields.map(|(field, frozen, with)| {
        let name = super::plain(field);
        code! {
            #private::TableEntry {
                name: #name,
                offset: #private::core::mem::offset_of!(Self, #field) / #private::core::mem::size_of::<#scalar>(),
                frozen: #frozen,
                table: <#with as #private::FlatParameters<#scalar>>::TENSORS,
            }
        }
    });
    let derived = names.derived();
    let tensors = code!(#private::TensorTable::Layers(&[#(#entries),*]));
    let tensors = if before_table.is_some() { code!({ #before_table #tensors }) } else { tensors };
    code! {
        // SAFETY: the struct is `repr(C)`, and every field implements the trait for the same scalar, as the table requires.
        #derived
        unsafe impl<#parameters #scalar: #private::Scalar> #private::FlatParameters<#scalar> for #generic {
            const TENSORS: #private::TensorTable = #tensors;
            const LEN: #private::usize = {
                #before_len
                #private::checked_len::<Self, #scalar>(&<Self as #private::FlatParameters<#scalar>>::TENSORS)
            };
        }
    }
}

/// Returns `Debug`, which prints the layers of the network but not their parameters, and `Clone` for a network on the heap.
pub(super) fn traits(names: &Names) -> TokenStream {
    let derived = names.derived();
    let Names { network, private, scalar, .. } = names;
    let (parameters, generic) = (names.parameters(), names.generic());
    let name = &network.title;
    let fields = network.layers.iter().map(|layer| {
        let (field, description) = (super::plain(&layer.field), &layer.description);
        code!(.field(#field, &#private::core::format_args!("{}", #description)))
    });
    let clone = format_ident!("clone", span = Span::mixed_site());
    code! {
        #derived
        impl<#parameters #scalar: #private::Scalar> #private::core::fmt::Debug for #generic {
            fn fmt(&self, __formatter: &mut #private::core::fmt::Formatter<'_>) -> #private::core::fmt::Result {
                __formatter.debug_struct(#name) #(#fields)* .finish()
            }
        }

        #derived
        impl<#parameters #scalar: #private::Scalar> #private::core::convert::AsRef<Self> for #generic {
            fn as_ref(&self) -> &Self {
                self
            }
        }

        #derived
        impl<#parameters #scalar: #private::Scalar> #private::core::convert::AsMut<Self> for #generic {
            fn as_mut(&mut self) -> &mut Self {
                self
            }
        }

        #derived
        impl<#parameters #scalar: #private::Scalar> #private::core::clone::Clone for #private::Box<#generic> {
            fn #clone(&self) -> Self {
                let mut __copy = <#generic as #private::FlatParameters<#scalar>>::zeroed();
                #private::FlatParameters::<#scalar>::copy_from(&mut *__copy, self);
                __copy
            }
        }
    }
}
