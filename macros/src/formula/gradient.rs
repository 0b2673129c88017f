//! `gradient_of!`: a function of a vector, with its gradient.

use std::collections::HashMap;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens as _, quote};
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Pat, Token, Type, Visibility, parenthesized};

use super::derivative::propagate;
use super::emit::{Loop, hygienic, loop_type, memory_name};
use super::graph::{Extent, Graph, Operation, SizeText, Value};
use super::header::{check_names, documentation, is_documented};
use super::layer_header::{formula, vector};
use super::resolve::Scope;
use super::schedule::{Pass, Step, Wanted, steps};
use super::{explain, parse};
use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;
use crate::text;

const EXAMPLE: &str =
    "gradient_of! { fn rosenbrock([x, y]: Vector<2>) -> Scalar { (1 - x).powi(2) + 100 * (y - x.powi(2)).powi(2) } }";

/// The declaration of a function.
pub(super) struct FunctionHeader {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    name: Ident,
    /// The name of the vector, or the names of its elements.
    inputs: Vec<Ident>,
    is_whole: bool,
    size: TokenStream,
    formula: TokenStream,
    /// The position of its braces.
    braces: Place,
}

/// The values of a function.
pub(super) struct Analysis {
    graph: Graph,
    /// The vector, or its elements.
    inputs: Vec<Value>,
    value: Value,
    gradients: Vec<Value>,
}

/// Returns the function, or the errors in its declaration.
pub(crate) fn gradient_of(tokens: TokenStream, library: &TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let read = read(tokens, &mut errors);
    let private = quote!(#library::private);
    match (errors.into_result(), read) {
        (Ok(()), Some((header, Some(analysis)))) => item(&header, &analysis, &private),
        (Ok(()), _) => TokenStream::new(),
        (Err(error), read) => {
            let mistakes = error.to_compile_error();
            let stand_in = read.map(|(header, _)| {
                let (visibility, name) = (&header.visibility, &header.name);
                quote! {
                    #[allow(dead_code)]
                    #visibility fn #name<T: #private::Kernels>(_: &[T], _: &mut [T]) -> T { T::ZERO }
                }
            });
            quote!(#mistakes #stand_in)
        }
    }
}

/// Reads a declaration. Whatever is missing in the result was reported.
pub(super) fn read(tokens: TokenStream, errors: &mut Errors) -> Option<(FunctionHeader, Option<Analysis>)> {
    let mut header = None;
    let result = if tokens.is_empty() {
        Err(errors::empty_formula(EXAMPLE))
    } else {
        (|input: ParseStream<'_>| FunctionHeader::parse(input, &mut header, errors)).parse2(tokens)
    };
    match result {
        Ok(()) => header.map(|header| {
            let analysis = analyse(&header, errors);
            (header, analysis)
        }),
        Err(error) => {
            errors.push(error);
            header.map(|header| (header, None))
        }
    }
}

impl FunctionHeader {
    /// Parses a function. What was read before a mistake stays in `header`.
    fn parse(input: ParseStream<'_>, header: &mut Option<Self>, errors: &mut Errors) -> syn::Result<()> {
        let expected = |wanted: &str, input: ParseStream<'_>| errors::expected_in_formula(wanted, input, EXAMPLE);
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        input.parse::<Token![fn]>().map_err(|_| expected("`fn`", input))?;
        let name: Ident = input.parse().map_err(|_| expected("the name of the function", input))?;
        let header = header.insert(Self {
            attributes,
            visibility,
            inputs: Vec::new(),
            is_whole: true,
            size: TokenStream::new(),
            formula: TokenStream::new(),
            braces: Place::of(&name),
            name,
        });
        if !input.peek(syn::token::Paren) {
            return Err(expected("its input in parentheses", input));
        }
        let inside;
        parenthesized!(inside in input);
        let pattern = inside.call(Pat::parse_single).map_err(|_| expected("the name of the input", &inside))?;
        inside.parse::<Token![:]>().map_err(|_| expected("`:` and the shape of the input", &inside))?;
        header.size = vector(&inside.parse()?)?;
        if !inside.is_empty() {
            return Err(expected("one input", &inside));
        }
        input.parse::<Token![->]>().map_err(|_| expected("`-> Scalar`", input))?;
        let result: Type = input.parse()?;
        if text::of(result.to_token_stream()) != "Scalar" {
            errors.push(errors::no_scalar(Place::of(&result), &text::of(result.to_token_stream())));
        }
        if !input.peek(syn::token::Brace) {
            return Err(expected("the formula in braces", input));
        }
        (header.formula, header.braces) = formula(input)?;
        if !input.is_empty() {
            return Err(expected("nothing after the formula", input));
        }
        (header.inputs, header.is_whole) = names(&pattern)?;
        let written = text::of(header.size.clone());
        if !header.is_whole && written != header.inputs.len().to_string() {
            errors.push(errors::number_of_elements(Place::of(&pattern), header.inputs.len(), &written));
        }
        Ok(())
    }
}

/// Returns the names in `x` or `[x, y]`.
fn names(pattern: &Pat) -> syn::Result<(Vec<Ident>, bool)> {
    let plain = |pattern: &Pat| match pattern {
        Pat::Ident(name) if name.mutability.is_none() && name.by_ref.is_none() && name.subpat.is_none() => {
            Ok(name.ident.clone())
        }
        other => Err(errors::no_input_pattern(Place::of(other))),
    };
    match pattern {
        Pat::Slice(elements) => Ok((elements.elems.iter().map(plain).collect::<syn::Result<_>>()?, false)),
        other => Ok((vec![plain(other)?], true)),
    }
}

fn analyse(header: &FunctionHeader, errors: &mut Errors) -> Option<Analysis> {
    check_names(header.inputs.iter(), errors);
    let mut graph = Graph::new();
    let size = &header.size;
    let written = text::of(size.clone());
    let is_known = written.bytes().all(|byte| byte.is_ascii_digit());
    let size = graph.size(SizeText {
        text: written,
        code: quote!({ #size }),
        reciprocal: quote!((1.0 / ({ #size }) as f64)),
        is_known,
    });
    let extent = if header.is_whole { Extent::Element(size) } else { Extent::Sample };
    let inputs: Vec<_> = header.inputs.iter().map(|name| graph.input(name.to_string(), extent)).collect();
    let formula = parse::formula(header.formula.clone(), header.braces, errors);
    let (value, place) = {
        let mut scope = Scope::new(&mut graph, errors, false);
        scope.owner = identifier::plain(&header.name);
        for (name, &value) in header.inputs.iter().zip(&inputs) {
            scope.declare(name, Some(value), "input");
        }
        let formula = formula?;
        let value = scope.value(&formula);
        if value.is_some() && !scope.errors.any() {
            scope.close(0);
        }
        (value?, formula.result().place)
    };
    if let Some(size) = graph.extent(value).size() {
        let size = graph.size_text(size).map_or("N", |size| &size.text);
        errors.push(errors::vector_as_scalar(place, size));
        return None;
    }
    let one = graph.number(1.0);
    let derivatives = propagate(&mut graph, value, one);
    // Copies, so that each is written to memory of its own, also a constant.
    let gradients = inputs
        .iter()
        .map(|&input| {
            let gradient = derivatives.of(&mut graph, input);
            match graph.extent(input) {
                Extent::Element(size) => graph.push(Operation::Spread(size, gradient)),
                _ => graph.push(Operation::PerSample(gradient)),
            }
        })
        .collect();
    let value = graph.push(Operation::PerSample(value));
    Some(Analysis { graph, inputs, value, gradients })
}

fn item(header: &FunctionHeader, analysis: &Analysis, private: &TokenStream) -> TokenStream {
    let FunctionHeader { attributes, visibility, name, inputs, is_whole, size, .. } = header;
    let graph = &analysis.graph;
    let docs = docs(header, analysis);
    let mut roots = vec![(analysis.value, Wanted::Samples)];
    let of_input = if *is_whole { Wanted::Elements } else { Wanted::Samples };
    roots.extend(analysis.gradients.iter().map(|&gradient| (gradient, of_input)));
    let mut arrays: Vec<Value> = Vec::new();
    let (mut types, mut calls) = (TokenStream::new(), TokenStream::new());
    for (index, step) in steps(graph, &roots, &analysis.inputs).iter().enumerate() {
        if let Step::Loop(pass) = step {
            let loop_name = hygienic(&format!("Loop{}", index + 1));
            let (item, call) = code(header, analysis, &loop_name, pass, &mut arrays, private);
            types.extend(quote!(struct #loop_name; #item));
            calls.extend(call);
        }
    }
    let declared = arrays.iter().enumerate().map(|(index, &value)| {
        let (name, len) = (memory_name(index), len(graph, value));
        quote!(let mut #name = [T::ZERO; #len];)
    });
    let array = |value: Value| arrays.iter().position(|&stored| stored == value).map(memory_name);
    let elements = inputs.iter().enumerate().map(|(index, input)| {
        let (input, index) = (hygienic(&input.to_string()), Literal::usize_unsuffixed(index));
        if *is_whole { quote!(let #input = point;) } else { quote!(let #input = &point[#index..=#index];) }
    });
    let results = analysis.gradients.iter().enumerate().map(|(index, &value)| {
        let (array, index) = (array(value), Literal::usize_unsuffixed(index));
        if *is_whole { quote!(gradient.copy_from_slice(&#array);) } else { quote!(gradient[#index] = #array[0];) }
    });
    let result = array(analysis.value);
    let message = format!("`{name}` is a function of {}", text::of(size.clone()));
    quote! {
        #(#attributes)*
        #docs
        #[allow(clippy::all, clippy::pedantic, reason = "generated code")]
        #visibility fn #name<T: #private::Kernels>(point: &[T], gradient: &mut [T]) -> T {
            #types
            struct Run<'a, T>(&'a [T], &'a mut [T]);
            impl<T: #private::Kernels> #private::Program for Run<'_, T> {
                type Output = T;
                #[inline(always)]
                fn run<I: #private::Isa>(self, isa: I) -> T {
                    let Run(point, gradient) = self;
                    let samples = 1;
                    #(#elements)*
                    #(#declared)*
                    #calls
                    #(#results)*
                    #result[0]
                }
            }
            assert!(point.len() == { #size } && gradient.len() == { #size }, #message);
            #private::dispatch(Run(point, gradient))
        }
    }
}

/// Returns the number of elements of an array.
fn len(graph: &Graph, value: Value) -> TokenStream {
    let size = graph.extent(value).size().and_then(|size| graph.size_text(size));
    size.map_or_else(|| quote!(1), |size| size.code.clone())
}

/// Returns the implementation of a loop, and its call.
fn code(
    header: &FunctionHeader,
    analysis: &Analysis,
    name: &Ident,
    pass: &Pass,
    arrays: &mut Vec<Value>,
    private: &TokenStream,
) -> (TokenStream, TokenStream) {
    let graph = &analysis.graph;
    let written = pass.outputs.iter().copied().chain(pass.reduced.iter().map(|reduced| reduced.result));
    for value in written {
        if !arrays.contains(&value) {
            arrays.push(value);
        }
    }
    let place = |value: Value| -> Ident {
        let input = analysis.inputs.iter().position(|&input| input == value).and_then(|index| header.inputs.get(index));
        let array =
            || arrays.iter().position(|&stored| stored == value).map_or_else(|| hygienic("unknown"), memory_name);
        input.map_or_else(array, |input| hygienic(&input.to_string()))
    };
    let named = |values: &[Value]| -> Vec<(Value, String)> {
        values.iter().map(|&value| (value, place(value).to_string())).collect()
    };
    let parts = Loop {
        each: named(&pass.elements),
        sample: named(&pass.samples),
        outputs: &pass.outputs,
        reduced: &pass.reduced,
        ..Loop::default()
    };
    let item = loop_type(graph, name, private, &parts);
    let read = |values: &[Value]| -> Vec<_> {
        values
            .iter()
            .map(|&value| {
                let place = place(value);
                if analysis.inputs.contains(&value) { quote!(#place) } else { quote!(&#place) }
            })
            .collect()
    };
    let (each, sample) = (read(&pass.elements), read(&pass.samples));
    let outputs = pass.outputs.iter().map(|&value| place(value));
    let reduced = pass.reduced.iter().map(|reduced| place(reduced.result));
    let row = pass.size.and_then(|size| graph.size_text(size)).map_or_else(|| quote!(1), |size| size.code.clone());
    let call = quote! {
        T::formula_rows(
            isa, &#name, samples, #row, [#(#each),*], [#(#sample),*], [], [#(&mut #outputs),*], [#(&mut #reduced),*],
        );
    };
    (item, call)
}

/// Returns the documentation that follows the user's.
fn docs(header: &FunctionHeader, analysis: &Analysis) -> TokenStream {
    let mut roots = vec![("f".to_owned(), analysis.value)];
    let gradients = header.inputs.iter().zip(&analysis.gradients);
    roots.extend(gradients.map(|(input, &gradient)| (format!("df/d{input}"), gradient)));
    let mut lines = Vec::new();
    if is_documented(&header.attributes) {
        lines.push(String::new());
    } else {
        lines.extend([
            " Returns the value of the function at a point, and writes its gradient.".to_owned(),
            String::new(),
        ]);
    }
    lines.push(" ```text".to_owned());
    lines.extend(explain::lines(&analysis.graph, &roots, &HashMap::new()).into_iter().map(|line| format!(" {line}")));
    lines.extend([
        " ```".to_owned(),
        String::new(),
        " # Panics".to_owned(),
        format!(" Panics unless point and gradient have {} elements.", text::of(header.size.clone())),
    ]);
    documentation(&lines)
}
