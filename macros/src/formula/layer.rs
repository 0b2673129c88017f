//! `layer!`: a function of a vector and of learned parameters.

mod code;

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};

use super::activation::initializer;
use super::derivative::{Outer, propagate};
use super::explain::{self, UNNAMED};
use super::graph::{Extent, Graph, Matrix, Operation, Reduction, Size, SizeText, Value};
use super::header::check_names;
use super::layer_header::{Dimensions, LayerHeader};
use super::parse;
use super::resolve::{Comparison, Scope};
use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;
use crate::text;

/// The values of a layer.
pub(super) struct Analysis {
    pub(super) graph: Graph,
    pub(super) input: Value,
    pub(super) output: Value,
    pub(super) grad_output: Value,
    /// The gradient of the input, of each vector, and of each product of a matrix.
    pub(super) grad_input: Value,
    pub(super) vectors: Vec<(usize, Value)>,
    pub(super) outers: Vec<Outer>,
    /// The sizes that the compiler compares.
    pub(super) comparisons: Vec<Comparison>,
    /// What draws the weights before it.
    pub(super) initializer: Option<Ident>,
}

/// Returns the items of a layer, or the errors in its declaration.
pub(crate) fn layer(tokens: TokenStream, library: &TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let read = read(tokens, &mut errors);
    match (errors.into_result(), read) {
        (Ok(()), Some((header, Some(analysis)))) => code::items(&header, &analysis, library),
        (Ok(()), _) => TokenStream::new(),
        (Err(error), Some((header, _))) => code::stand_in(&header, error, library),
        (Err(error), None) => error.to_compile_error(),
    }
}

/// Reads a declaration. Whatever is missing in the result was reported.
pub(super) fn read(tokens: TokenStream, errors: &mut Errors) -> Option<(LayerHeader, Option<Analysis>)> {
    let mut header = None;
    match LayerHeader::parse(tokens, &mut header, errors) {
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

/// Adds a size to the graph.
fn size(graph: &mut Graph, written: &TokenStream, header: &LayerHeader, errors: &mut Errors) -> Size {
    let text = text::of(written.clone());
    let parameters = header.sizes();
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let is_parameter = parameters.iter().any(|parameter| identifier::plain(parameter) == text);
    let mut is_mistake = false;
    if !is_parameter && let Some(parameter) = identifier::mentioned(written.clone(), &parameters) {
        is_mistake = true;
        errors.push(errors::computed_formula_size(Place::of(written), &text, &parameter.to_string()));
    }
    if text == "0" {
        is_mistake = true;
        errors.push(errors::formula_size_zero(Place::of(written)));
    }
    let known = graph.sizes().find(|(_, size)| size.text == text).map(|(size, _)| size);
    let index = graph.sizes().count();
    let field = super::emit::hygienic(&format!("over_size_{}", index + 1));
    let reciprocal = quote!(self.0.#field);
    let size = known.unwrap_or_else(|| {
        graph.size(SizeText { text, code: quote!({ #written }), reciprocal, is_known: is_number || is_parameter })
    });
    if is_mistake {
        graph.mark_mistake(size);
    }
    size
}

fn analyse(header: &LayerHeader, errors: &mut Errors) -> Option<Analysis> {
    let initializer = initializer(&header.attributes, errors);
    let mut graph = Graph::new();
    let names = header.parameters.iter().map(|parameter| &parameter.name);
    let names = names.chain(header.settings.iter().map(|setting| &setting.name)).chain([&header.input.name]);
    check_names(names, errors);
    let takes = size(&mut graph, &header.takes, header, errors);
    let gives = size(&mut graph, &header.gives, header, errors);
    let input = graph.input(header.input.name.to_string(), Extent::Element(takes));
    let settings: Vec<_> = header
        .settings
        .iter()
        .map(|setting| {
            let name = &setting.name;
            graph.constant(name.to_string(), quote!(self.0.settings.#name))
        })
        .collect();
    let meanings: Vec<_> =
        header.parameters.iter().map(|parameter| meaning(&mut graph, parameter, header, errors)).collect();
    let formula = parse::formula(header.formula.clone(), header.braces, errors);
    let (output, comparisons) = {
        let mut scope = Scope::new(&mut graph, errors, false);
        scope.owner = identifier::plain(&header.name);
        scope.declare(&header.input.name, Some(input), "input");
        for (parameter, meaning) in header.parameters.iter().zip(&meanings) {
            match *meaning {
                Ok(vector) => scope.declare(&parameter.name, Some(vector), "parameter"),
                Err(matrix) => scope.declare_matrix(&parameter.name, matrix, "parameter"),
            }
        }
        for name in &header.unreadable {
            scope.declare(name, None, "parameter");
        }
        for (setting, value) in header.settings.iter().zip(settings) {
            scope.declare(&setting.name, Some(value), "setting");
        }
        let output = scope.value(&formula?);
        if output.is_some() && !scope.errors.any() {
            scope.close(0);
        }
        (output?, std::mem::take(&mut scope.comparisons))
    };
    let comparisons = check_result(header, &graph, output, gives, comparisons, errors);
    let grad_output = graph.input("gradient", Extent::Element(gives));
    if errors.any() {
        return None;
    }
    if !graph.depends(output, input) {
        errors.push(errors::independent_of_input(&header.input.name));
        return None;
    }
    // A number of each sample is the only element of the output.
    let slope = match graph.extent(output).size() {
        Some(_) => grad_output,
        None => graph.reduce(Reduction::Sum, grad_output),
    };
    let derivatives = propagate(&mut graph, output, slope);
    let grad_input = derivatives.of(&mut graph, input);
    let grad_input = graph.push(Operation::Spread(takes, grad_input));
    let mut vectors = Vec::new();
    for (index, meaning) in meanings.iter().enumerate() {
        if let &Ok(vector) = meaning
            && let Some(size) = graph.extent(vector).size()
        {
            let gradient = derivatives.of(&mut graph, vector);
            vectors.push((index, graph.spread(size, gradient)));
        }
    }
    let outers = derivatives
        .outers
        .iter()
        .map(|outer| Outer {
            left: graph.spread(outer.matrix.rows, outer.left),
            right: graph.spread(outer.matrix.columns, outer.right),
            ..*outer
        })
        .collect();
    // A layer whose output is its input, or a product that is needed elsewhere too, copies it.
    let output = graph.push(Operation::Spread(gives, output));
    Some(Analysis { graph, input, output, grad_output, grad_input, vectors, outers, comparisons, initializer })
}

/// Returns a vector as a value, or a matrix.
fn meaning(
    graph: &mut Graph,
    parameter: &super::layer_header::Parameter,
    header: &LayerHeader,
    errors: &mut Errors,
) -> Result<Value, Matrix> {
    let index = graph.parameter(parameter.name.to_string());
    match &parameter.dimensions {
        Dimensions::Vector(written) => {
            let size = size(graph, written, header, errors);
            Ok(graph.push(Operation::Parameter(index, size)))
        }
        Dimensions::Matrix(rows, columns) => {
            let [rows, columns] = [rows, columns].map(|written| size(graph, written, header, errors));
            Err(Matrix { parameter: index, rows, columns })
        }
    }
}

/// Compares the shape of the formula with the declared one.
fn check_result(
    header: &LayerHeader,
    graph: &Graph,
    output: Value,
    gives: Size,
    mut comparisons: Vec<Comparison>,
    errors: &mut Errors,
) -> Vec<Comparison> {
    let text = |size: Size| graph.size_text(size).cloned();
    let place = Place::of(&header.gives);
    let declared = text(gives).map_or_else(String::new, |size| size.text);
    match graph.extent(output).size() {
        None if declared != "1" => errors.push(errors::wrong_result(place, "1", &declared, true)),
        Some(found) if !graph.are_equal(found, gives) => {
            let text = text(found).map_or_else(String::new, |size| size.text);
            let is_compared = |known: &Comparison| known.sizes == [found, gives] || known.sizes == [gives, found];
            if graph.are_known([found, gives]) {
                errors.push(errors::wrong_result(place, &text, &declared, false));
            } else if !comparisons.iter().any(is_compared) {
                comparisons.push(Comparison { place, sizes: [found, gives], message: errors::compared_result(&text) });
            }
        }
        _ => {}
    }
    comparisons
}

/// Returns the assertions of sizes that only the compiler knows.
pub(super) fn assertions(analysis: &Analysis, private: &TokenStream) -> TokenStream {
    let assertion = |comparison: &Comparison| {
        let [first, second] = comparison
            .sizes
            .map(|size| analysis.graph.size_text(size).map_or_else(TokenStream::new, |size| size.code.clone()));
        let [before, between, after] = &comparison.message;
        let assertion = quote! {
            const _: () = #private::require_same(#first, #second, [#before, #between, #after], ["value", "values"]);
        };
        crate::expand::at(comparison.place.span(), assertion)
    };
    analysis.comparisons.iter().map(assertion).collect()
}

/// Returns the layer and its gradients in mathematical notation.
pub(super) fn explanation(analysis: &Analysis, header: &LayerHeader) -> Vec<String> {
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
    lines
}

/// Returns the name of the layer's parameters.
pub(super) fn parameters_name(name: &Ident) -> Ident {
    quote::format_ident!("{}Parameters", identifier::plain(name), span = name.span())
}

/// Returns the names of the const parameters as arguments, and with their declarations.
pub(super) fn generics(header: &LayerHeader) -> [TokenStream; 3] {
    let names = header.sizes();
    let declared: Vec<_> = names.iter().map(|name| quote!(const #name: usize)).collect();
    if names.is_empty() {
        return [TokenStream::new(), TokenStream::new(), TokenStream::new()];
    }
    [quote!(<#(#declared),*>), quote!(<#(#names),*>), quote!(#(#declared),*).into_token_stream()]
}
