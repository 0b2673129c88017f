//! What is the code of both passes of a layer, and what do they read and keep?

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::Analysis;
use crate::formula::graph::{Extent, Graph, Operation, Value};
use crate::formula::layer_header::LayerHeader;
use crate::formula::memory::{Memory, Owner};
use crate::formula::schedule::{Step, Wanted, of_parameters, steps};

/// The code of both passes.
pub(super) struct Passes {
    /// The types of the loops.
    pub(super) types: TokenStream,
    pub(super) forward: TokenStream,
    pub(super) backward: TokenStream,
    /// The elements per sample that the forward pass keeps in the cache, and those that both passes keep.
    pub(super) inference_len: TokenStream,
    pub(super) cache_len: TokenStream,
    pub(super) reads_input: bool,
    pub(super) reads_output: bool,
    pub(super) multiply_adds: TokenStream,
    /// Whether the gradient of each parameter is one sum.
    pub(super) sums_from_zero: bool,
}

/// Returns the code of both passes.
pub(super) fn passes(header: &LayerHeader, analysis: &Analysis, private: &TokenStream) -> Passes {
    let graph = &analysis.graph;
    let owner = Owner {
        graph,
        private,
        name: &header.name,
        scalar: format_ident!("T"),
        prefix: "Loop",
        parameters: header.parameters.iter().map(|parameter| &parameter.name).collect(),
        output: Some(analysis.output),
    };
    let fixed = HashMap::from([(analysis.input, quote!(input)), (analysis.output, quote!(output))]);
    let mut memory = Memory::new(owner, fixed);
    let steps = steps(graph, &[(analysis.output, Wanted::Elements)], &[analysis.input]);
    let forward = memory.code(&steps);
    let kept = memory.stored.len();
    let multiply_adds: Vec<_> = steps.iter().filter_map(|step| memory.multiply_adds(step)).collect();
    let cuts = memory.cuts(kept);
    let (backward, read) = backward(analysis, &mut memory);
    let reads =
        |name: &str| read.iter().any(|value| memory.fixed.get(value).is_some_and(|slice| slice.to_string() == name));
    Passes {
        forward: quote!(#cuts #forward),
        backward,
        inference_len: memory.total(kept),
        cache_len: memory.total(memory.stored.len()),
        reads_input: reads("input"),
        reads_output: reads("output"),
        multiply_adds: quote!(0 #(+ #multiply_adds)*),
        sums_from_zero: !memory.adds_twice,
        types: memory.types,
    }
}

/// Returns the code of the backward pass after the forward pass, and the values that it reads.
fn backward(analysis: &Analysis, memory: &mut Memory<'_>) -> (TokenStream, Vec<Value>) {
    let graph = &analysis.graph;
    memory.fixed.insert(analysis.grad_output, quote!(grad_output));
    if let Some(copied) = copied_to_output(analysis).filter(|copied| !memory.stored.contains(copied)) {
        memory.fixed.insert(copied, quote!(output));
    }
    // A way back through a loop adds to gradients of parameters itself.
    let backs = graph.backs_within(None).into_iter().map(|back| (back, Wanted::Elements));
    let roots: Vec<_> = of_parameters(&analysis.vectors, &analysis.outers).chain(backs).collect();
    let of_parameters = steps(graph, &roots, &memory.given());
    let parameters = memory.code(&of_parameters);
    let of_input = steps(graph, &[(analysis.grad_input, Wanted::Elements)], &memory.given());
    memory.fixed.insert(analysis.grad_input, quote!(grad_input));
    let input = memory.code(&of_input);
    let cuts = memory.cuts(memory.stored.len());
    let code = quote! {
        #cuts
        #parameters
        if let ::core::option::Option::Some(grad_input) = grad_input {
            #input
        }
    };
    let read = of_parameters.iter().chain(&of_input).flat_map(|step| read_values(graph, step)).collect();
    (code, read)
}

/// Returns the value that the output copies, which is in the output's memory too. Another view of elements has none of its own.
fn copied_to_output(analysis: &Analysis) -> Option<Value> {
    let graph = &analysis.graph;
    let Operation::Spread(_, copied) = graph.operation(analysis.output) else { return None };
    let has_elements = matches!(graph.extent(copied), Extent::Element(..));
    let is_view = matches!(graph.operation(copied), Operation::View(..));
    (copied != analysis.input && has_elements && !is_view).then_some(copied)
}

/// Returns the values that a step reads from memory.
fn read_values(graph: &Graph, step: &Step) -> Vec<Value> {
    let values = match step {
        &Step::Arrays(value) => graph.arguments(value),
        &Step::Repeat(repetition) => arguments_of(graph, Operation::Looped(repetition, 0)),
        &Step::Back(back) => arguments_of(graph, Operation::LoopedBack(back, 0)),
        Step::Loop(pass) | Step::Sums { pass, .. } => pass.elements.iter().chain(&pass.samples).copied().collect(),
        Step::Product { vector, .. } => vec![*vector],
        Step::Outer(outer) => vec![outer.left, outer.right],
    };
    values.into_iter().map(|value| graph.seen(value)).collect()
}

/// Returns the arguments of an operation, if it was added to the graph.
fn arguments_of(graph: &Graph, operation: Operation) -> Vec<Value> {
    graph.value_of(operation).map_or_else(Vec::new, |value| graph.arguments(value))
}
