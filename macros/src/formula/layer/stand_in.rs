//! What replaces a layer after a mistake? A type that networks can use, so that no other error follows.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::GenericParam;

use super::parameters::{parameters, parameters_type};
use crate::formula::layer_header::{Dimensions, LayerHeader, is_type_of_layers};
use crate::formula::settings;
use crate::generated;
use crate::identifier;

/// Returns a type that networks can use after a mistake, so that no other error follows.
pub(super) fn stand_in(header: &LayerHeader, mistakes: Option<syn::Error>, library: &TokenStream) -> TokenStream {
    let private = quote!(#library::private);
    let (visibility, name) = (&header.visibility, &header.name);
    let [declared, arguments, among_others, contents] = generics_of_stand_in(&header.generics);
    // The compiler reports nothing about types with an unknown size. A mistake in a function was reported where it is declared.
    let unknown = crate::fallback::constant(name);
    let gives = if mistakes.is_some() { quote!(#private::Vector<#unknown>) } else { header.gives.code(&private) };
    let mistakes = mistakes.map(|mistakes| crate::fallback::items(name, mistakes));
    let [shape, t, i] = ["In", "T", "I"].map(|word| generated::name(name, word));
    // A struct of parameters whose declaration is right can be used too.
    let (with, parameters) = if has_parameters(header) {
        (parameters_type(header, &t), parameters(header, library, &private))
    } else {
        (quote!(()), TokenStream::new())
    };
    let settings_type = settings::type_of(name, &header.settings);
    let settings = settings::stand_in(name, &header.settings, visibility, [&declared, &arguments], &private);
    quote! {
        #mistakes
        #[allow(dead_code)]
        #visibility struct #name #declared #contents;
        #settings
        #[allow(dead_code)]
        impl #declared #name #arguments {
            #visibility const fn explain() -> &'static str { "" }
        }
        #parameters
        impl #declared #private::Layer for #name #arguments {
            type Output<#shape: #private::Shape> = #gives;
            type Logits<#shape: #private::Shape> = #gives;
            type With<#t: #private::Scalar> = #with;
            type Settings = #settings_type;
            type Plan<#shape: #private::Shape> = #private::ElementwisePlan<#private::Identity>;
            fn forward<#shape: #private::Shape, #t: #private::Kernels, #i: #private::Isa>(
                _: #i, _: #private::SiteOf<'_, Self, #t>, _: #private::Forward<'_, #t>,
            ) {}
            fn backward<#shape: #private::Shape, #t: #private::Kernels, #i: #private::Isa>(
                _: #i, _: #private::SiteOf<'_, Self, #t>, _: #private::Backward<'_, #t>, _: &mut Self::With<#t>,
            ) {}
        }
        impl<#shape: #private::Shape, #among_others> #private::Takes<#shape> for #name #arguments {}
    }
}

/// Returns the parameters of a stand-in with `<>` for declaration and use, without `<>`, and what uses them.
fn generics_of_stand_in(generics: &syn::Generics) -> [TokenStream; 4] {
    let mut generics = generics.clone();
    let static_or_size = |mut parameter| {
        match &mut parameter {
            GenericParam::Const(size) => size.default = None,
            GenericParam::Type(parameter) => parameter.bounds.push(syn::parse_quote!('static)),
            GenericParam::Lifetime(_) => return None,
        }
        Some(parameter)
    };
    generics.params = generics.params.into_iter().filter_map(static_or_size).collect();
    let types = generics.type_params().map(|parameter| &parameter.ident);
    let contents = quote!((::core::marker::PhantomData<(#(#types,)*)>));
    let contents = if generics.type_params().next().is_some() { contents } else { TokenStream::new() };
    let (declared, arguments, _) = generics.split_for_impl();
    let parameters = &generics.params;
    [declared.into_token_stream(), arguments.into_token_stream(), parameters.into_token_stream(), contents]
}

/// Returns whether the parameters can be a struct although there are mistakes in the layer.
fn has_parameters(header: &LayerHeader) -> bool {
    let is_sound = |size: &TokenStream| header.is_sound(size);
    let mut names: Vec<_> = header.parameters.iter().map(|parameter| identifier::plain(&parameter.name)).collect();
    names.sort_unstable();
    names.dedup();
    names.len() == header.parameters.len()
        && header.generics.params.iter().all(|parameter| {
            matches!(parameter, GenericParam::Const(size)
                if size.ty.to_token_stream().to_string() == "usize" && !is_type_of_layers(&size.ident))
        })
        && header.parameters.iter().all(|parameter| match &parameter.dimensions {
            Dimensions::Scalar => true,
            Dimensions::Vector(size) => is_sound(size),
            Dimensions::Matrix(rows, columns) => is_sound(rows) && is_sound(columns),
        })
}
