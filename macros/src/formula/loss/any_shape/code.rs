//! What is the code of a loss of any shape? The types of its loops, and the implementation of `Loss`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{Analysis, docs, explanation, input_names};
use crate::formula::emit::{Loop, hygienic, loop_type, memory_name};
use crate::formula::graph::Value;
use crate::formula::header::Header;
use crate::formula::loss::item::{LossType, evaluation, together, with_and_without_gradient};
use crate::formula::memory::constants_name;
use crate::formula::schedule::{Pass, Reduced, Step, Wanted, steps};
use crate::generated;

/// Returns the type of the loss, which has no const parameters.
fn loss_type(header: &Header) -> LossType<'_> {
    LossType {
        visibility: &header.visibility,
        name: &header.name,
        settings: &header.settings,
        generics: [TokenStream::new(), TokenStream::new()],
    }
}

/// Returns a type that trainers can use after a mistake, so that no other error follows.
pub(super) fn stand_in(header: &Header, private: &TokenStream) -> TokenStream {
    let output = hygienic("Output");
    loss_type(header).stand_in(&output, &TokenStream::new(), &quote!(#output), private)
}

/// Returns the items of a loss.
pub(super) fn items(header: &Header, analysis: &Analysis, private: &TokenStream) -> TokenStream {
    let (attributes, docs) = (header.passed_on(), docs(header, analysis));
    let explanation = explanation(header, analysis).join("\n");
    let loss = loss_type(header).items(&quote!(#(#attributes)* #docs), &explanation);
    let implementation = implementation(header, analysis, private);
    quote!(#loss #implementation)
}

/// Returns the type of the constants that the loops read, and their value in `evaluate`.
fn constants(header: &Header, analysis: &Analysis) -> [TokenStream; 2] {
    let (name, constants) = (&header.name, constants_name(&header.name));
    let (over, values): (Vec<_>, Vec<_>) = analysis.graph.constants_of_sizes().into_iter().unzip();
    let declaration = quote! {
        #[derive(Clone, Copy)]
        struct #constants {
            #(#over: f64,)*
            weight: f64,
            settings: #name,
        }
    };
    [declaration, quote!(#constants { #(#over: #values,)* weight: weight.to_f64(), settings: *self })]
}

/// Returns the types of the loops, and the statements of `evaluate` after its constants.
fn body(header: &Header, analysis: &Analysis, private: &TokenStream) -> [TokenStream; 2] {
    let roots = [(analysis.loss, Wanted::Samples), (analysis.gradient, Wanted::Elements)];
    let [training_types, training] = Loops::new(header, analysis, private).code("Training", &roots);
    let [evaluation_types, only_loss] = Loops::new(header, analysis, private).code("Evaluation", &roots[..1]);
    let [prediction, target] = input_names(header);
    let slices = quote!(let (#prediction, #target) = (&logits[rows.clone()], &targets[rows.clone()]););
    let losses = with_and_without_gradient([&training, &only_loss]);
    let addition = quote! {
        let losses = #losses;
        for &loss in &losses[..samples] {
            total += loss;
        }
    };
    let statements = evaluation(&hygienic("T"), &slices, &addition);
    [quote!(#training_types #evaluation_types), statements]
}

/// Returns the implementation of `Loss`, and the types of its loops with their constants.
fn implementation(header: &Header, analysis: &Analysis, private: &TokenStream) -> TokenStream {
    let name = &header.name;
    let [constants, constants_of_call] = constants(header, analysis);
    let [types, body] = body(header, analysis, private);
    let objection = objection(header, private);
    let [output, t, i] = ["Output", "T", "I"].map(hygienic);
    quote! {
        #constants
        #types
        impl<#output: #private::Shape<Plain = #output>> #private::Loss<#output> for #name {
            type Target = #output;
            type Takes = #private::AnyOutput;

            #objection

            #[inline(always)]
            #[allow(clippy::all, clippy::pedantic, reason = "generated code")]
            fn evaluate<#t: #private::Kernels, #i: #private::Isa>(
                &self,
                isa: #i,
                logits: &[#t],
                targets: &[#output::Array<#t>],
                weight: #t,
                mut gradient: ::core::option::Option<&mut [#t]>,
            ) -> #t {
                let count = targets.len();
                let targets = <#output as #private::Shape>::flat_batch(targets);
                let row = <#output as #private::Shape>::LEN;
                let constants = #constants_of_call;
                #body
            }
        }
    }
}

/// The loops that compute some values of a loss.
struct Loops<'a> {
    header: &'a Header,
    analysis: &'a Analysis,
    private: &'a TokenStream,
    /// The values with a number for each sample, in the order of their arrays.
    arrays: Vec<Value>,
}

impl<'a> Loops<'a> {
    /// Returns no loops yet.
    fn new(header: &'a Header, analysis: &'a Analysis, private: &'a TokenStream) -> Self {
        Self { header, analysis, private, arrays: Vec::new() }
    }

    /// Returns the types of the loops, and the code that runs them and gives the losses of the samples.
    fn code(mut self, prefix: &str, roots: &[(Value, Wanted)]) -> [TokenStream; 2] {
        let inputs = [self.analysis.prediction, self.analysis.target];
        let passes = steps(&self.analysis.graph, roots, &inputs).into_iter().filter_map(|step| match step {
            Step::Loop(pass) => Some(pass),
            _ => None,
        });
        let constants = constants_name(&self.header.name);
        let (mut types, mut calls) = (TokenStream::new(), TokenStream::new());
        for (index, pass) in passes.enumerate() {
            let name = generated::name(&self.header.name, &format!("{prefix}{}", index + 1));
            self.add_arrays(&pass);
            let item = self.loop_item(&name, &pass);
            types.extend(quote! {
                #[derive(Clone, Copy)]
                struct #name(#constants);
                #item
            });
            calls.extend(self.call(&name, &pass));
        }
        let (t, together) = (hygienic("T"), together());
        let declared = self.arrays.iter().enumerate().map(|(index, _)| {
            let name = memory_name(index);
            quote!(let mut #name = [#t::ZERO; #together];)
        });
        let losses = self.array(self.analysis.loss).unwrap_or_else(|| hygienic("losses"));
        [types, quote!(#(#declared)* #calls #losses)]
    }

    /// Adds an array for each value that a loop computes per sample.
    fn add_arrays(&mut self, pass: &Pass) {
        let outputs = if pass.axes.is_none() { pass.outputs.as_slice() } else { &[] };
        let computed = pass.reduced.iter().map(|reduced| reduced.result).chain(outputs.iter().copied());
        let new: Vec<_> = computed.filter(|value| !self.arrays.contains(value)).collect();
        self.arrays.extend(new);
    }

    /// Returns the name of the array of a value.
    fn array(&self, value: Value) -> Option<Ident> {
        self.arrays.iter().position(|&known| known == value).map(memory_name)
    }

    /// Returns the name of a value that is an input.
    fn input(&self, value: Value) -> Option<Ident> {
        let [prediction, target] = input_names(self.header);
        if value == self.analysis.prediction {
            Some(prediction)
        } else if value == self.analysis.target {
            Some(target)
        } else {
            None
        }
    }

    /// Returns the implementation of a loop.
    fn loop_item(&self, name: &Ident, pass: &Pass) -> TokenStream {
        let name_of = |value: Value| {
            let name = self.input(value).or_else(|| self.array(value));
            (value, name.map_or_else(String::new, |name| name.to_string()))
        };
        let named = |values: &[Value]| values.iter().map(|&value| name_of(value)).collect();
        let parts = Loop {
            each: named(&pass.elements),
            sample: named(&pass.samples),
            outputs: &pass.outputs,
            reduced: &pass.reduced,
            ..Loop::default()
        };
        loop_type(&self.analysis.graph, name, self.private, &parts)
    }

    /// Returns the call of a loop.
    fn call(&self, name: &Ident, pass: &Pass) -> TokenStream {
        let read = |&value: &Value| {
            self.input(value).map_or_else(
                || {
                    let array = self.array(value);
                    quote!(&#array[..samples])
                },
                |input| quote!(#input),
            )
        };
        let written = |value: Value| {
            let array = self.array(value);
            quote!(&mut #array[..samples])
        };
        let (each, sample) = (pass.elements.iter().map(read), pass.samples.iter().map(read));
        let is_of_elements = pass.axes.is_some();
        // The only elements that a loss writes are those of its gradient.
        let output = |&value: &Value| if is_of_elements { quote!(&mut *gradient) } else { written(value) };
        let outputs = pass.outputs.iter().map(output);
        let reduced = pass.reduced.iter().map(|reduced: &Reduced| written(reduced.result));
        let row = if is_of_elements { quote!(row) } else { quote!(1) };
        let t = hygienic("T");
        quote! {
            #t::formula_rows(isa, &#name(constants), samples, #row, [#(#each),*], [#(#sample),*], [], [#(#outputs),*], [#(#reduced),*]);
        }
    }
}

/// Returns the function that refuses targets out of range.
fn objection(header: &Header, private: &TokenStream) -> Option<TokenStream> {
    let range = header.inputs.get(1)?.range?;
    let [value, t, output] = ["value", "T", "Output"].map(hygienic);
    let condition = range.condition(&quote!(#value), &quote!(#t::ZERO), &quote!(#t::ONE))?;
    let phrase = range.phrase().trim_start_matches("finite and ");
    Some(quote! {
        fn objection<#t: #private::Scalar>(&self, target: &#output::Array<#t>) -> ::core::option::Option<#private::Objection> {
            let values = <#output as #private::Shape>::flat(target);
            let position = values.iter().position(|&#value| !(#condition))?;
            ::core::option::Option::Some(#private::Objection { position, allowed: #phrase })
        }
    })
}
