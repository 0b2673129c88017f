//! Recurrent layers that read a sequence in both directions: two layers, whose states are joined.

use super::Group;
use crate::onnx::model::{Attribute, Graph, Node};
use crate::onnx::tensor::Tensor;

/// A recurrent layer in both directions, whose axis of directions is joined with that of the states.
pub(super) fn both(graph: &Graph, at: usize) -> Option<Group> {
    let node = graph.nodes.get(at).filter(|node| matches!(node.operator.as_str(), "RNN" | "GRU" | "LSTM"))?;
    let is_both = node.attributes.get("direction") == Some(&Attribute::Text("bidirectional".to_owned()));
    let is_steps_first = node.attributes.get("layout").is_none_or(|layout| *layout == Attribute::Integer(0));
    let moved = graph.only_reader(node.outputs.first()?)?;
    let last = graph.only_reader(graph.nodes[moved].outputs.first()?)?;
    if !is_both || !is_steps_first || !moves(&graph.nodes[moved]) || !joins(graph, &graph.nodes[last]) {
        return None;
    }
    let mut group = Group { last, nodes: Vec::new(), constants: Vec::new() };
    let output = graph.nodes[last].outputs.first()?;
    let axes = format!("{output}+axes");
    group.constants.push((axes.clone(), Tensor::integers(vec![1])));
    let mut joined = Vec::new();
    for (index, direction) in ["forward", "reverse"].into_iter().enumerate() {
        let states = format!("{output}+{direction}");
        group.nodes.push(one(graph, node, (index, direction), &states, &mut group.constants)?);
        let squeezed = format!("{states}+states");
        let inputs = vec![states, axes.clone()];
        group.nodes.push(plain("Squeeze", inputs, squeezed.clone()));
        joined.push(squeezed);
    }
    let mut join = plain("Concat", joined, output.clone());
    join.attributes.insert("axis".to_owned(), Attribute::Integer(2));
    group.nodes.push(join);
    Some(group)
}

/// Returns the layer in one direction.
fn one(
    graph: &Graph,
    node: &Node,
    (index, direction): (usize, &str),
    states: &str,
    constants: &mut Vec<(String, Tensor)>,
) -> Option<Node> {
    let mut one = Node { outputs: vec![states.to_owned()], ..node.clone() };
    one.attributes.insert("direction".to_owned(), Attribute::Text(direction.to_owned()));
    if let Some(Attribute::Text(activations)) = node.attributes.get("activations") {
        let words: Vec<_> = activations.split(' ').collect();
        let half = words.len() / 2;
        one.attributes.insert("activations".to_owned(), Attribute::Text(words[index * half..][..half].join(" ")));
    }
    for place in 1..=3 {
        let Some(name) = node.inputs.get(place).filter(|name| !name.is_empty()) else { continue };
        let whole = graph.constants.get(name).filter(|tensor| tensor.sizes.first() == Some(&2))?;
        let mut sizes = whole.sizes.clone();
        sizes[0] = 1;
        let length: usize = sizes.iter().product();
        let part = format!("{name}+{direction}");
        constants.push((part.clone(), whole.gathered(sizes, |at| index * length + at)));
        one.inputs[place] = part;
    }
    Some(one)
}

fn plain(operator: &str, inputs: Vec<String>, output: String) -> Node {
    Node {
        name: String::new(),
        operator: operator.to_owned(),
        inputs,
        outputs: vec![output],
        attributes: std::collections::BTreeMap::new(),
    }
}

/// Returns whether a node moves the axis of directions from before the batch to before the states.
fn moves(node: &Node) -> bool {
    node.operator == "Transpose" && node.attributes.get("perm") == Some(&Attribute::Integers(vec![0, 2, 1, 3]))
}

/// Returns whether a node joins the last two of four axes.
fn joins(graph: &Graph, node: &Node) -> bool {
    let sizes = node.inputs.get(1).and_then(|name| graph.constants.get(name)).and_then(Tensor::indices);
    node.operator == "Reshape" && matches!(sizes, Some(&[_, _, last]) if last == -1 || last > 0)
}
