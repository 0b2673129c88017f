//! `layer!`: a function of a vector and of learned parameters.

mod parameters;
mod passes;

mod code;
mod stand_in;

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::declaration::{self, Read};
use super::declared::{axes, size};
use super::derivative::propagate;
use super::documentation::documentation;
use super::explain::{self, UNNAMED};
use super::graph::{Axes, Extent, Graph, Matrix, Operation, Outer, Reduction, Value};
use super::header::check_names;
use super::initialization::initializer;
use super::layer_header::{Declared, Dimensions, LayerHeader};
use super::parse;
use super::resolve::{Checked, Comparison, Resolved, Scope, shape_text};
use super::settings;
use super::size::{Length, Verdict};
use crate::errors::{self, Errors};
use crate::identifier;

/// The values of a layer.
pub(super) struct Analysis {
    pub(super) graph: Graph,
    pub(super) input: Value,
    pub(super) output: Value,
    pub(super) grad_output: Value,
    /// The gradient of the input, of the elements of each parameter, and of each product of a matrix.
    pub(super) grad_input: Value,
    pub(super) vectors: Vec<(usize, Value)>,
    pub(super) outers: Vec<Outer>,
    /// The sizes that the compiler compares.
    pub(super) comparisons: Vec<Comparison>,
    /// The ranges that the compiler checks.
    pub(super) ranges: Vec<Checked>,
    /// What draws the weights before it.
    pub(super) initializer: Option<Ident>,
}

/// Returns the items of a layer, or the errors in its declaration.
pub(crate) fn layer(tokens: TokenStream, library: &TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let read = read(tokens, &mut errors);
    match (errors.into_result(), read) {
        (Ok(()), Some((header, Some(analysis)))) => header.with_sizes(code::items(&header, &analysis, library)),
        (result, Some((header, _))) => header.with_sizes(stand_in::stand_in(&header, result.err(), library)),
        (result, None) => result.err().map_or_else(TokenStream::new, |error| error.to_compile_error()),
    }
}

/// Reads a declaration. Whatever is missing in the result was reported.
pub(super) fn read(tokens: TokenStream, errors: &mut Errors) -> Read<LayerHeader, Analysis> {
    let parse = |header: &mut _, errors: &mut _| LayerHeader::parse(tokens, Declared::Layer, header, errors);
    declaration::read(errors, parse, analyse)
}

/// Returns the values of the layer and of its gradients, unless there is a mistake, which was reported.
fn analyse(header: &LayerHeader, errors: &mut Errors) -> Option<Analysis> {
    let initializer = initializer(&header.attributes, errors);
    let mut graph = Graph::new(header.sizes());
    let names = header.parameters.iter().map(|parameter| &parameter.name);
    let names = names.chain(header.settings.iter().map(|setting| &setting.name)).chain([&header.input.name]);
    check_names(names, errors);
    let [takes, gives] = [&header.takes, &header.gives].map(|written| axes(&mut graph, written, errors));
    let input = graph.input(header.input.name.to_string(), Extent::Element(Axes::NONE, takes));
    let settings = settings::values(&mut graph, &header.settings, |name| quote!(self.0.settings.#name));
    let meanings: Vec<_> = header.parameters.iter().map(|parameter| meaning(&mut graph, parameter, errors)).collect();
    let Resolved { value: output, comparisons, ranges } =
        formula(header, &mut graph, input, &settings, &meanings, errors)?;
    let comparisons = check_result(header, &graph, output, gives, comparisons, errors);
    let grad_output = graph.input("gradient", Extent::Element(Axes::NONE, gives));
    if errors.any() {
        return None;
    }
    if !graph.depends(output, input) {
        errors.push(errors::independent_of_input(&header.input.name));
        return None;
    }
    // A number of each sample is the only element of the output.
    let slope = match graph.extent(output).axes() {
        Some(_) => grad_output,
        None => graph.reduce(Reduction::Sum, grad_output),
    };
    let derivatives = propagate(&mut graph, output, slope);
    let grad_input = derivatives.of(&mut graph, input);
    let grad_input = graph.push(Operation::Spread(Extent::Element(Axes::NONE, takes), grad_input));
    let mut vectors = derivatives.of_parameters(&mut graph);
    let outers = derivatives.outers(&mut graph);
    vectors.extend(zeros(&mut graph, &meanings, &vectors, &outers));
    // A layer whose output is its input, or a product that is needed elsewhere too, copies it.
    let output = graph.push(Operation::Spread(Extent::Element(Axes::NONE, gives), output));
    Some(Analysis { graph, input, output, grad_output, grad_input, vectors, outers, comparisons, ranges, initializer })
}

/// Adds the formula to the graph.
fn formula(
    header: &LayerHeader,
    graph: &mut Graph,
    input: Value,
    settings: &[Value],
    meanings: &[Meaning],
    errors: &mut Errors,
) -> Option<Resolved> {
    let formula = parse::formula(header.formula.clone(), header.braces, errors);
    let mut scope = Scope::of(&header.name, &header.functions, graph, errors);
    scope.declare(&header.input.name, Some(input), "input");
    for (parameter, meaning) in header.parameters.iter().zip(meanings) {
        match *meaning {
            Meaning::Value(value) => scope.declare(&parameter.name, Some(value), "parameter"),
            Meaning::Matrix(matrix) => scope.declare_matrix(&parameter.name, matrix, "parameter"),
        }
    }
    for name in &header.unreadable {
        scope.declare(name, None, "parameter");
    }
    scope.declare_settings(&header.settings, settings);
    scope.resolved(&formula?)
}

/// Returns the gradients of parameters on which nothing depends.
fn zeros(graph: &mut Graph, meanings: &[Meaning], vectors: &[(usize, Value)], outers: &[Outer]) -> Vec<(usize, Value)> {
    let in_loops: Vec<_> = graph.backs.iter().flat_map(|back| graph.parameters_of(back)).collect();
    let others = vectors.iter().map(|&(index, _)| index).chain(outers.iter().map(|outer| outer.matrix.parameter));
    let known: Vec<_> = others.chain(in_loops).collect();
    let one = graph.computed(Length::number(1));
    let single = graph.axes(&[one]);
    let zero = graph.number(0.0);
    let unknown = meanings.iter().enumerate().filter(|(index, _)| !known.contains(index));
    let zero_of = |(index, meaning): (usize, &Meaning)| {
        let axes = match *meaning {
            Meaning::Matrix(matrix) => graph.axes(&[matrix.columns, matrix.rows]),
            Meaning::Value(value) => graph.extent(value).axes().unwrap_or(single),
        };
        (index, graph.spread(Extent::Element(Axes::NONE, axes), zero))
    };
    unknown.map(zero_of).collect()
}

/// What a parameter is in a formula.
enum Meaning {
    Value(Value),
    Matrix(Matrix),
}

/// Returns a parameter as a value, or as a matrix.
fn meaning(graph: &mut Graph, parameter: &super::layer_header::Parameter, errors: &mut Errors) -> Meaning {
    let index = graph.parameter(parameter.name.to_string());
    match &parameter.dimensions {
        Dimensions::Scalar => {
            let one = graph.computed(Length::number(1));
            let axes = graph.axes(&[one]);
            let element = graph.push(Operation::Parameter(index, axes));
            let element = graph.spread(Extent::Element(Axes::NONE, axes), element);
            let number = graph.reduce(Reduction::Sum, element);
            Meaning::Value(number)
        }
        Dimensions::Vector(written) => {
            let size = size(graph, written, errors);
            let axes = graph.axes(&[size]);
            Meaning::Value(graph.push(Operation::Parameter(index, axes)))
        }
        Dimensions::Matrix(rows, columns) => {
            let [rows, columns] = [rows, columns].map(|written| size(graph, written, errors));
            Meaning::Matrix(Matrix { parameter: index, rows, columns })
        }
    }
}

/// Compares the shape of the formula with the declared one.
fn check_result(
    header: &LayerHeader,
    graph: &Graph,
    output: Value,
    gives: Axes,
    mut comparisons: Vec<Comparison>,
    errors: &mut Errors,
) -> Vec<Comparison> {
    let place = header.gives.place;
    let declared = header.gives.text();
    let found = graph.extent(output).axes().unwrap_or_default();
    let (found_sizes, declared_sizes) = (graph.sizes(found), graph.sizes(gives));
    if found_sizes.is_empty() && declared == "Vector<1>" {
        return comparisons;
    }
    let mut differ = found_sizes.len() != declared_sizes.len();
    let mut unknown = Vec::new();
    for (&found, &declared) in found_sizes.iter().zip(declared_sizes) {
        match graph.compare(found, declared) {
            Verdict::Equal => {}
            Verdict::Different => differ = true,
            Verdict::Unknown => unknown.push([found, declared]),
        }
    }
    if differ {
        errors.push(errors::wrong_result(place, &shape_text(graph, found), &declared));
        return comparisons;
    }
    for [found, declared] in unknown {
        let is_compared = |known: &Comparison| known.sizes == [found, declared] || known.sizes == [declared, found];
        if !comparisons.iter().any(is_compared) {
            let text = graph.size_text(found).map_or_else(String::new, |size| size.text.clone());
            comparisons.push(Comparison { place, sizes: [found, declared], message: errors::compared_result(&text) });
        }
    }
    comparisons
}

/// Returns the layer and its gradients in mathematical notation.
fn explanation(analysis: &Analysis, header: &LayerHeader) -> Vec<String> {
    let graph = &analysis.graph;
    let mut roots = vec![("y".to_owned(), analysis.output)];
    roots.push((format!("dL/d{}", identifier::plain(&header.input.name)), analysis.grad_input));
    let of_parameter = |index: usize| format!("dL/d{}", graph.parameter_name(index));
    roots.extend(analysis.vectors.iter().map(|&(index, gradient)| (of_parameter(index), gradient)));
    // A line for each factor of an outer product, which become one line below.
    for outer in &analysis.outers {
        roots.extend([(format!("{UNNAMED}left"), outer.left), (format!("{UNNAMED}right"), outer.right)]);
    }
    let given = HashMap::from([(analysis.grad_output, "g".to_owned())]);
    let mut outers = analysis.outers.iter();
    let mut left = String::new();
    let mut lines = vec!["with g = dL/dy, and sums over the samples:".to_owned()];
    for line in explain::lines(graph, &roots, &given) {
        if let Some(factor) = line.strip_prefix(UNNAMED).and_then(|line| line.strip_prefix("left = ")) {
            factor.clone_into(&mut left);
        } else if let Some(factor) = line.strip_prefix(UNNAMED).and_then(|line| line.strip_prefix("right = ")) {
            let matrix = outers.next().map_or_else(String::new, |outer| of_parameter(outer.matrix.parameter));
            lines.push(format!("{matrix} = sum of ({left}) ({factor})ᵀ"));
        } else {
            let of_vector = analysis.vectors.iter().find_map(|&(index, _)| {
                let start = format!("{} = ", of_parameter(index));
                line.strip_prefix(&start).map(|rest| format!("{start}sum of {rest}"))
            });
            lines.push(of_vector.unwrap_or(line));
        }
    }
    // What the way back through a loop adds is no value of the graph.
    let outermost = graph.backs.iter().filter(|back| back.within.is_none());
    let mut parameters: Vec<_> = outermost.flat_map(|back| graph.parameters_of(back)).collect();
    parameters.sort_unstable();
    parameters.dedup();
    lines.extend(
        parameters.into_iter().map(|index| format!("{} += sum over the steps of the loop", of_parameter(index))),
    );
    lines
}

/// Returns the documentation that follows the user's.
fn docs(header: &LayerHeader, analysis: &Analysis) -> TokenStream {
    let summary = format!("The layer `{}`.", header.name);
    let shapes = format!("Input `{}`, output `{}`.", header.takes.text(), header.gives.text());
    let explanation = explanation(analysis, header);
    documentation(&header.attributes, &summary, &explanation, &header.settings, ["Shapes", &shapes])
}
