//! Normalizations as means, roots and quotients, as exporters write them that know older versions of ONNX.

use super::{Group, with_constant};
use crate::onnx::model::{Attribute, Graph, Node};
use crate::onnx::tensor::Tensor;

/// (x - mean) / √(variance + ε) γ + β, and x / √(mean of squares + ε) γ.
pub(super) fn of_features(graph: &Graph, at: usize) -> Option<Group> {
    let root = graph.nodes.get(at).filter(|node| node.operator == "Sqrt")?;
    let sum = given(graph, root.inputs.first()?, "Add")?;
    let (moment, epsilon) = with_constant(graph, sum)?;
    let mean = given(graph, moment, "ReduceMean")?;
    let (axes, base) = (axes(graph, mean)?, squared(graph, mean.inputs.first()?)?);
    let quotient = quotient(graph, root.outputs.first()?, base)?;
    let scaled = graph.only_reader(graph.nodes[quotient].outputs.first()?)?;
    let scale = constant_beside(graph, scaled, "Mul")?;
    let centred = given(graph, base, "Sub").filter(|difference| is_centred(graph, difference, &axes));
    let (operator, input, mut last) = match centred {
        Some(difference) => ("LayerNormalization", difference.inputs.first()?, scaled),
        None => ("RMSNormalization", base, scaled),
    };
    let mut inputs = vec![input.clone(), scale.clone()];
    if centred.is_some() {
        last = graph.only_reader(graph.nodes[scaled].outputs.first()?)?;
        inputs.push(constant_beside(graph, last, "Add")?.clone());
    }
    let attributes = [
        ("axis".to_owned(), Attribute::Integer(*axes.iter().min()?)),
        ("epsilon".to_owned(), Attribute::Number(single(epsilon.scalar()?))),
    ];
    let node = Node {
        name: graph.nodes[last].name.clone(),
        operator: operator.to_owned(),
        inputs,
        outputs: graph.nodes[last].outputs.clone(),
        attributes: attributes.into(),
    };
    // The scale has an axis for each that is normalized.
    let fits = graph.constants.get(scale).is_some_and(|scale| scale.sizes.len() == axes.len());
    (fits && is_last(&axes)).then(|| Group::one(last, node))
}

/// The same for groups of channels: an instance normalization of a group as a channel, between two changes of shape.
pub(super) fn of_groups(graph: &Graph, at: usize) -> Option<Group> {
    let normalized = graph.nodes.get(at).filter(|node| node.operator == "InstanceNormalization")?;
    let groups = i64::try_from(plain_groups(graph, normalized)?).ok()?;
    let grouped = given(graph, normalized.inputs.first()?, "Reshape")?;
    let sizes = graph.constants.get(grouped.inputs.get(1)?)?.indices()?;
    let back = graph.only_reader(normalized.outputs.first()?)?;
    if graph.nodes[back].operator != "Reshape" || sizes.len() != 3 || sizes[1] != groups {
        return None;
    }
    let reshaped = sizes_like(graph, graph.nodes[back].inputs.get(1)?, grouped.inputs.first()?)?;
    let scaled = graph.only_reader(graph.nodes[back].outputs.first()?)?;
    let scale = of_channels(graph, constant_beside(graph, scaled, "Mul")?)?;
    let last = graph.only_reader(graph.nodes[scaled].outputs.first()?)?;
    let shift = of_channels(graph, constant_beside(graph, last, "Add")?)?;
    let mut attributes = normalized.attributes.clone();
    attributes.insert("num_groups".to_owned(), Attribute::Integer(groups));
    attributes.insert("reshaped".to_owned(), Attribute::Integers(reshaped));
    // The layer is named after the path of its nodes.
    let path = normalized.name.strip_suffix("InstanceNormalization");
    let node = Node {
        name: path.map_or_else(|| graph.nodes[last].name.clone(), |path| format!("{path}GroupNormalization")),
        operator: "GroupNormalization".to_owned(),
        inputs: vec![grouped.inputs.first()?.clone(), scale.0.clone(), shift.0.clone()],
        outputs: graph.nodes[last].outputs.clone(),
        attributes,
    };
    Some(Group { last, nodes: vec![node], constants: vec![scale, shift] })
}

/// Returns the number of channels of an instance normalization whose scale is 1 and whose shift is 0.
fn plain_groups(graph: &Graph, normalized: &Node) -> Option<usize> {
    let count = |place: usize, wanted: f64| {
        let values = graph.constants.get(normalized.inputs.get(place)?)?.values()?;
        values.iter().all(|&value| value == wanted).then_some(values.len())
    };
    count(1, 1.0).filter(|&groups| count(2, 0.0) == Some(groups))
}

/// Returns the sizes that a shape has, with 0 for those of `like`, whose shape it may be.
fn sizes_like(graph: &Graph, shape: &str, like: &String) -> Option<Vec<i64>> {
    if let Some(sizes) = graph.constants.get(shape).and_then(Tensor::indices) {
        return Some(sizes.to_vec());
    }
    let shape = given(graph, shape, "Shape")?;
    (shape.inputs.first() == Some(like) && shape.attributes.is_empty()).then(|| vec![0; 4])
}

/// Returns a constant with an element for each channel of an image, as a list with a name of its own.
fn of_channels(graph: &Graph, name: &String) -> Option<(String, Tensor)> {
    let tensor = graph.constants.get(name)?;
    let channels = tensor.values()?.len();
    let is_plain = matches!(&tensor.sizes[..], [_, 1, 1] | [1, _, 1, 1]);
    is_plain.then(|| (format!("{name}+channels"), tensor.clone().with_sizes(vec![channels])))
}

/// Returns the node that gives a value, if it has this operator.
fn given<'a>(graph: &'a Graph, name: &str, operator: &str) -> Option<&'a Node> {
    graph.giver(name).map(|at| &graph.nodes[at]).filter(|node| node.operator == operator)
}

/// Returns the name of the constant that a node has beside another input.
fn constant_beside<'a>(graph: &'a Graph, at: usize, operator: &str) -> Option<&'a String> {
    let node = graph.nodes.get(at).filter(|node| node.operator == operator && node.inputs.len() == 2)?;
    node.inputs.iter().find(|name| graph.constants.contains_key(*name))
}

/// Returns the axes of a mean, which it keeps with a size of 1.
fn axes(graph: &Graph, mean: &Node) -> Option<Vec<i64>> {
    let keeps = mean.attributes.get("keepdims").is_none_or(|keeps| *keeps == Attribute::Integer(1));
    let given = mean.inputs.get(1).and_then(|name| graph.constants.get(name)).and_then(Tensor::indices);
    let mut axes = match (given, mean.attributes.get("axes")) {
        (Some(axes), _) => axes.to_vec(),
        (None, Some(Attribute::Integers(axes))) => axes.clone(),
        _ => return None,
    };
    axes.sort_unstable();
    keeps.then_some(axes)
}

/// Returns whether axes follow one another and may be the last ones.
fn is_last(axes: &[i64]) -> bool {
    let is_adjacent = axes.windows(2).all(|two| two[1] == two[0] + 1);
    is_adjacent && axes.last().is_some_and(|&last| last == -1 || last > 0)
}

/// Returns the value whose square is given.
fn squared<'a>(graph: &'a Graph, name: &str) -> Option<&'a String> {
    let node = &graph.nodes[graph.giver(name)?];
    match (node.operator.as_str(), &node.inputs[..]) {
        ("Mul", [one, other]) if one == other => Some(one),
        ("Pow", [base, exponent]) => {
            let exponent = graph.constants.get(exponent)?;
            let is_two = exponent.scalar() == Some(2.0) || exponent.indices() == Some(&[2]);
            is_two.then_some(base)
        }
        _ => None,
    }
}

/// Returns the node that divides a value by a root: a quotient, or a product with the reciprocal.
fn quotient(graph: &Graph, root: &String, base: &String) -> Option<usize> {
    let reader = graph.only_reader(root)?;
    let node = &graph.nodes[reader];
    match (node.operator.as_str(), &node.inputs[..]) {
        ("Div", [one, other]) if one == base && other == root => return Some(reader),
        ("Reciprocal", _) => {}
        ("Div", [one, other]) if other == root && graph.constants.get(one)?.scalar() == Some(1.0) => {}
        _ => return None,
    }
    let reciprocal = node.outputs.first()?;
    let product = graph.only_reader(reciprocal)?;
    let node = &graph.nodes[product];
    (node.operator == "Mul" && node.inputs.contains(base) && node.inputs.contains(reciprocal)).then_some(product)
}

/// Returns whether a difference is that of a value and its mean along some axes.
fn is_centred(graph: &Graph, difference: &Node, axes: &[i64]) -> bool {
    let [value, mean] = &difference.inputs[..] else { return false };
    let is_mean = |mean: &Node| mean.inputs.first() == Some(value) && self::axes(graph, mean).as_deref() == Some(axes);
    given(graph, mean, "ReduceMean").is_some_and(is_mean)
}

#[allow(clippy::cast_possible_truncation, reason = "attributes are in single precision")]
fn single(number: f64) -> f32 {
    number as f32
}
