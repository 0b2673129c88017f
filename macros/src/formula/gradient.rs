//! `gradient_of!`: a function of a vector, with its gradient.

use std::collections::HashMap;

use proc_macro2::{Delimiter, Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote};
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Pat, Token, Type, Visibility, parenthesized};

use super::assertions::assertions;
use super::declaration::{self, Read, expand};
use super::declared::{Function, OF_VALUES, ShapeOf, axes, formula};
use super::derivative::propagate;
use super::documentation::documentation;
use super::emit::{hygienic, memory_name};
use super::graph::{Axes, Extent, Graph, Operation, Reduction, Value};
use super::header::check_names;
use super::memory::{Memory, Owner, constants_name};
use super::resolve::{Checked, Comparison, Resolved, Scope, require_scalar};
use super::schedule::{Wanted, steps};
use super::{explain, parse};
use crate::errors::{self, Errors};
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
    shape: ShapeOf,
    /// The functions that the formula may call.
    functions: Vec<Function>,
    /// The name of the function that multiplies the Hessian with a vector, if it is wanted.
    hessian: Option<Ident>,
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
    /// The vector and its product with the Hessian, if that is wanted.
    hessian: Option<[Vec<Value>; 2]>,
    /// The sizes that the compiler compares, and the ranges that it checks.
    comparisons: Vec<Comparison>,
    ranges: Vec<Checked>,
}

/// Returns the function, or the errors in its declaration.
pub(crate) fn gradient_of(tokens: TokenStream, library: &TokenStream) -> TokenStream {
    let private = quote!(#library::private);
    expand(tokens, read, |header, analysis| item(header, analysis, &private), |header| stand_in(header, &private))
}

/// Returns functions that can be called after a mistake, so that no other error follows.
fn stand_in(header: &FunctionHeader, private: &TokenStream) -> TokenStream {
    let (visibility, name) = (&header.visibility, &header.name);
    let hessian = header.hessian.as_ref().map(|name| {
        quote! {
            #[allow(dead_code)]
            #visibility fn #name<T: #private::Kernels>(_: &[T], _: &[T], _: &mut [T]) {}
        }
    });
    quote! {
        #[allow(dead_code)]
        #visibility fn #name<T: #private::Kernels>(_: &[T], _: &mut [T]) -> T { T::ZERO }
        #hessian
    }
}

/// Reads a declaration. Whatever is missing in the result was reported.
pub(super) fn read(tokens: TokenStream, errors: &mut Errors) -> Read<FunctionHeader, Analysis> {
    declaration::read(errors, |header, errors| FunctionHeader::parse(tokens, header, errors), analyse)
}

impl FunctionHeader {
    /// Parses the tokens of a macro call. What was read before a mistake stays in `header`.
    ///
    /// # Errors
    ///
    /// If the tokens are no function.
    fn parse(tokens: TokenStream, header: &mut Option<Self>, errors: &mut Errors) -> syn::Result<()> {
        if tokens.is_empty() {
            return Err(errors::empty_formula(EXAMPLE));
        }
        (|input: ParseStream<'_>| Self::read(input, header, errors)).parse2(tokens)
    }

    fn read(input: ParseStream<'_>, header: &mut Option<Self>, errors: &mut Errors) -> syn::Result<()> {
        let expected = |wanted: &str, input: ParseStream<'_>| errors::expected_in_formula(wanted, input, EXAMPLE);
        let (functions, mut attributes, visibility, name) = before_arguments(input)?;
        let hessian = hessian(&mut attributes)?;
        let header = header.insert(Self {
            attributes,
            visibility,
            inputs: Vec::new(),
            is_whole: true,
            shape: ShapeOf { name: "Vector".to_owned(), sizes: Vec::new(), place: Place::of(&name) },
            functions,
            hessian,
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
        header.shape = ShapeOf::read(&inside.parse()?, &OF_VALUES)?;
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
        let written = header.shape.sizes.first().map_or_else(String::new, |size| text::of(size.clone()));
        if !header.is_whole && header.shape.sizes.len() != 1 {
            errors.push(errors::elements_of_no_vector(Place::of(&pattern), &header.shape.text()));
        } else if !header.is_whole && written != header.inputs.len().to_string() {
            errors.push(errors::number_of_elements(Place::of(&pattern), header.inputs.len(), &written));
        }
        Ok(())
    }
}

/// Takes `#[hessian_vector_product(name)]` out of the attributes.
fn hessian(attributes: &mut Vec<Attribute>) -> syn::Result<Option<Ident>> {
    let Some(index) = attributes.iter().position(|attribute| attribute.path().is_ident("hessian_vector_product"))
    else {
        return Ok(None);
    };
    let attribute = attributes.remove(index);
    attribute.parse_args().map(Some).map_err(|_| errors::no_hessian_name(Place::of(&attribute.meta)))
}

/// Reads the functions before the last one, and what stands before the arguments of the last.
fn before_arguments(input: ParseStream<'_>) -> syn::Result<(Vec<Function>, Vec<Attribute>, Visibility, Ident)> {
    let expected = |wanted: &str, input: ParseStream<'_>| errors::expected_in_formula(wanted, input, EXAMPLE);
    let mut functions = Vec::new();
    loop {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        input.parse::<Token![fn]>().map_err(|_| expected("`fn`", input))?;
        let name: Ident = input.parse().map_err(|_| expected("the name of the function", input))?;
        // The last function has nothing after its braces.
        let ahead = input.fork();
        let is_last = skip_to_braces(&ahead) && ahead.is_empty();
        if is_last || !attributes.is_empty() || !matches!(visibility, Visibility::Inherited) {
            return Ok((functions, attributes, visibility, name));
        }
        functions.push(Function::read(name, input, EXAMPLE)?);
    }
}

/// Skips everything up to the first braces and these. Returns whether there were any.
fn skip_to_braces(input: ParseStream<'_>) -> bool {
    while !input.is_empty() {
        match input.parse::<TokenTree>() {
            Ok(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    // Without braces, this is the last, and what is missing will be told.
    true
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
    let mut graph = Graph::new(Vec::new());
    let axes = axes(&mut graph, &header.shape, errors);
    let extent = if header.is_whole { Extent::Element(Axes::NONE, axes) } else { Extent::Sample(Axes::NONE) };
    let inputs: Vec<_> = header.inputs.iter().map(|name| graph.input(name.to_string(), extent)).collect();
    let formula = parse::formula(header.formula.clone(), header.braces, errors);
    let mut scope = Scope::of(&header.name, &header.functions, &mut graph, errors);
    for (name, &value) in header.inputs.iter().zip(&inputs) {
        scope.declare(name, Some(value), "input");
    }
    let formula = formula?;
    let Resolved { value, comparisons, ranges } = scope.resolved(&formula)?;
    require_scalar(&graph, value, formula.result().place, errors)?;
    let one = graph.number(1.0);
    let derivatives = propagate(&mut graph, value, one);
    let gradients: Vec<_> = inputs.iter().map(|&input| derivatives.of(&mut graph, input)).collect();
    if let Some(name) = header.hessian.as_ref().filter(|_| !graph.repetitions.is_empty()) {
        errors.push(errors::hessian_of_loop(name));
    }
    let hessian = header.hessian.as_ref().map(|_| {
        let vector: Vec<_> = header.inputs.iter().map(|name| graph.input(format!("d{name}"), extent)).collect();
        let product = times_hessian(&mut graph, &inputs, &gradients, &vector);
        [vector, copies(&mut graph, extent, &product)]
    });
    let gradients = copies(&mut graph, extent, &gradients);
    let value = graph.push(Operation::Spread(Extent::Sample(Axes::NONE), value));
    Some(Analysis { graph, inputs, value, gradients, hessian, comparisons, ranges })
}

/// Returns copies, so that each is written to memory of its own, also a constant.
fn copies(graph: &mut Graph, extent: Extent, values: &[Value]) -> Vec<Value> {
    values.iter().map(|&value| graph.push(Operation::Spread(extent, value))).collect()
}

/// Adds the product of the Hessian and a vector: the gradient of the product of the gradient and the vector.
fn times_hessian(graph: &mut Graph, inputs: &[Value], gradients: &[Value], vector: &[Value]) -> Vec<Value> {
    let mut sum = graph.number(0.0);
    for (&gradient, &component) in gradients.iter().zip(vector) {
        let mut product = graph.times(gradient, component);
        if graph.extent(product).axes().is_some() {
            product = graph.reduce(Reduction::Sum, product);
        }
        sum = graph.plus(sum, product);
    }
    let one = graph.number(1.0);
    let derivatives = propagate(graph, sum, one);
    inputs.iter().map(|&input| derivatives.of(graph, input)).collect()
}

fn item(header: &FunctionHeader, analysis: &Analysis, private: &TokenStream) -> TokenStream {
    let FunctionHeader { attributes, visibility, name, .. } = header;
    let docs = docs(header, analysis);
    let point = Argument { name: "point", values: &analysis.inputs };
    let gradient = Argument { name: "gradient", values: &analysis.gradients };
    let body = body(header, analysis, name, &[point], gradient, Some(analysis.value), private);
    let hessian = hessian_item(header, analysis, private);
    quote! {
        #(#attributes)*
        #docs
        #[allow(clippy::all, clippy::pedantic, reason = "generated code")]
        #visibility fn #name<T: #private::Kernels>(point: &[T], gradient: &mut [T]) -> T {
            #body
        }
        #hessian
    }
}

/// Returns the function that multiplies the Hessian with a vector.
fn hessian_item(header: &FunctionHeader, analysis: &Analysis, private: &TokenStream) -> Option<TokenStream> {
    let (visibility, name) = (&header.visibility, header.hessian.as_ref()?);
    let [vector, product] = analysis.hessian.as_ref()?;
    let point = Argument { name: "point", values: &analysis.inputs };
    let vector = Argument { name: "vector", values: vector };
    let product = Argument { name: "product", values: product };
    let body = body(header, analysis, name, &[point, vector], product, None, private);
    let doc = format!("Writes the product of the Hessian of [`{}`] at a point and a vector.", header.name);
    let panics = format!("Panics unless point, vector and product have {} elements.", elements(header));
    Some(quote! {
        #[doc = #doc]
        ///
        /// # Panics
        #[doc = #panics]
        #[allow(clippy::all, clippy::pedantic, reason = "generated code")]
        #visibility fn #name<T: #private::Kernels>(point: &[T], vector: &[T], product: &mut [T]) {
            #body
        }
    })
}

/// An argument of a generated function: a slice of the elements of these values.
#[derive(Clone, Copy)]
struct Argument<'a> {
    name: &'static str,
    values: &'a [Value],
}

/// Returns the body of a function of slices that writes one of them, and returns `result` if there is one.
fn body(
    header: &FunctionHeader,
    analysis: &Analysis,
    name: &Ident,
    given: &[Argument<'_>],
    written: Argument<'_>,
    result: Option<Value>,
    private: &TokenStream,
) -> TokenStream {
    let graph = &analysis.graph;
    let of_input = if header.is_whole { Wanted::Elements } else { Wanted::Samples };
    let roots: Vec<_> = result.map(|result| (result, Wanted::Samples)).into_iter().collect();
    let roots: Vec<_> = roots.into_iter().chain(written.values.iter().map(|&value| (value, of_input))).collect();
    let owner = Owner {
        graph,
        private,
        name,
        scalar: format_ident!("T"),
        prefix: "Loop",
        parameters: Vec::new(),
        output: None,
    };
    let (mut fixed, mut bindings) = (HashMap::new(), TokenStream::new());
    for argument in given {
        for (index, &value) in argument.values.iter().enumerate() {
            let element = hygienic(&format!("{}_{}", argument.name, index + 1));
            let (slice, index) = (format_ident!("{}", argument.name), Literal::usize_unsuffixed(index));
            let range = (!header.is_whole).then(|| quote!([#index..=#index]));
            bindings.extend(quote!(let #element = &#slice #range;));
            fixed.insert(value, quote!(#element));
        }
    }
    let given_values: Vec<_> = given.iter().flat_map(|argument| argument.values).copied().collect();
    let mut memory = Memory::new(owner, fixed);
    let calls = memory.code(&steps(graph, &roots, &given_values));
    let (cuts, len_of_memory) = (memory.cuts(memory.stored.len()), memory.total(memory.stored.len()));
    let array = |value: Value| memory.stored.iter().position(|&stored| stored == value).map(memory_name);
    let target = format_ident!("{}", written.name);
    let results = written.values.iter().enumerate().map(|(index, &value)| {
        let (array, index) = (array(value), Literal::usize_unsuffixed(index));
        if header.is_whole { quote!(#target.copy_from_slice(#array);) } else { quote!(#target[#index] = #array[0];) }
    });
    let names: Vec<_> = given.iter().map(|argument| format_ident!("{}", argument.name)).collect();
    let (output, result, start) = match result.and_then(array) {
        Some(array) => (quote!(T), quote!(result = #array[0];), quote!(T::ZERO)),
        None => (quote!(()), TokenStream::new(), quote!(())),
    };
    let len = graph.len_code(analysis.inputs.first().map_or(Extent::Constant, |&input| graph.extent(input)));
    let len = if header.is_whole { len } else { Literal::usize_unsuffixed(header.inputs.len()).into_token_stream() };
    let message = format!("`{name}` is a function of {}", header.shape.text());
    let assertions = assertions(graph, &analysis.comparisons, &analysis.ranges, private).items;
    let (over, values): (Vec<_>, Vec<_>) = graph.constants_of_sizes().into_iter().unzip();
    let (types, constants) = (&memory.types, constants_name(name));
    quote! {
        #assertions
        #[derive(Clone, Copy)]
        struct #constants {
            #(#over: f64,)*
        }
        #types
        struct Run<'a, T> {
            #(#names: &'a [T],)*
            #target: &'a mut [T],
        }
        impl<T: #private::Kernels> #private::Program for Run<'_, T> {
            type Output = #output;
            #[inline(always)]
            fn run<I: #private::Isa>(self, isa: I) -> #output {
                let Run { #(#names,)* #target } = self;
                let samples = 1;
                let constants = #constants { #(#over: #values),* };
                #bindings
                let mut result = #start;
                #private::scratch(#len_of_memory, &mut |cache: &mut [T]| {
                    #cuts
                    #calls
                    #(#results)*
                    #result
                });
                result
            }
        }
        assert!(#(#names.len() == #len &&)* #target.len() == #len, #message);
        #private::dispatch(Run { #(#names,)* #target })
    }
}

/// Returns the number of elements of a point in words.
fn elements(header: &FunctionHeader) -> String {
    let sizes: Vec<_> = header.shape.sizes.iter().map(|size| text::of(size.clone())).collect();
    if sizes.is_empty() { "1".to_owned() } else { sizes.join(" * ") }
}

/// Returns the documentation that follows the user's.
fn docs(header: &FunctionHeader, analysis: &Analysis) -> TokenStream {
    let mut roots = vec![("f".to_owned(), analysis.value)];
    let gradients = header.inputs.iter().zip(&analysis.gradients);
    roots.extend(gradients.map(|(input, &gradient)| (format!("df/d{input}"), gradient)));
    let summary = "Returns the value of the function at a point, and writes its gradient.";
    let panics = format!("Panics unless point and gradient have {} elements.", elements(header));
    let explanation = explain::lines(&analysis.graph, &roots, &HashMap::new());
    documentation(&header.attributes, summary, &explanation, &[], ["Panics", &panics])
}
