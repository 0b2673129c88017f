//! Which nodes are an attention of a sequence to itself? A softmax between two products of what is computed is the middle of one.
//! The nodes are followed from the sequence on: `moved` knows where each axis of a value is, however exporters move it.

mod mask;
mod moved;
mod weights;

mod products;

use std::collections::BTreeSet;

use super::Refusal;
use super::model::{Graph, Node};
use super::operator;
use super::step::Layer;
use super::value::{Shape, Value};
use products::Reading;

/// The middle of an attention.
#[derive(Debug)]
pub(super) struct Core {
    /// The sequence that is projected to queries, keys and values.
    pub(super) start: String,
    /// The nodes from the sequence to what all heads give.
    pub(super) nodes: BTreeSet<usize>,
    /// The product of the weights of pairs of steps and the values, or the operator that computes all of it.
    last: usize,
}

/// What an attention is in a network.
pub(super) struct Attention<'a> {
    pub(super) layer: Layer,
    /// The value that its last node gives.
    pub(super) end: &'a str,
    pub(super) value: Value,
    /// The nodes that it stands for.
    pub(super) nodes: BTreeSet<usize>,
}

/// Returns the middle of each attention.
pub(super) fn cores(graph: &Graph) -> Result<Vec<Core>, Refusal> {
    let is_whole = |at: usize| graph.nodes[at].operator == "Attention";
    let last = |at: usize| if is_whole(at) { Some(at) } else { last_product(graph, at) };
    (0..graph.nodes.len()).filter_map(last).map(|last| core(graph, last)).collect()
}

/// Returns the product that reads the weights of pairs of steps, if the node at `at` is their softmax.
fn last_product(graph: &Graph, at: usize) -> Option<usize> {
    let softmax = graph.nodes.get(at).filter(|node| node.operator == "Softmax")?;
    let is_product = |node: &&Node| node.operator == "MatMul" && graph.read_by(node).len() == 2;
    let mut scores = softmax;
    // What is between the product of queries and keys and the softmax: a mask, and a scale.
    while !is_product(&scores) {
        let &[read] = &graph.read_by(scores)[..] else { return None };
        scores = graph.nodes.get(graph.giver(read)?).filter(|before| !projects(graph, before))?;
    }
    let mut reader = graph.only_reader(softmax.outputs.first()?)?;
    while matches!(graph.nodes[reader].operator.as_str(), "Dropout" | "Reshape" | "Cast") {
        reader = graph.only_reader(graph.nodes[reader].outputs.first()?)?;
    }
    Some(reader).filter(|&reader| is_product(&&graph.nodes[reader]))
}

/// Returns whether a node projects a value: a product with a constant matrix.
fn projects(graph: &Graph, node: &Node) -> bool {
    let is_constant = node.inputs.get(1).is_some_and(|name| graph.constants.contains_key(name));
    matches!(node.operator.as_str(), "MatMul" | "Gemm") && is_constant
}

/// Returns the nodes between the sequence and the product at `last`.
fn core(graph: &Graph, last: usize) -> Result<Core, Refusal> {
    let (mut nodes, mut projected) = (BTreeSet::new(), BTreeSet::new());
    let mut open = vec![last];
    while let Some(at) = open.pop() {
        let node = &graph.nodes[at];
        if !nodes.insert(at) {
            continue;
        }
        for read in graph.read_by(node) {
            if projects(graph, node) {
                projected.insert(read);
                continue;
            }
            let Some(giver) = graph.giver(read) else {
                let reason =
                    format!("it reads `{read}` as queries, keys or values of an attention, and typenet projects these");
                return Err(node.refuse(reason));
            };
            open.push(giver);
        }
    }
    // Exporters may reshape the sequence before each projection.
    let ways: Vec<Vec<(&str, usize)>> = projected.into_iter().map(|name| moves_before(graph, name)).collect();
    let starts = |name: &str| ways.iter().all(|way| way.iter().any(|(other, _)| *other == name));
    let Some(&(start, _)) = ways.first().and_then(|way| way.iter().find(|(name, _)| starts(name))) else {
        return Err(graph.nodes[last].refuse(
            "it is in an attention whose queries, keys and values are not of one sequence, and `SelfAttention` is of one",
        ));
    };
    for way in &ways {
        nodes.extend(way.iter().take_while(|(name, _)| *name != start).map(|&(_, giver)| giver));
    }
    Ok(Core { start: start.to_owned(), nodes, last })
}

/// Returns a value and those before it of which it is another form, each with the node that gives it.
fn moves_before<'a>(graph: &'a Graph, name: &'a str) -> Vec<(&'a str, usize)> {
    let mut way = Vec::new();
    let mut current = name;
    loop {
        let giver = graph.giver(current);
        way.push((current, giver.unwrap_or(usize::MAX)));
        let before = giver.map(|at| &graph.nodes[at]).filter(|node| moved::is_move(node));
        match before.and_then(|node| node.inputs.first()) {
            Some(before) => current = before,
            None => return way,
        }
    }
}

/// Reads the attention of a sequence.
pub(super) fn read<'a>(
    graph: &'a Graph,
    core: &Core,
    input: &Value,
    batch: Option<usize>,
) -> Result<Attention<'a>, Refusal> {
    let last = &graph.nodes[core.last];
    let Shape::Sequence([_, features]) = input.shape else {
        return Err(last.refuse(format!("it is in an attention to {}, and typenet has it of a sequence", input.text())));
    };
    let mut reading = Reading::new(graph, &core.start, input, batch);
    // Nodes stand in an order in which each comes after those that it reads.
    for &at in &core.nodes {
        reading.node(&graph.nodes[at])?;
    }
    let (mut nodes, mut end) = (core.nodes.clone(), last);
    let (name, value) = loop {
        let Some(name) = end.outputs.first() else { return Err(end.refuse("it gives nothing")) };
        if let Some(value) = reading.output(name, input) {
            break (name, value);
        }
        let Some(next) = graph.only_reader(name) else {
            return Err(end.refuse(
                "it is in an attention whose heads are not projected together, and `SelfAttention` has such a projection",
            ));
        };
        end = &graph.nodes[next];
        reading.node(end)?;
        nodes.insert(next);
    };
    let name_of_layer = nodes.iter().find_map(|&at| operator::attention_name(&graph.nodes[at]));
    let layer = reading.parts.layer(features, name_of_layer).map_err(|reason| last.refuse(reason))?;
    Ok(Attention { layer, end: name, value, nodes })
}
