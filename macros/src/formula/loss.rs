//! `loss!`: a function of a prediction and its target.

use std::collections::HashMap;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Token, Visibility};

use super::declaration::{self, Read, expand};
use super::derivative::derivatives;
use super::documentation::documentation;
use super::emit::{Loop, hygienic, loop_type, memory_name};
use super::graph::{Axes, Extent, Graph, Reduction, Value};
use super::header::Header;
use super::resolve::Scope;
use super::schedule::{Pass, Step, Wanted, steps};
use super::shaped_loss::shaped_loss;
use super::{explain, parse, settings};
use crate::errors::{self, Errors};
use crate::generated;
use crate::place::Place;

const EXAMPLE: &str = "loss!(pub Square(prediction, target) = (prediction - target).powi(2));";

/// The number of samples whose values are in memory together.
const TOGETHER: usize = 64;

/// The values of a loss.
pub(super) struct Analysis {
    graph: Graph,
    prediction: Value,
    target: Value,
    /// The formula as it is written.
    formula: Value,
    /// The loss of a sample.
    loss: Value,
    /// The gradient of the prediction, times the weight of the sample.
    gradient: Value,
    /// The derivative of the formula, for the documentation.
    derivative: Value,
}

/// Returns the items of a loss, or the errors in its declaration.
pub(crate) fn loss(tokens: TokenStream, library: &TokenStream) -> TokenStream {
    if is_struct(tokens.clone()) {
        return shaped_loss(tokens, library);
    }
    expand(tokens, read, |header, analysis| items(header, analysis, library), |header| stand_in(header, library))
}

/// Returns whether tokens declare a struct: a loss of declared shapes.
fn is_struct(tokens: TokenStream) -> bool {
    let start = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let is_struct = input.peek(Token![struct]);
        input.parse::<TokenStream>()?;
        Ok(is_struct)
    };
    start.parse2(tokens).unwrap_or(false)
}

/// Reads a declaration. Whatever is missing in the result was reported.
pub(super) fn read(tokens: TokenStream, errors: &mut Errors) -> Read<Header, Analysis> {
    declaration::read(errors, |header, errors| Header::parse(tokens, EXAMPLE, 2, header, errors), analyse)
}

/// Returns the values of the loss and of its gradient, unless there is a mistake, which was reported.
fn analyse(header: &Header, errors: &mut Errors) -> Option<Analysis> {
    let [prediction, target] = header.inputs.as_slice() else {
        let place = header.inputs.get(2).map_or(&header.name, |input| &input.name);
        errors.push(errors::inputs_of_loss(Place::of(place), header.inputs.len()));
        return None;
    };
    header.check(prediction, &["new", "default", "explain"], "loss", errors);
    let mut graph = Graph::new(Vec::new());
    let axes = graph.row();
    let all = Extent::Element(Axes::NONE, axes);
    let prediction_value = graph.input(prediction.name.to_string(), all);
    let target_value = graph.input(target.name.to_string(), all);
    let settings = settings::values(&mut graph, &header.settings, |name| quote!(self.0.settings.#name));
    let formula = parse::formula(header.formula.clone(), header.equals, errors);
    let mut scope = Scope::of(&header.name, &header.functions, &mut graph, errors);
    scope.has_shapes = false;
    scope.declare(&prediction.name, Some(prediction_value), "prediction");
    scope.declare(&target.name, Some(target_value), "target");
    scope.declare_settings(&header.settings, &settings);
    let formula = scope.resolved(&formula?)?.value;
    if !graph.depends(formula, prediction_value) {
        if !errors.any() {
            errors.push(errors::independent_of_prediction(&prediction.name));
        }
        return None;
    }
    let loss = if matches!(graph.extent(formula), Extent::Element(..)) {
        let sum = graph.reduce(Reduction::Sum, formula);
        let mean = graph.reciprocal(axes);
        graph.times(sum, mean)
    } else {
        formula
    };
    let one = graph.number(1.0);
    let [derivative] = derivatives(&mut graph, formula, one, [prediction_value]);
    let weight = graph.constant("the weight of the sample", quote!(self.0.weight));
    let [gradient] = derivatives(&mut graph, loss, weight, [prediction_value]);
    let gradient = graph.spread(all, gradient);
    Some(Analysis { graph, prediction: prediction_value, target: target_value, formula, loss, gradient, derivative })
}

/// Returns a type that trainers can use after a mistake, so that no other error follows.
fn stand_in(header: &Header, library: &TokenStream) -> TokenStream {
    let (visibility, name) = (&header.visibility, &header.name);
    let private = quote!(#library::private);
    let output = hygienic("Output");
    let setters = settings::setters_of_stand_in(&header.settings, visibility);
    let positions = settings::by_position(&header.settings).into_iter().map(|_| quote!(_: f64));
    let is_setting = |word: &str| header.settings.iter().any(|setting| setting.name == word);
    let constructor = (!header.settings.is_empty() && !is_setting("new"))
        .then(|| quote!(#visibility const fn new(#(#positions),*) -> Self { Self }));
    let explain = (!is_setting("explain")).then(|| quote!(#visibility const fn explain() -> &'static str { "" }));
    quote! {
        #[allow(dead_code)]
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        #visibility struct #name;
        #[allow(dead_code)]
        impl #name {
            #constructor
            #setters
            #explain
        }
        impl<#output: #private::Shape<Plain = #output>> #private::Loss<#output> for #name {
            type Target = #output;
            fn evaluate<T: #private::Kernels, I: #private::Isa>(
                &self, _: I, _: &[T], _: &[#output::Array<T>], _: T, _: ::core::option::Option<&mut [T]>,
            ) -> T {
                T::ZERO
            }
        }
    }
}

fn items(header: &Header, analysis: &Analysis, library: &TokenStream) -> TokenStream {
    let private = quote!(#library::private);
    let (visibility, name) = (&header.visibility, &header.name);
    let attributes = header.passed_on();
    let docs = docs(header, analysis);
    let explanation = explanation(header, analysis).join("\n");
    let (declaration, constructors) = settings::of_value(name, &header.settings, visibility);
    let loss = implementation(header, analysis, &private);
    quote! {
        #(#attributes)*
        #docs
        #[derive(Clone, Copy, Debug, PartialEq)]
        #visibility struct #name #declaration
        #[allow(dead_code)]
        impl #name {
            #constructors

            /// Returns the loss and its gradient in mathematical notation.
            #[must_use]
            #visibility const fn explain() -> &'static str {
                #explanation
            }
        }
        #loss
    }
}

/// Returns the implementation of `Loss`, the types of its loops, and `Default`.
fn implementation(header: &Header, analysis: &Analysis, private: &TokenStream) -> TokenStream {
    let name = &header.name;
    let constants = generated::name(name, "Constants");
    let default = if header.settings.is_empty() {
        Some(quote!(Self))
    } else {
        settings::defaults(name, &header.settings).map(|fields| quote!(Self { #fields }))
    };
    let default = default.map(|value| {
        quote! {
            #[automatically_derived]
            impl ::core::default::Default for #name {
                fn default() -> Self {
                    #value
                }
            }
        }
    });
    let default_values = settings::default_values(name, &header.settings);
    let roots = [(analysis.loss, Wanted::Samples), (analysis.gradient, Wanted::Elements)];
    let (training_types, training) = code(header, analysis, "Training", &roots, &constants, private);
    let (evaluation_types, evaluation) = code(header, analysis, "Evaluation", &roots[..1], &constants, private);
    let objection = objection(header, private);
    let (over, values): (Vec<_>, Vec<_>) = analysis.graph.constants_of_sizes().into_iter().unzip();
    let (prediction, target) = input_names(header);
    let [output, t, i] = ["Output", "T", "I"].map(hygienic);
    let together = Literal::usize_unsuffixed(TOGETHER);
    quote! {
        #default_values
        #default
        #[derive(Clone, Copy)]
        struct #constants {
            #(#over: f64,)*
            weight: f64,
            settings: #name,
        }
        #training_types
        #evaluation_types
        impl<#output: #private::Shape<Plain = #output>> #private::Loss<#output> for #name {
            type Target = #output;

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
                let constants = #constants { #(#over: #values,)* weight: weight.to_f64(), settings: *self };
                let mut total = #t::ZERO;
                let mut start = 0;
                while start < count {
                    let samples = if count - start < #together { count - start } else { #together };
                    let rows = start * row..(start + samples) * row;
                    let (#prediction, #target) = (&logits[rows.clone()], &targets[rows.clone()]);
                    let losses = match gradient.as_deref_mut() {
                        ::core::option::Option::Some(gradient) => {
                            let gradient = &mut gradient[rows];
                            #training
                        }
                        ::core::option::Option::None => {
                            #evaluation
                        }
                    };
                    for &loss in &losses[..samples] {
                        total += loss;
                    }
                    start += samples;
                }
                total
            }
        }
    }
}

/// Returns the names of prediction and target in code.
fn input_names(header: &Header) -> (Ident, Ident) {
    let name = |index: usize| {
        header.inputs.get(index).map_or_else(|| hygienic("input"), |input| hygienic(&input.name.to_string()))
    };
    (name(0), name(1))
}

/// Returns the types of the loops, and the code that runs them and gives the losses of the samples.
fn code(
    header: &Header,
    analysis: &Analysis,
    prefix: &str,
    roots: &[(Value, Wanted)],
    constants: &Ident,
    private: &TokenStream,
) -> (TokenStream, TokenStream) {
    let graph = &analysis.graph;
    let inputs = [analysis.prediction, analysis.target];
    let passes = steps(graph, roots, &inputs).into_iter().filter_map(|step| match step {
        Step::Loop(pass) => Some(pass),
        _ => None,
    });
    let mut arrays: Vec<Value> = Vec::new();
    let (mut types, mut calls) = (TokenStream::new(), TokenStream::new());
    for (index, pass) in passes.enumerate() {
        let name = generated::name(&header.name, &format!("{prefix}{}", index + 1));
        let (item, call) = pass_code(header, analysis, &name, &pass, &mut arrays, private);
        types.extend(quote! {
            #[derive(Clone, Copy)]
            struct #name(#constants);
            #item
        });
        calls.extend(call);
    }
    let together = Literal::usize_unsuffixed(TOGETHER);
    let t = hygienic("T");
    let declared = arrays.iter().enumerate().map(|(index, _)| {
        let name = memory_name(index);
        quote!(let mut #name = [#t::ZERO; #together];)
    });
    let losses =
        arrays.iter().position(|&value| value == analysis.loss).map_or_else(|| hygienic("losses"), memory_name);
    (types, quote!(#(#declared)* #calls #losses))
}

/// Returns the implementation of a loop, and its call. The values that it computes per sample are added to `arrays`.
fn pass_code(
    header: &Header,
    analysis: &Analysis,
    name: &Ident,
    pass: &Pass,
    arrays: &mut Vec<Value>,
    private: &TokenStream,
) -> (TokenStream, TokenStream) {
    let graph = &analysis.graph;
    let (prediction, target) = input_names(header);
    let array_name = |value: Value, arrays: &[Value]| arrays.iter().position(|&known| known == value).map(memory_name);
    let known = arrays.clone();
    arrays.extend(pass.reduced.iter().map(|reduced| reduced.result).filter(|value| !known.contains(value)));
    if pass.axes.is_none() {
        arrays.extend(pass.outputs.iter().copied().filter(|value| !known.contains(value)));
    }
    let input_name = |value: Value| -> String {
        if value == analysis.prediction {
            prediction.to_string()
        } else if value == analysis.target {
            target.to_string()
        } else {
            array_name(value, arrays).map_or_else(String::new, |name| name.to_string())
        }
    };
    let slice = |value: Value| {
        if value == analysis.prediction {
            quote!(#prediction)
        } else if value == analysis.target {
            quote!(#target)
        } else {
            let array = array_name(value, arrays);
            quote!(&#array[..samples])
        }
    };
    let named =
        |values: &[Value]| -> Vec<(Value, String)> { values.iter().map(|&value| (value, input_name(value))).collect() };
    let parts = Loop {
        each: named(&pass.elements),
        sample: named(&pass.samples),
        outputs: &pass.outputs,
        reduced: &pass.reduced,
        ..Loop::default()
    };
    let item = loop_type(graph, name, private, &parts);
    let each = pass.elements.iter().map(|&value| slice(value));
    let sample = pass.samples.iter().map(|&value| slice(value));
    let outputs = pass.outputs.iter().map(|&value| {
        if pass.axes.is_some() {
            return quote!(&mut *gradient);
        }
        let array = array_name(value, arrays);
        quote!(&mut #array[..samples])
    });
    let reduced = pass.reduced.iter().map(|reduced| {
        let array = array_name(reduced.result, arrays);
        quote!(&mut #array[..samples])
    });
    let row = if pass.axes.is_some() { quote!(row) } else { quote!(1) };
    let t = hygienic("T");
    let call = quote! {
        #t::formula_rows(isa, &#name(constants), samples, #row, [#(#each),*], [#(#sample),*], [], [#(#outputs),*], [#(#reduced),*]);
    };
    (item, call)
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

/// Returns the loss and its gradient in mathematical notation.
fn explanation(header: &Header, analysis: &Analysis) -> Vec<String> {
    let prediction = input_names(header).0;
    // The loss of a vector is its mean.
    let (name, formula) =
        if explain::is_vector(&analysis.graph, analysis.formula) { ("Σ l", "l") } else { ("loss", "loss") };
    let roots = [(formula.to_owned(), analysis.formula), (format!("d({name})/d{prediction}"), analysis.derivative)];
    let mut lines = explain::lines(&analysis.graph, &roots, &HashMap::new());
    if formula == "l" {
        let position = lines.iter().position(|line| line.starts_with("l = ")).map_or(0, |position| position + 1);
        lines.insert(position, "loss = 1/M Σ l".to_owned());
    }
    lines
}

/// Returns the documentation that follows the user's.
fn docs(header: &Header, analysis: &Analysis) -> TokenStream {
    let summary = format!("The loss `{}`.", header.name);
    let shapes = "Network output: `Vector<M>` or another plain shape. Targets: the same shape.";
    let explanation = explanation(header, analysis);
    documentation(&header.attributes, &summary, &explanation, &header.settings, ["Shapes", shapes])
}
