//! `activation!`: a function of each element.

mod code;

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::declaration::{self, Read, expand};
use super::derivative::derivatives;
use super::documentation::documentation;
use super::graph::{Axes, Extent, Graph, Operation, Value};
use super::header::Header;
use super::initialization::initializer;
use super::resolve::Scope;
use super::{explain, parse, settings};
use crate::errors::{self, Errors};
use crate::place::Place;

const EXAMPLE: &str = "activation!(pub Mish(x) = x * tanh(softplus(x)));";

/// The methods of the settings, whose names no setting has.
const METHODS: [&str; 3] = ["value", "derivative", "second_derivative"];

/// What the derivative is computed from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    Nothing,
    Input,
    Output,
}

/// The values of the function and of its derivatives.
pub(super) struct Analysis {
    graph: Graph,
    input: Value,
    output: Value,
    /// The gradient of the output, and of the input.
    gradient: Value,
    grad_input: Value,
    reads: Reads,
    /// The first and the second derivative.
    derivative: Value,
    second: Value,
    /// What draws the weights before it.
    initializer: Option<Ident>,
}

/// Returns the items of an activation, or the errors in its declaration.
pub(crate) fn activation(tokens: TokenStream, library: &TokenStream) -> TokenStream {
    expand(
        tokens,
        read,
        |header, analysis| code::items(header, analysis, library),
        |header| code::stand_in(header, library),
    )
}

/// Reads a declaration. Whatever is missing in the result was reported.
pub(super) fn read(tokens: TokenStream, errors: &mut Errors) -> Read<Header, Analysis> {
    declaration::read(errors, |header, errors| Header::parse(tokens, EXAMPLE, 1, header, errors), analyse)
}

/// Returns the values of the function and of its derivatives, unless there is a mistake, which was reported.
fn analyse(header: &Header, errors: &mut Errors) -> Option<Analysis> {
    let initializer = initializer(&header.attributes, errors);
    let [argument] = header.inputs.as_slice() else {
        let place = header.inputs.get(1).map_or(&header.name, |input| &input.name);
        errors.push(errors::inputs_of_activation(Place::of(place), header.inputs.len()));
        return None;
    };
    header.check(argument, &METHODS, "activation", errors);
    let mut graph = Graph::new(Vec::new());
    let elements = Extent::Element(Axes::NONE, graph.row());
    let input = graph.input(argument.name.to_string(), elements);
    let output = formula(header, &mut graph, input, errors)?;
    if !graph.depends(output, input) {
        if !errors.any() {
            errors.push(errors::independent_of_input(&argument.name));
        }
        return None;
    }
    let gradient = graph.input("gradient", elements);
    let [grad_input] = derivatives(&mut graph, output, gradient, [input]);
    let one = graph.number(1.0);
    let [derivative] = derivatives(&mut graph, output, one, [input]);
    let [second] = derivatives(&mut graph, derivative, one, [input]);
    let reads = reads(&graph, grad_input, [input, output]);
    Some(Analysis { graph, input, output, gradient, grad_input, reads, derivative, second, initializer })
}

/// Returns the value of the formula.
fn formula(header: &Header, graph: &mut Graph, input: Value, errors: &mut Errors) -> Option<Value> {
    let settings = settings::values(graph, &header.settings, |name| quote!(self.0.#name));
    let formula = parse::formula(header.formula.clone(), header.equals, errors);
    let mut scope = Scope::of(&header.name, &header.functions, graph, errors);
    scope.alone = true;
    for argument in &header.inputs {
        scope.declare(&argument.name, Some(input), "input");
    }
    scope.declare_settings(&header.settings, &settings);
    Some(scope.resolved(&formula?)?.value)
}

/// Returns what the gradient of the input is computed from. The output replaces the input where it suffices.
fn reads(graph: &Graph, grad_input: Value, [input, output]: [Value; 2]) -> Reads {
    let read = graph.needed(&[grad_input], |value| value == output);
    let is_identity = matches!(graph.operation(output), Operation::Input(..));
    if !is_identity && read.contains(&input) {
        Reads::Input
    } else if read.contains(&output) {
        Reads::Output
    } else {
        Reads::Nothing
    }
}

/// Returns the function and its derivative in mathematical notation.
fn explanation(header: &Header, analysis: &Analysis) -> Vec<String> {
    let x = header.inputs.first().map_or_else(|| "x".to_owned(), |input| input.name.to_string());
    let roots = [("y".to_owned(), analysis.output), (format!("dy/d{x}"), analysis.derivative)];
    explain::lines(&analysis.graph, &roots, &HashMap::new())
}

/// Returns the documentation that follows the user's.
fn docs(header: &Header, analysis: &Analysis) -> TokenStream {
    let summary = format!("The activation `{}`.", header.name);
    let shapes = "Any shape. The output has the same shape, but is no longer `Probabilities`.";
    let explanation = explanation(header, analysis);
    documentation(&header.attributes, &summary, &explanation, &header.settings, ["Shapes", shapes])
}
