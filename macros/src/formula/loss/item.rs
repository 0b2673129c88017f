//! Which items does every loss have? A struct of its settings, and a function that adds the losses of a batch part by part.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens as _, quote};
use syn::Visibility;

use crate::formula::header::Setting;
use crate::formula::settings;
use crate::generated;

/// The methods of a loss, whose names no setting has.
pub(super) const METHODS: [&str; 3] = ["new", "default", "explain"];

/// The number of samples whose values are in memory together.
const TOGETHER: usize = 64;

/// The type of a loss.
pub(super) struct LossType<'a> {
    pub(super) visibility: &'a Visibility,
    pub(super) name: &'a Ident,
    pub(super) settings: &'a [Setting],
    /// Its const parameters, as they are declared and as arguments.
    pub(super) generics: [TokenStream; 2],
}

impl LossType<'_> {
    /// Returns the struct, after its attributes, and its methods.
    pub(super) fn items(&self, attributes: &TokenStream, explanation: &str) -> TokenStream {
        let Self { visibility, name, settings, generics: [declared, arguments] } = self;
        let (fields, constructors) = settings::of_value(name, settings, visibility);
        let defaults = self.defaults();
        quote! {
            #attributes
            #[derive(Clone, Copy, Debug, PartialEq)]
            #visibility struct #name #declared #fields
            #[allow(dead_code)]
            impl #declared #name #arguments {
                #constructors

                /// Returns the loss and its gradient in mathematical notation.
                #[must_use]
                #visibility const fn explain() -> &'static str {
                    #explanation
                }
            }
            #defaults
        }
    }

    /// Returns the constants with the defaults of settings, and the implementation of `Default` if every setting has one.
    fn defaults(&self) -> TokenStream {
        let Self { name, settings, generics: [declared, arguments], .. } = self;
        let default = if settings.is_empty() {
            Some(quote!(Self))
        } else {
            settings::defaults(name, settings).map(|fields| quote!(Self { #fields }))
        };
        let default = default.map(|value| {
            quote! {
                #[automatically_derived]
                impl #declared ::core::default::Default for #name #arguments {
                    fn default() -> Self {
                        #value
                    }
                }
            }
        });
        let constants = settings::default_values(name, settings);
        quote!(#constants #default)
    }

    /// Returns a type that trainers can use after a mistake, so that no other error follows. It is a loss of any shape, which the
    /// code calls `output`; `others` are the other parameters of the implementation, and `target` is the shape of targets.
    pub(super) fn stand_in(
        &self,
        output: &Ident,
        others: &TokenStream,
        target: &TokenStream,
        private: &TokenStream,
    ) -> TokenStream {
        let Self { visibility, name, settings, generics: [declared, arguments] } = self;
        let setters = settings::setters_of_stand_in(settings, visibility);
        let positions = settings::by_position(settings).into_iter().map(|_| quote!(_: f64));
        let is_setting = |word: &str| settings.iter().any(|setting| setting.name == word);
        let constructor = (!settings.is_empty() && !is_setting("new"))
            .then(|| quote!(#visibility const fn new(#(#positions),*) -> Self { Self }));
        let explain = (!is_setting("explain")).then(|| quote!(#visibility const fn explain() -> &'static str { "" }));
        let [t, i] = ["T", "I"].map(|word| generated::name(name, word));
        quote! {
            #[allow(dead_code)]
            #[derive(Clone, Copy, Debug, Default, PartialEq)]
            #visibility struct #name #declared;
            #[allow(dead_code)]
            impl #declared #name #arguments {
                #constructor
                #setters
                #explain
            }
            impl<#output: #private::Shape<Plain = #output> #others> #private::Loss<#output> for #name #arguments {
                type Target = #target;
                type Takes = #private::AnyOutput;
                fn evaluate<#t: #private::Kernels, #i: #private::Isa>(
                    &self,
                    _: #i,
                    _: &[#t],
                    _: &[<#target as #private::Shape>::Array<#t>],
                    _: #t,
                    _: ::core::option::Option<&mut [#t]>,
                ) -> #t {
                    #t::ZERO
                }
            }
        }
    }
}

/// Returns the code of the number of samples whose values are in memory together.
pub(super) fn together() -> TokenStream {
    Literal::usize_unsuffixed(TOGETHER).into_token_stream()
}

/// Returns the body of `evaluate` after its constants. `slices` declares prediction and target of `samples` from `start` on, and
/// `addition` adds their losses to `total`.
pub(super) fn evaluation(scalar: &Ident, slices: &TokenStream, addition: &TokenStream) -> TokenStream {
    let together = together();
    quote! {
        let mut total = #scalar::ZERO;
        let mut start = 0;
        while start < count {
            let samples = if count - start < #together { count - start } else { #together };
            let rows = start * row..(start + samples) * row;
            #slices
            #addition
            start += samples;
        }
        total
    }
}

/// Returns the expression that runs one of both codes, depending on whether the gradient is wanted too.
pub(super) fn with_and_without_gradient([training, evaluation]: [&TokenStream; 2]) -> TokenStream {
    quote! {
        match gradient.as_deref_mut() {
            ::core::option::Option::Some(gradient) => {
                let gradient = &mut gradient[rows];
                #training
            }
            ::core::option::Option::None => {
                #evaluation
            }
        }
    }
}
