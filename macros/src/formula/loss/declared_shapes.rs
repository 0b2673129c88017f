//! A loss of declared shapes: `loss! { struct Name { .. } fn loss(prediction: Vector<N>, target: Vector<N>) -> Scalar { .. } }`.

mod code;

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::item::METHODS;
use super::weighted_gradient;
use crate::errors::{self, Errors};
use crate::formula::declaration::{self, Read, expand};
use crate::formula::declared::axes;
use crate::formula::derivative::derivatives;
use crate::formula::documentation::documentation;
use crate::formula::graph::{Axes, Extent, Graph, Operation, Value};
use crate::formula::header::{check_names, check_settings};
use crate::formula::layer_header::{Declared, LayerHeader};
use crate::formula::resolve::{Checked, Comparison, Resolved, Scope, require_scalar};
use crate::formula::{explain, parse, settings};
use crate::identifier;

/// The values of a loss.
struct Analysis {
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
pub(super) fn loss(tokens: TokenStream, library: &TokenStream) -> TokenStream {
    let private = quote!(#library::private);
    expand(
        tokens,
        read,
        |header, analysis| header.with_sizes(code::items(header, analysis, &private)),
        |header| header.with_sizes(code::stand_in(header, &private)),
    )
}

/// Reads a declaration. Whatever is missing in the result was reported.
fn read(tokens: TokenStream, errors: &mut Errors) -> Read<LayerHeader, Analysis> {
    declaration::read(errors, |header, errors| LayerHeader::parse(tokens, Declared::Loss, header, errors), analyse)
}

/// Collects the mistakes in a declaration.
#[cfg(test)]
pub(crate) fn read_shaped(tokens: TokenStream, errors: &mut Errors) {
    read(tokens, errors);
}

/// Returns the values of the loss and of its gradient, unless there is a mistake, which was reported.
fn analyse(header: &LayerHeader, errors: &mut Errors) -> Option<Analysis> {
    let (target_name, target_shape) = header.target.as_ref()?;
    check(header, target_name, errors);
    let mut graph = Graph::new(header.sizes());
    let [takes, compares] = [&header.takes, target_shape].map(|written| axes(&mut graph, written, errors));
    let prediction = graph.input(header.input.name.to_string(), Extent::Element(Axes::NONE, takes));
    let target = graph.input(target_name.to_string(), Extent::Element(Axes::NONE, compares));
    let Resolved { value: loss, comparisons, ranges } = formula(header, &mut graph, [prediction, target], errors)?;
    if errors.any() {
        return None;
    }
    if !graph.depends(loss, prediction) {
        errors.push(errors::independent_of_prediction(&header.input.name));
        return None;
    }
    let one = graph.number(1.0);
    let [derivative] = derivatives(&mut graph, loss, one, [prediction]);
    let gradient = weighted_gradient(&mut graph, loss, prediction);
    // A step of its own, so that it is written to the memory of the gradient and not to that of the value which it views.
    let gradient = graph.push(Operation::Spread(graph.extent(prediction), gradient));
    Some(Analysis { graph, prediction, target, loss, gradient, derivative, comparisons, ranges })
}

/// Reports parameters, names that occur twice, and settings named like methods.
fn check(header: &LayerHeader, target: &Ident, errors: &mut Errors) {
    for parameter in &header.parameters {
        errors.push(errors::parameter_of_loss(&parameter.name));
    }
    check_settings(&header.settings, &METHODS, "loss", errors);
    let names = header.settings.iter().map(|setting| &setting.name);
    check_names(names.chain([&header.input.name, target]), errors);
}

/// Adds the formula to the graph, which is a number.
fn formula(header: &LayerHeader, graph: &mut Graph, inputs: [Value; 2], errors: &mut Errors) -> Option<Resolved> {
    let settings = settings::values(graph, &header.settings, |name| {
        let field = setting_name(name);
        quote!(self.0.#field)
    });
    let formula = parse::formula(header.formula.clone(), header.braces, errors)?;
    let mut scope = Scope::of(&header.name, &header.functions, graph, errors);
    let names = [&header.input.name].into_iter().chain(header.target.iter().map(|(name, _)| name));
    for ((name, value), role) in names.zip(inputs).zip(["prediction", "target"]) {
        scope.declare(name, Some(value), role);
    }
    for name in header.unreadable.iter().chain(header.parameters.iter().map(|parameter| &parameter.name)) {
        scope.declare(name, None, "parameter");
    }
    scope.declare_settings(&header.settings, &settings);
    let resolved = scope.resolved(&formula)?;
    require_scalar(graph, resolved.value, formula.result().place, errors)?;
    Some(resolved)
}

/// Returns the field of the constants that has a setting.
fn setting_name(name: &Ident) -> Ident {
    format_ident!("setting_{}", identifier::plain(name))
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
