//! What is the code of a loss of declared shapes? The types of its loops, and the implementation of `Loss`.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Analysis, docs, explanation, setting_name};
use crate::formula::assertions::assertions;
use crate::formula::graph::Value;
use crate::formula::layer_header::LayerHeader;
use crate::formula::loss::item::{LossType, evaluation, with_and_without_gradient};
use crate::formula::memory::{Memory, Owner, constants_name};
use crate::formula::schedule::{Wanted, steps};
use crate::generated;

/// Returns the type of the loss.
fn loss_type(header: &LayerHeader) -> LossType<'_> {
    let [declared, arguments, _] = header.const_parameters();
    LossType {
        visibility: &header.visibility,
        name: &header.name,
        settings: &header.settings,
        generics: [declared, arguments],
    }
}

/// Returns a type that trainers can use after a mistake, so that no other error follows.
pub(super) fn stand_in(header: &LayerHeader, private: &TokenStream) -> TokenStream {
    let [_, _, sizes] = header.const_parameters();
    let output = generated::name(&header.name, "Output");
    let declared = header.target.as_ref().filter(|(_, shape)| shape.sizes.iter().all(|size| header.is_sound(size)));
    let target = declared.map_or_else(|| quote!(#output), |(_, shape)| shape.code(private));
    loss_type(header).stand_in(&output, &quote!(, #sizes), &target, private)
}

/// Returns the items of a loss.
pub(super) fn items(header: &LayerHeader, analysis: &Analysis, private: &TokenStream) -> TokenStream {
    let (attributes, docs) = (header.passed_on(), docs(header, analysis));
    let explanation = explanation(header, analysis).join("\n");
    let loss = loss_type(header).items(&quote!(#(#attributes)* #docs), &explanation);
    let assertions = assertions(&analysis.graph, &analysis.comparisons, &analysis.ranges, private);
    let fits = fits(header, &assertions.statements);
    let implementation = implementation(header, analysis, fits.is_some(), private);
    let assertions = assertions.items;
    quote!(#loss #assertions #fits #implementation)
}

/// Returns the constant that checks sizes, if there is anything to check. A constant of `evaluate` would be one for each of its
/// scalars and instructions, and a mistake as many errors.
fn fits(header: &LayerHeader, assertions: &TokenStream) -> Option<TokenStream> {
    let (name, fits) = (&header.name, generated::name(&header.name, "FITS"));
    let [declared, arguments, _] = header.const_parameters();
    (!assertions.is_empty()).then(|| {
        quote! {
            impl #declared #name #arguments {
                #[doc(hidden)]
                #[allow(non_upper_case_globals)]
                const #fits: () = { #assertions };
            }
        }
    })
}

/// Returns the type of the constants that the loops read, and their value in `evaluate`.
fn constants(header: &LayerHeader, analysis: &Analysis) -> [TokenStream; 2] {
    let constants = constants_name(&header.name);
    let (over, values): (Vec<_>, Vec<_>) = analysis.graph.constants_of_sizes().into_iter().unzip();
    let (fields, names): (Vec<_>, Vec<_>) =
        header.settings.iter().map(|setting| (setting_name(&setting.name), &setting.name)).unzip();
    let declaration = quote! {
        #[derive(Clone, Copy)]
        struct #constants {
            weight: f64,
            #(#over: f64,)*
            #(#fields: f64,)*
        }
    };
    [declaration, quote!(#constants { weight: weight.to_f64(), #(#over: #values,)* #(#fields: self.#names,)* })]
}

/// Returns the types of the loops, and the statements of `evaluate` after its constants.
fn body(header: &LayerHeader, analysis: &Analysis, private: &TokenStream) -> [TokenStream; 2] {
    let roots = [(analysis.loss, Wanted::Samples), (analysis.gradient, Wanted::Elements)];
    let [training_types, training] = loops(header, analysis, "Training", &roots, private);
    let [evaluation_types, only_loss] = loops(header, analysis, "Evaluation", &roots[..1], private);
    let slices = quote! {
        let prediction = &logits[rows.clone()];
        let target = &targets[start * compared..(start + samples) * compared];
    };
    let addition = with_and_without_gradient([&training, &only_loss]);
    let statements = evaluation(&format_ident!("T"), &slices, &addition);
    [quote!(#training_types #evaluation_types), statements]
}

/// Returns the implementation of `Loss`, and the types of its loops with their constants.
fn implementation(header: &LayerHeader, analysis: &Analysis, is_checked: bool, private: &TokenStream) -> TokenStream {
    let name = &header.name;
    let [declared, arguments, _] = header.const_parameters();
    let [constants, constants_of_call] = constants(header, analysis);
    let [types, body] = body(header, analysis, private);
    let fits = generated::name(&header.name, "FITS");
    let check = is_checked.then(|| quote!(let () = Self::#fits;));
    let output = header.takes.code(private);
    let target = header.target.as_ref().map(|(_, shape)| shape.code(private));
    quote! {
        #constants
        #types
        impl #declared #private::Loss<#output> for #name #arguments {
            type Target = #target;
            type Takes = #private::AnyOutput;

            #[inline(always)]
            #[allow(unused_variables, clippy::all, clippy::pedantic, reason = "generated code")]
            fn evaluate<T: #private::Kernels, I: #private::Isa>(
                &self,
                isa: I,
                logits: &[T],
                targets: &[<#target as #private::Shape>::Array<T>],
                weight: T,
                mut gradient: ::core::option::Option<&mut [T]>,
            ) -> T {
                #check
                let count = targets.len();
                let targets = <#target as #private::Shape>::flat_batch(targets);
                let (row, compared) = (<#output as #private::Shape>::LEN, <#target as #private::Shape>::LEN);
                let constants = #constants_of_call;
                #body
            }
        }
    }
}

/// Returns the types of the loops that compute some values, and the code that runs them and adds the losses of the samples.
fn loops(
    header: &LayerHeader,
    analysis: &Analysis,
    prefix: &'static str,
    roots: &[(Value, Wanted)],
    private: &TokenStream,
) -> [TokenStream; 2] {
    let owner = Owner {
        graph: &analysis.graph,
        private,
        name: &header.name,
        scalar: format_ident!("T"),
        prefix,
        parameters: Vec::new(),
        output: None,
    };
    let fixed = HashMap::from([
        (analysis.prediction, quote!(prediction)),
        (analysis.target, quote!(target)),
        (analysis.gradient, quote!(gradient)),
    ]);
    let mut memory = Memory::new(owner, fixed);
    let calls = memory.code(&steps(&analysis.graph, roots, &[analysis.prediction, analysis.target]));
    let losses = memory.slice(analysis.loss);
    let (cuts, len) = (memory.cuts(memory.stored.len()), memory.total(memory.stored.len()));
    let code = quote! {
        #private::scratch(samples * (#len), &mut |cache: &mut [T]| {
            #cuts
            #calls
            for &loss in #losses.iter() {
                total += loss;
            }
        });
    };
    [memory.types, code]
}
