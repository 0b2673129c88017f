//! `gradient_of!`: a function of a vector, with its gradient.

mod header;

mod code;

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::quote;

use self::header::FunctionHeader;
use super::declaration::{self, Read, expand};
use super::declared::axes;
use super::derivative::propagate;
use super::documentation::documentation;
use super::graph::{Axes, Extent, Graph, Operation, Reduction, Value};
use super::header::check_names;
use super::resolve::{Checked, Comparison, Resolved, Scope, require_scalar};
use super::{explain, parse};
use crate::errors::{self, Errors};

/// The values of a function.
struct Analysis {
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
    expand(
        tokens,
        read,
        |header, analysis| code::item(header, analysis, &private),
        |header| code::stand_in(header, &private),
    )
}

/// Reads a declaration. Whatever is missing in the result was reported.
fn read(tokens: TokenStream, errors: &mut Errors) -> Read<FunctionHeader, Analysis> {
    declaration::read(errors, |header, errors| FunctionHeader::parse(tokens, header, errors), analyse)
}

/// Collects the mistakes in a declaration.
#[cfg(test)]
pub(super) fn mistakes(tokens: TokenStream, errors: &mut Errors) {
    read(tokens, errors);
}

/// Returns the values of the function and of its derivatives, unless there is a mistake, which was reported.
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
    // Another shape may be declared, which was reported.
    if errors.any() {
        return None;
    }
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

/// Returns the documentation that follows the user's.
fn docs(header: &FunctionHeader, analysis: &Analysis) -> TokenStream {
    let mut roots = vec![("f".to_owned(), analysis.value)];
    let gradients = header.inputs.iter().zip(&analysis.gradients);
    roots.extend(gradients.map(|(input, &gradient)| (format!("df/d{input}"), gradient)));
    let summary = "Returns the value of the function at a point, and writes its gradient.";
    let panics = format!("Panics unless point and gradient have {} elements.", header.elements());
    let explanation = explain::lines(&analysis.graph, &roots, &HashMap::new());
    documentation(&header.attributes, summary, &explanation, &[], ["Panics", &panics])
}
