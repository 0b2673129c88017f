//! `Pad` before `Conv`, as causal convolutions of sequences are written.

use super::Group;
use crate::onnx::model::{Attribute, Graph, Node};
use crate::onnx::tensor::Tensor;

/// A border of zeros around the positions is the padding of the convolution.
pub(super) fn of_convolution(graph: &Graph, at: usize) -> Option<Group> {
    let pad = graph.nodes.get(at).filter(|node| node.operator == "Pad")?;
    let constant = |place: usize| pad.inputs.get(place).and_then(|name| graph.constants.get(name));
    let is_zero = match pad.inputs.get(2).map(String::as_str) {
        None | Some("") => matches!(pad.attributes.get("value"), None | Some(Attribute::Number(0.0))),
        Some(_) => constant(2).and_then(Tensor::scalar) == Some(0.0),
    };
    let is_constant = pad.attributes.get("mode").is_none_or(|mode| *mode == Attribute::Text("constant".to_owned()));
    let added = match (constant(1).and_then(Tensor::indices), pad.attributes.get("pads")) {
        (Some(added), _) => added,
        (None, Some(Attribute::Integers(added))) => added,
        _ => return None,
    };
    let last = graph.only_reader(pad.outputs.first()?)?;
    let convolution = graph.nodes.get(last).filter(|node| node.operator == "Conv")?;
    let axes = graph.constants.get(convolution.inputs.get(1)?)?.sizes.len();
    let is_plain = !convolution.attributes.contains_key("auto_pad") && pad.inputs.len() < 4;
    let [before, behind] = [added.get(..axes)?, added.get(axes..)?];
    if !is_zero || !is_constant || !is_plain || behind.len() != axes || added.iter().any(|&amount| amount < 0) {
        return None;
    }
    if before[..2] != [0, 0] || behind[..2] != [0, 0] {
        return None;
    }
    let own = match convolution.attributes.get("pads") {
        None => vec![0; 2 * (axes - 2)],
        Some(Attribute::Integers(own)) if own.len() == 2 * (axes - 2) => own.clone(),
        Some(_) => return None,
    };
    let sums = [&before[2..], &behind[2..]].concat().into_iter().zip(own);
    let pads = sums.map(|(one, other)| one.checked_add(other)).collect::<Option<_>>()?;
    let mut node = Node { inputs: convolution.inputs.clone(), ..convolution.clone() };
    node.inputs[0].clone_from(pad.inputs.first()?);
    node.attributes.insert("pads".to_owned(), Attribute::Integers(pads));
    Some(Group::one(last, node))
}
