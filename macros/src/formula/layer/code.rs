//! What are the items of a layer? Its parameters and settings, the types of its loops, and the implementation of `Layer`.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::parameters::{initialize, parameters, parameters_type};
use super::passes::{Passes, passes};
use super::{Analysis, docs, explanation};
use crate::formula::assertions::assertions;
use crate::formula::initialization::initialization;
use crate::formula::layer_header::LayerHeader;
use crate::formula::memory::constants_name;
use crate::formula::settings;
use crate::generated;

/// Returns the items of a layer.
pub(super) fn items(header: &LayerHeader, analysis: &Analysis, library: &TokenStream) -> TokenStream {
    let private = quote!(#library::private);
    let (visibility, name) = (&header.visibility, &header.name);
    let [declared, arguments, _] = header.const_parameters();
    let attributes = header.passed_on();
    let docs = docs(header, analysis);
    let settings = settings::items(name, &header.settings, visibility, [&declared, &arguments], &private);
    let parameters = parameters(header, library, &private);
    let passes = passes(header, analysis, &private);
    let assertions = assertions(&analysis.graph, &analysis.comparisons, &analysis.ranges, &private);
    let [constants, constants_of_call] = constants(header, analysis);
    let plan = plan(header, &passes, &assertions.statements, &private);
    let implementation = implementation(header, analysis, &passes, &constants_of_call, &private);
    let takes = takes(header, &private);
    let assertions = assertions.items;
    let explanation = explanation(analysis, header).join("\n");
    let types = &passes.types;
    quote! {
        #(#attributes)*
        #docs
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #visibility struct #name #declared;
        #settings
        #[allow(dead_code)]
        impl #declared #name #arguments {
            /// Returns the layer and its gradients in mathematical notation.
            #[must_use]
            #visibility const fn explain() -> &'static str {
                #explanation
            }
        }
        #parameters
        #assertions
        #types
        #constants
        #plan
        #implementation
        #takes
    }
}

/// Returns the type of the constants that the loops read, and the statement of a pass that makes them.
fn constants(header: &LayerHeader, analysis: &Analysis) -> [TokenStream; 2] {
    let constants = constants_name(&header.name);
    let settings = settings::type_of(&header.name, &header.settings);
    let (over, values): (Vec<_>, Vec<_>) = analysis.graph.constants_of_sizes().into_iter().unzip();
    let declaration = quote! {
        #[derive(Clone, Copy)]
        #[allow(dead_code)]
        struct #constants {
            settings: #settings,
            #(#over: f64,)*
        }
    };
    [declaration, quote!(let constants = #constants { settings: *site.settings, #(#over: #values),* };)]
}

/// Returns the name of the plan of a layer.
fn plan_name(layer: &Ident) -> Ident {
    generated::name(layer, "Plan")
}

/// Returns the plan: what both passes read and keep. Each use of a layer needs its constants, and so the assertions of sizes.
fn plan(header: &LayerHeader, passes: &Passes, assertions: &TokenStream, private: &TokenStream) -> TokenStream {
    let plan = plan_name(&header.name);
    let [declared, arguments, _] = header.const_parameters();
    let Passes { inference_len, cache_len, multiply_adds, reads_input, reads_output, sums_from_zero, .. } = passes;
    let (cache_len, inference_len) = if assertions.is_empty() {
        (cache_len.clone(), inference_len.clone())
    } else {
        (quote!({ #assertions #cache_len }), quote!({ let _ = Self::CACHE_LEN; #inference_len }))
    };
    quote! {
        #[doc(hidden)]
        #[derive(Debug)]
        pub struct #plan #declared;
        impl #declared #private::Plan for #plan #arguments {
            const CACHE_LEN: usize = #cache_len;
            const INFERENCE_LEN: usize = #inference_len;
            const MULTIPLY_ADDS: u64 = #multiply_adds;
            const READS_INPUT: bool = #reads_input;
            const READS_OUTPUT: bool = #reads_output;
            const SUMS_FROM_ZERO: bool = #sums_from_zero;
        }
    }
}

/// Returns the implementation of `Layer`. `constants` is the statement that makes those of the loops.
fn implementation(
    header: &LayerHeader,
    analysis: &Analysis,
    passes: &Passes,
    constants: &TokenStream,
    private: &TokenStream,
) -> TokenStream {
    let (name, plan) = (&header.name, plan_name(&header.name));
    let [declared, arguments, _] = header.const_parameters();
    let gives = header.gives.code(private);
    let with = parameters_type(header, &format_ident!("T"));
    let settings = settings::type_of(name, &header.settings);
    let initialization = initialization(analysis.initializer.as_ref(), private);
    let initialize = initialize(header, private);
    let forward = forward(header, &passes.forward, constants, private);
    let backward = backward(header, &passes.backward, constants, private);
    quote! {
        impl #declared #private::Layer for #name #arguments {
            type Output<In: #private::Shape> = #gives;
            type Logits<In: #private::Shape> = #gives;
            type With<T: #private::Scalar> = #with;
            type Settings = #settings;
            type Plan<In: #private::Shape> = #plan #arguments;

            #initialization

            #initialize

            #forward

            #backward
        }
    }
}

/// Returns the function `forward` with this code.
fn forward(header: &LayerHeader, code: &TokenStream, constants: &TokenStream, private: &TokenStream) -> TokenStream {
    let takes = header.takes.code(private);
    quote! {
        #[inline(always)]
        #[allow(unused_variables, clippy::all, clippy::pedantic, reason = "generated code")]
        fn forward<In: #private::Shape, T: #private::Kernels, I: #private::Isa>(
            isa: I,
            site: #private::SiteOf<'_, Self, T>,
            memory: #private::Forward<'_, T>,
        ) {
            let #private::Forward { input, output, cache, .. } = memory;
            let samples = input.len() / <#takes as #private::Shape>::LEN;
            #constants
            #code
        }
    }
}

/// Returns the function `backward` with this code.
fn backward(header: &LayerHeader, code: &TokenStream, constants: &TokenStream, private: &TokenStream) -> TokenStream {
    let gives = header.gives.code(private);
    quote! {
        #[inline(always)]
        #[allow(unused_variables, clippy::all, clippy::pedantic, reason = "generated code")]
        fn backward<In: #private::Shape, T: #private::Kernels, I: #private::Isa>(
            isa: I,
            site: #private::SiteOf<'_, Self, T>,
            memory: #private::Backward<'_, T>,
            gradient: &mut Self::With<T>,
        ) {
            let #private::Backward { input, output, cache, grad_output, grad_input, accumulate, .. } = memory;
            let samples = grad_output.len() / <#gives as #private::Shape>::LEN;
            #constants
            #code
        }
    }
}

/// Returns the implementations of `Takes`: a layer that takes a vector takes probabilities too, and so on for each step of a
/// sequence.
fn takes(header: &LayerHeader, private: &TokenStream) -> TokenStream {
    let (name, takes) = (&header.name, header.takes.code(private));
    let [declared, arguments, _] = header.const_parameters();
    let probabilities = match header.takes.sizes.as_slice() {
        [size] => Some(quote!(Probabilities<{ #size }>)),
        [steps, size] => Some(quote!(ProbabilitySequence<{ #steps }, { #size }>)),
        _ => None,
    };
    let probabilities =
        probabilities.map(|shape| quote!(impl #declared #private::Takes<#private::#shape> for #name #arguments {}));
    quote! {
        impl #declared #private::Takes<#takes> for #name #arguments {}
        #probabilities
    }
}
