//! `loss!` with a struct: a function of a prediction and a target of declared shapes.

use std::collections::HashMap;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::declaration::{self, Read, expand};
use super::declared::shape;
use super::derivative::derivatives;
use super::documentation::documentation;
use super::explain;
use super::graph::{Axes, Extent, Graph, Value};
use super::header::{check_names, check_settings};
use super::layer::{assertions, generics};
use super::layer_header::{Declared, LayerHeader};
use super::memory::{Memory, Owner, constants_name};
use super::parse;
use super::resolve::{Checked, Comparison, Resolved, Scope, shape_text};
use super::schedule::{Wanted, steps};
use super::settings;
use crate::errors::{self, Errors};
use crate::identifier;

/// The number of samples whose values are in memory together.
const TOGETHER: usize = 64;

/// The values of a loss.
pub(super) struct Analysis {
    graph: Graph,
    prediction: Value,
    target: Value,
    loss: Value,
    /// The gradient of the prediction, times the weight of the sample.
    gradient: Value,
    /// The gradient of the prediction, for the documentation.
    derivative: Value,
    /// The sizes that the compiler compares, and the ranges that it checks.
    comparisons: Vec<Comparison>,
    ranges: Vec<Checked>,
}

/// Returns the items of a loss, or the errors in its declaration.
pub(super) fn shaped_loss(tokens: TokenStream, library: &TokenStream) -> TokenStream {
    expand(tokens, read, |header, analysis| items(header, analysis, library), |header| stand_in(header, library))
}

/// Reads a declaration. Whatever is missing in the result was reported.
pub(super) fn read(tokens: TokenStream, errors: &mut Errors) -> Read<LayerHeader, Analysis> {
    declaration::read(errors, |header, errors| LayerHeader::parse(tokens, Declared::Loss, header, errors), analyse)
}

/// Returns the values of the loss and of its gradient, unless there is a mistake, which was reported.
fn analyse(header: &LayerHeader, errors: &mut Errors) -> Option<Analysis> {
    let (target_name, target_shape) = header.target.as_ref()?;
    for parameter in &header.parameters {
        errors.push(errors::parameter_of_loss(&parameter.name));
    }
    check_settings(&header.settings, &["new", "default", "explain"], "loss", errors);
    let names = header.settings.iter().map(|setting| &setting.name);
    check_names(names.chain([&header.input.name, target_name]), errors);
    let mut graph = Graph::new(header.sizes());
    let [takes, compares] = [&header.takes, target_shape].map(|of| {
        let sizes = shape(&mut graph, of, errors);
        graph.axes(&sizes)
    });
    let prediction = graph.input(header.input.name.to_string(), Extent::Element(Axes::NONE, takes));
    let target = graph.input(target_name.to_string(), Extent::Element(Axes::NONE, compares));
    let settings = settings::values(&mut graph, &header.settings, |name| {
        let field = setting_name(name);
        quote!(self.0.#field)
    });
    let formula = parse::formula(header.formula.clone(), header.braces, errors)?;
    let mut scope = Scope::of(&header.name, &header.functions, &mut graph, errors);
    scope.declare(&header.input.name, Some(prediction), "prediction");
    scope.declare(target_name, Some(target), "target");
    for name in header.unreadable.iter().chain(header.parameters.iter().map(|parameter| &parameter.name)) {
        scope.declare(name, None, "parameter");
    }
    scope.declare_settings(&header.settings, &settings);
    let Resolved { value: loss, comparisons, ranges } = scope.resolved(&formula)?;
    if let Some(axes) = graph.extent(loss).axes() {
        errors.push(errors::vector_as_scalar(formula.result().place, &shape_text(&graph, axes)));
        return None;
    }
    if errors.any() {
        return None;
    }
    if !graph.depends(loss, prediction) {
        errors.push(errors::independent_of_prediction(&header.input.name));
        return None;
    }
    let one = graph.number(1.0);
    let [derivative] = derivatives(&mut graph, loss, one, [prediction]);
    let weight = graph.constant("the weight of the sample", quote!(self.0.weight));
    let [gradient] = derivatives(&mut graph, loss, weight, [prediction]);
    let gradient = graph.spread(Extent::Element(Axes::NONE, takes), gradient);
    Some(Analysis { graph, prediction, target, loss, gradient, derivative, comparisons, ranges })
}

/// Returns the field of the constants that has a setting.
fn setting_name(name: &Ident) -> Ident {
    format_ident!("setting_{}", identifier::plain(name))
}

/// Returns a type that trainers can use after a mistake, so that no other error follows.
fn stand_in(header: &LayerHeader, library: &TokenStream) -> TokenStream {
    let (visibility, name) = (&header.visibility, &header.name);
    let private = quote!(#library::private);
    let [declared, arguments, sizes] = generics(header);
    let setters = settings::setters_of_stand_in(&header.settings, visibility);
    let positions = settings::by_position(&header.settings).into_iter().map(|_| quote!(_: f64));
    let is_setting = |word: &str| header.settings.iter().any(|setting| setting.name == word);
    let constructor = (!header.settings.is_empty() && !is_setting("new"))
        .then(|| quote!(#visibility const fn new(#(#positions),*) -> Self { Self }));
    let explain = (!is_setting("explain")).then(|| quote!(#visibility const fn explain() -> &'static str { "" }));
    let output = crate::generated::name(name, "Output");
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
        impl<#output: #private::Shape<Plain = #output>, #sizes> #private::Loss<#output> for #name #arguments {
            type Target = #output;
            fn evaluate<T: #private::Kernels, I: #private::Isa>(
                &self, _: I, _: &[T], _: &[#output::Array<T>], _: T, _: ::core::option::Option<&mut [T]>,
            ) -> T {
                T::ZERO
            }
        }
    }
}

fn items(header: &LayerHeader, analysis: &Analysis, library: &TokenStream) -> TokenStream {
    let private = quote!(#library::private);
    let (visibility, name) = (&header.visibility, &header.name);
    let [declared, arguments, _] = generics(header);
    let attributes = header.passed_on();
    let docs = docs(header, analysis);
    let explanation = explanation(header, analysis).join("\n");
    let (fields, constructors) = settings::of_value(name, &header.settings, visibility);
    let default = if header.settings.is_empty() {
        Some(quote!(Self))
    } else {
        settings::defaults(name, &header.settings).map(|fields| quote!(Self { #fields }))
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
    let default_values = settings::default_values(name, &header.settings);
    let assertions = assertions(&analysis.graph, &analysis.comparisons, &analysis.ranges, &private);
    let implementation = implementation(header, analysis, &assertions.statements, &private);
    let assertions = assertions.items;
    quote! {
        #(#attributes)*
        #docs
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
        #default_values
        #default
        #assertions
        #implementation
    }
}

/// Returns the implementation of `Loss`, and the types of its loops.
fn implementation(
    header: &LayerHeader,
    analysis: &Analysis,
    assertions: &TokenStream,
    private: &TokenStream,
) -> TokenStream {
    let name = &header.name;
    let [declared, arguments, _] = generics(header);
    let constants = constants_name(name);
    let roots = [(analysis.loss, Wanted::Samples), (analysis.gradient, Wanted::Elements)];
    let (training_types, training) = code(header, analysis, "Training", &roots, private);
    let (evaluation_types, evaluation) = code(header, analysis, "Evaluation", &roots[..1], private);
    let (over, values): (Vec<_>, Vec<_>) = analysis.graph.constants_of_sizes().into_iter().unzip();
    let fields: Vec<_> = header.settings.iter().map(|setting| setting_name(&setting.name)).collect();
    let names: Vec<_> = header.settings.iter().map(|setting| &setting.name).collect();
    let output = header.takes.code(private);
    let target = header.target.as_ref().map(|(_, shape)| shape.code(private));
    let together = Literal::usize_unsuffixed(TOGETHER);
    quote! {
        #[derive(Clone, Copy)]
        struct #constants {
            weight: f64,
            #(#over: f64,)*
            #(#fields: f64,)*
        }
        #training_types
        #evaluation_types
        impl #declared #private::Loss<#output> for #name #arguments {
            type Target = #target;

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
                const { #assertions }
                let count = targets.len();
                let targets = <#target as #private::Shape>::flat_batch(targets);
                let (row, compared) = (<#output as #private::Shape>::LEN, <#target as #private::Shape>::LEN);
                let constants =
                    #constants { weight: weight.to_f64(), #(#over: #values,)* #(#fields: self.#names,)* };
                let mut total = T::ZERO;
                let mut start = 0;
                while start < count {
                    let samples = if count - start < #together { count - start } else { #together };
                    let rows = start * row..(start + samples) * row;
                    let prediction = &logits[rows.clone()];
                    let target = &targets[start * compared..(start + samples) * compared];
                    match gradient.as_deref_mut() {
                        ::core::option::Option::Some(gradient) => {
                            let gradient = &mut gradient[rows];
                            #training
                        }
                        ::core::option::Option::None => {
                            #evaluation
                        }
                    }
                    start += samples;
                }
                total
            }
        }
    }
}

/// Returns the types of the loops, and the code that runs them and adds the losses of the samples.
fn code(
    header: &LayerHeader,
    analysis: &Analysis,
    prefix: &'static str,
    roots: &[(Value, Wanted)],
    private: &TokenStream,
) -> (TokenStream, TokenStream) {
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
    (memory.types.clone(), code)
}

/// Returns the loss and its gradient in mathematical notation.
fn explanation(header: &LayerHeader, analysis: &Analysis) -> Vec<String> {
    let prediction = identifier::plain(&header.input.name);
    let roots = [("loss".to_owned(), analysis.loss), (format!("d(loss)/d{prediction}"), analysis.derivative)];
    explain::lines(&analysis.graph, &roots, &HashMap::new())
}

/// Returns the documentation that follows the user's.
fn docs(header: &LayerHeader, analysis: &Analysis) -> TokenStream {
    let summary = format!("The loss `{}`.", header.name);
    let target = header.target.as_ref().map_or_else(String::new, |(_, shape)| shape.text());
    let shapes = format!("Network output: `{}`. Targets: `{target}`.", header.takes.text());
    let explanation = explanation(header, analysis);
    documentation(&header.attributes, &summary, &explanation, &header.settings, ["Shapes", &shapes])
}
