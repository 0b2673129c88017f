//! Which operators were written as several nodes? Each such group becomes one node, of which the table knows a layer. A recurrent layer
//! in two directions becomes two.

mod directions;
mod normalization;
mod padding;
mod turn;

use super::model::{Graph, Node, retain_needed};
use super::tensor::{Kind, Tensor};
pub(super) use turn::TURN;

/// An error of constants such as √2, which exporters round.
pub(super) const ROUNDED: f64 = 1e-6;
/// The same in half precision: numbers of bfloat16 have 8 bits.
pub(super) const HALF_ROUNDED: f64 = 1.0 / 256.0;

/// Replaces groups of nodes by the operators that they compute.
pub(super) fn fuse(graph: &mut Graph) {
    let groups: [fn(&Graph, usize) -> Option<Group>; 8] = [
        bias,
        gate,
        gelu,
        padding::of_convolution,
        normalization::of_features,
        normalization::of_groups,
        directions::both,
        turn::of_pairs,
    ];
    for group in groups {
        let mut at = 0;
        while at < graph.nodes.len() {
            if let Some(group) = group(graph, at) {
                replace(graph, group);
            } else {
                at += 1;
            }
        }
    }
}

/// A group of nodes and the nodes that stand for it.
struct Group {
    /// Where the new nodes stand: in the place of the last one of the group.
    last: usize,
    nodes: Vec<Node>,
    /// New constants, with their names.
    constants: Vec<(String, Tensor)>,
}

impl Group {
    /// Returns a group that becomes one node.
    fn one(last: usize, node: Node) -> Self {
        Self { last, nodes: vec![node], constants: Vec::new() }
    }
}

/// Puts the new nodes in the place of the last one; the others are needed no more.
fn replace(graph: &mut Graph, group: Group) {
    graph.constants.extend(group.constants);
    graph.nodes.splice(group.last..=group.last, group.nodes);
    retain_needed(graph);
}

/// `MatMul` or `Conv` and the addition of a constant: a bias, its third input.
fn bias(graph: &Graph, at: usize) -> Option<Group> {
    let product = graph.nodes.get(at)?;
    let outputs_axis = match product.operator.as_str() {
        "MatMul" => 1,
        "Conv" if product.inputs.len() == 2 => 0,
        _ => return None,
    };
    let weight = graph.constants.get(product.inputs.get(1)?)?;
    let outputs = *weight.sizes.get(outputs_axis).filter(|_| product.inputs.len() == 2)?;
    let last = graph.only_reader(product.outputs.first()?)?;
    let sum = graph.nodes.get(last).filter(|node| node.operator == "Add")?;
    let bias = sum.inputs.iter().find_map(|name| graph.constants.get(name))?;
    // The axis of the outputs is the last one of a product, and the one before the positions of a convolution.
    let axis = if outputs_axis == 1 {
        Some(bias.sizes.len().checked_sub(1)?)
    } else {
        bias.sizes.len().checked_sub(weight.sizes.len() - 1)
    }?;
    let is_bias = bias.sizes.iter().enumerate().all(|(other, &size)| size == if other == axis { outputs } else { 1 });
    let name = format!("{}+bias", product.outputs.first()?);
    let inputs = product.inputs.iter().cloned().chain([name.clone()]).collect();
    let node = Node { inputs, outputs: sum.outputs.clone(), ..product.clone() };
    is_bias.then(|| Group { last, nodes: vec![node], constants: vec![(name, bias.clone().with_sizes(vec![outputs]))] })
}

/// x σ(x), and the same with the hard sigmoid.
fn gate(graph: &Graph, at: usize) -> Option<Group> {
    let gate = graph.nodes.get(at)?;
    let operator = match gate.operator.as_str() {
        "Sigmoid" => "Swish",
        "HardSigmoid" => "HardSwish",
        _ => return None,
    };
    let (input, output) = (gate.inputs.first()?, gate.outputs.first()?);
    let last = graph.only_reader(output)?;
    let product = graph.nodes.get(last).filter(|node| node.operator == "Mul")?;
    let reads = |name: &String| product.inputs.contains(name);
    let node = Node {
        operator: operator.to_owned(),
        inputs: vec![input.clone()],
        outputs: product.outputs.clone(),
        ..gate.clone()
    };
    (product.inputs.len() == 2 && reads(input) && reads(output)).then(|| Group::one(last, node))
}

/// x (1 + erf(x / √2)) / 2, in the forms of exporters.
fn gelu(graph: &Graph, at: usize) -> Option<Group> {
    let error_function = graph.nodes.get(at).filter(|node| node.operator == "Erf")?;
    let scaled = &graph.nodes[graph.giver(error_function.inputs.first()?)?];
    let (x, by) = with_constant(graph, scaled)?;
    let is_scaled = match scaled.operator.as_str() {
        "Div" => scaled.inputs.first() == Some(x) && is_near(by, std::f64::consts::SQRT_2),
        "Mul" => is_near(by, std::f64::consts::FRAC_1_SQRT_2),
        _ => false,
    };
    let sum = &graph.nodes[graph.only_reader(error_function.outputs.first()?)?];
    let (_, one) = with_constant(graph, sum).filter(|_| sum.operator == "Add")?;
    // Two products follow, of x and 1/2 in any order.
    let first = graph.only_reader(sum.outputs.first()?)?;
    let product = &graph.nodes[first];
    let other = product.inputs.iter().find(|&name| Some(name) != sum.outputs.first())?;
    let last = if other == x || graph.constants.contains_key(other) {
        graph.only_reader(product.outputs.first()?)?
    } else {
        first
    };
    let halves =
        |node: &Node| with_constant(graph, node).is_some_and(|(_, by)| node.operator == "Mul" && is_near(by, 0.5));
    let end = &graph.nodes[last];
    let is_whole = if last == first {
        // (x / 2) (1 + erf(x / √2))
        let half = &graph.nodes[graph.giver(other)?];
        halves(half) && half.inputs.contains(x)
    } else if other == x {
        halves(end)
    } else {
        halves(product) && end.inputs.contains(x)
    };
    let is_product = product.operator == "Mul" && end.operator == "Mul";
    let node = Node {
        operator: "Gelu".to_owned(),
        inputs: vec![x.clone()],
        outputs: end.outputs.clone(),
        ..error_function.clone()
    };
    (is_scaled && is_near(one, 1.0) && is_product && is_whole).then(|| Group::one(last, node))
}

/// Returns the input of a node that is no constant, and the single number that is.
fn with_constant<'a>(graph: &'a Graph, node: &'a Node) -> Option<(&'a String, &'a Tensor)> {
    let [one, other] = &node.inputs[..] else { return None };
    let number = |name: &String| graph.constants.get(name).filter(|tensor| tensor.scalar().is_some());
    match (number(one), number(other)) {
        (Some(number), None) => Some((other, number)),
        (None, Some(number)) => Some((one, number)),
        _ => None,
    }
}

/// Returns whether a single number is the wanted one, as its precision rounds it.
fn is_near(number: &Tensor, wanted: f64) -> bool {
    let rounded = if number.kind() == Some(Kind::Half) { HALF_ROUNDED } else { ROUNDED };
    number.scalar().is_some_and(|number| (number - wanted).abs() <= rounded * wanted)
}
