//! A loss of any shape: `loss!(Name(prediction, target; settings) = formula)`.

mod code;

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::item::METHODS;
use super::weighted_gradient;
use crate::errors::{self, Errors};
use crate::formula::declaration::{self, Read, expand};
use crate::formula::derivative::derivatives;
use crate::formula::documentation::documentation;
use crate::formula::emit::hygienic;
use crate::formula::graph::{Axes, Extent, Graph, Reduction, Value};
use crate::formula::header::Header;
use crate::formula::resolve::Scope;
use crate::formula::{explain, parse, settings};
use crate::place::Place;

const EXAMPLE: &str = "loss!(pub Square(prediction, target) = (prediction - target).powi(2));";

/// The values of a loss.
pub(crate) struct Analysis {
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
pub(super) fn loss(tokens: TokenStream, library: &TokenStream) -> TokenStream {
    let private = quote!(#library::private);
    expand(
        tokens,
        read,
        |header, analysis| code::items(header, analysis, &private),
        |header| code::stand_in(header, &private),
    )
}

/// Reads a declaration. Whatever is missing in the result was reported.
pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Read<Header, Analysis> {
    declaration::read(errors, |header, errors| Header::parse(tokens, EXAMPLE, 2, header, errors), analyse)
}

/// Returns the values of the loss and of its gradient, unless there is a mistake, which was reported.
fn analyse(header: &Header, errors: &mut Errors) -> Option<Analysis> {
    let [prediction, target] = header.inputs.as_slice() else {
        let place = header.inputs.get(2).map_or(&header.name, |input| &input.name);
        errors.push(errors::inputs_of_loss(Place::of(place), header.inputs.len()));
        return None;
    };
    header.check(prediction, &METHODS, "loss", errors);
    let mut graph = Graph::new(Vec::new());
    let row = graph.row();
    let of_prediction = &prediction.name;
    let [prediction, target] =
        [prediction, target].map(|input| graph.input(input.name.to_string(), Extent::Element(Axes::NONE, row)));
    let formula = formula(header, &mut graph, [prediction, target], errors)?;
    if !graph.depends(formula, prediction) {
        if !errors.any() {
            errors.push(errors::independent_of_prediction(of_prediction));
        }
        return None;
    }
    let loss = if matches!(graph.extent(formula), Extent::Element(..)) {
        let sum = graph.reduce(Reduction::Sum, formula);
        let mean = graph.reciprocal(row);
        graph.times(sum, mean)
    } else {
        formula
    };
    let one = graph.number(1.0);
    let [derivative] = derivatives(&mut graph, formula, one, [prediction]);
    let gradient = weighted_gradient(&mut graph, loss, prediction);
    let gradient = graph.spread(graph.extent(prediction), gradient);
    Some(Analysis { graph, prediction, target, formula, loss, gradient, derivative })
}

/// Returns the value of the formula.
fn formula(header: &Header, graph: &mut Graph, inputs: [Value; 2], errors: &mut Errors) -> Option<Value> {
    let settings = settings::values(graph, &header.settings, |name| quote!(self.0.settings.#name));
    let formula = parse::formula(header.formula.clone(), header.equals, errors);
    let mut scope = Scope::of(&header.name, &header.functions, graph, errors);
    scope.has_shapes = false;
    for ((input, value), role) in header.inputs.iter().zip(inputs).zip(["prediction", "target"]) {
        scope.declare(&input.name, Some(value), role);
    }
    scope.declare_settings(&header.settings, &settings);
    Some(scope.resolved(&formula?)?.value)
}

/// Returns the names of prediction and target in code.
fn input_names(header: &Header) -> [Ident; 2] {
    [0, 1].map(|index| {
        header.inputs.get(index).map_or_else(|| hygienic("input"), |input| hygienic(&input.name.to_string()))
    })
}

/// Returns the loss and its gradient in mathematical notation.
fn explanation(header: &Header, analysis: &Analysis) -> Vec<String> {
    let [prediction, _] = input_names(header);
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
