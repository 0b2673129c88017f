//! What does an exporter leave behind that is constant? Constants are computed, and values that pass through unchanged are
//! replaced.

mod arithmetic;

use std::collections::BTreeMap;

use super::Refusal;
use super::model::{Attribute, Graph, Node, retain_needed};
use super::sizes::{Sizes, place, unsqueezed};
use super::tensor::{Elements, Kind, Tensor};

/// Replaces nodes by constants, and values by those that they are equal to.
pub(super) fn simplify(graph: &mut Graph) -> Result<(), Refusal> {
    let mut same: BTreeMap<String, String> = BTreeMap::new();
    let mut nodes: Vec<Node> = Vec::new();
    let (mut sizes, mut left) = (Sizes::of_input(graph), MOST);
    for mut node in std::mem::take(&mut graph.nodes) {
        for input in &mut node.inputs {
            if let Some(other) = same.get(input) {
                input.clone_from(other);
            }
        }
        if node.operator == "Reshape" {
            close_shape(&mut node, graph, &sizes);
        }
        let constant = match shape(&node, graph, &sizes) {
            Some(shape) => Some(shape),
            None => constant(&node, &nodes, graph)?.filter(|constant| fits(constant, &node, graph, &mut left)),
        };
        sizes.add(graph, &node);
        match (constant, node.outputs.first(), passed(&node, graph)) {
            (Some(constant), Some(output), _) => {
                graph.constants.insert(output.clone(), constant);
            }
            (None, Some(output), Some(input)) if output != &graph.output => {
                same.insert(output.clone(), input);
            }
            _ => nodes.push(node),
        }
    }
    graph.nodes = nodes;
    retain_needed(graph);
    Ok(())
}

/// Returns whether a constant is not much larger than those that it is computed from, and takes what it needs from what is left for
/// all.
fn fits(constant: &Tensor, node: &Node, graph: &Graph, left: &mut usize) -> bool {
    let length = |tensor: &Tensor| tensor.sizes.iter().product::<usize>();
    let before = node.inputs.iter().filter_map(|name| graph.constants.get(name)).map(length).max();
    let more = length(constant).saturating_sub(before.unwrap_or_default());
    // What is written in the file is in memory already.
    let rest = left.checked_sub(if node.operator == "Constant" { 0 } else { more });
    *left = rest.unwrap_or(*left);
    rest.is_some()
}

/// Puts a shape without open sizes in the place of that of a `Reshape`.
fn close_shape(node: &mut Node, graph: &mut Graph, sizes: &Sizes) {
    let (Some(closed), Some(output)) = (sizes.closed(graph, node), node.outputs.first()) else { return };
    let name = format!("{output}+shape");
    graph.constants.insert(name.clone(), Tensor::integers(closed));
    node.inputs[1] = name;
}

/// Returns the shape of a value whose sizes are known.
fn shape(node: &Node, graph: &Graph, sizes: &Sizes) -> Option<Tensor> {
    let all = sizes.of(graph, node.inputs.first().filter(|_| node.operator == "Shape")?)?;
    let count = i64::try_from(all.len()).ok()?;
    let bound = |name: &str, default: i64| match node.attributes.get(name) {
        Some(&Attribute::Integer(at)) => usize::try_from((if at < 0 { at + count } else { at }).clamp(0, count)).ok(),
        _ => usize::try_from(default).ok(),
    };
    Some(Tensor::integers(all.get(bound("start", 0)?..bound("end", count)?)?.to_vec()))
}

/// Returns the input that a node passes on unchanged.
fn passed(node: &Node, graph: &Graph) -> Option<String> {
    let is_number = |target: i64| match graph.input.kind {
        // Half precision is widened, so nothing is rounded to it.
        Some(Kind::Half | Kind::F32) => matches!(target, 1 | 10 | 16),
        Some(Kind::F64) => target == 11,
        // Tokens, as any integers, and what is computed from their vectors.
        None if matches!(target, 1 | 10 | 16) => {
            node.inputs.first() != Some(&graph.input.name)
                && graph.constants.values().all(|constant| constant.kind() != Some(Kind::F64))
        }
        None => matches!(target, 6 | 7),
    };
    let passes = match (node.operator.as_str(), node.attributes.get("to")) {
        ("Identity", _) => true,
        ("Cast", Some(&Attribute::Integer(target))) => is_number(target),
        _ => false,
    };
    node.inputs.first().filter(|_| passes).cloned()
}

/// Returns the constant that a node gives; `None` if it gives something else.
fn constant(node: &Node, before: &[Node], graph: &Graph) -> Result<Option<Tensor>, Refusal> {
    if let Some(any) = of_any_shape(node, before, graph) {
        return Ok(Some(any));
    }
    if node.operator == "Constant" {
        return literal(node).map(Some);
    }
    let inputs: Option<Vec<&Tensor>> =
        node.inputs.iter().filter(|name| !name.is_empty()).map(|name| graph.constants.get(name)).collect();
    let Some([first, rest @ ..]) = inputs.as_deref() else { return Ok(None) };
    let folded = match node.operator.as_str() {
        "Identity" | "Dropout" => Some((*first).clone()),
        "Cast" => cast(node, first),
        "Transpose" => transposed(node, first),
        "Reshape" => rest.first().and_then(|sizes| reshaped(first, sizes.indices()?)),
        "Unsqueeze" => {
            let axes = axes(node, rest).unwrap_or(&[0]);
            unsqueezed(&first.sizes, axes).map(|sizes| (*first).clone().with_sizes(sizes))
        }
        "Squeeze" => squeezed(first, axes(node, rest)),
        "Concat" => joined(first, rest),
        "ConstantOfShape" => of_shape(node, first),
        "Slice" => sliced(first, rest),
        _ => arithmetic::computed(node, inputs.as_deref().unwrap_or_default()),
    };
    Ok(folded)
}

/// Returns the axes that are an input in newer versions and an attribute in older ones.
fn axes<'a>(node: &'a Node, rest: &[&'a Tensor]) -> Option<&'a [i64]> {
    match node.attributes.get("axes") {
        Some(Attribute::Integers(axes)) => Some(axes),
        _ => rest.first()?.indices(),
    }
}

/// Removes axes of size 1: those that are given, or all.
fn squeezed(tensor: &Tensor, axes: Option<&[i64]>) -> Option<Tensor> {
    let count = tensor.sizes.len();
    let removed: Vec<usize> = match axes {
        Some(axes) => axes.iter().map(|&axis| place(axis, count)).collect::<Option<_>>()?,
        None => (0..count).filter(|&axis| tensor.sizes[axis] == 1).collect(),
    };
    let kept = tensor.sizes.iter().enumerate().filter(|(axis, _)| !removed.contains(axis));
    let sizes = kept.map(|(_, &size)| size).collect();
    removed.iter().all(|&axis| tensor.sizes[axis] == 1).then(|| tensor.clone().with_sizes(sizes))
}

/// Returns a constant that does not depend on the shape by which it is computed: zeros, as a state in the beginning, and the size of
/// the batch, which is 0 where shapes are given.
fn of_any_shape(node: &Node, before: &[Node], graph: &Graph) -> Option<Tensor> {
    let input = |at: usize| node.inputs.get(at).and_then(|name| graph.constants.get(name));
    let is_zero = |tensor: &Tensor| tensor.values().is_some_and(|all| all.iter().all(|&value| value == 0.0));
    let zero = || Tensor::numbers(graph.input.kind.unwrap_or(Kind::F32), Vec::new(), vec![0.0]);
    match node.operator.as_str() {
        "ConstantOfShape" => match node.attributes.get("value") {
            None => Some(zero()),
            Some(Attribute::Tensor(value)) => is_zero(value).then(zero),
            Some(_) => None,
        },
        "Expand" => input(0).filter(|tensor| is_zero(tensor)).map(|_| zero()),
        "Gather" => {
            let shape = node.inputs.first()?;
            let is_shape = before.iter().any(|node| node.operator == "Shape" && node.outputs.first() == Some(shape));
            let index = input(1).filter(|index| is_shape && index.indices() == Some(&[0]))?;
            Some(Tensor { sizes: index.sizes.clone(), elements: Elements::Integers(vec![0]) })
        }
        "Shape" => {
            let at = |name: &str| node.attributes.get(name).cloned();
            let is_first = matches!(at("start"), None | Some(Attribute::Integer(0)));
            (is_first && at("end") == Some(Attribute::Integer(1))).then(|| Tensor::integers(vec![0]))
        }
        _ => None,
    }
}

/// Reads a constant that is written in the graph.
fn literal(node: &Node) -> Result<Tensor, Refusal> {
    match node.attributes.iter().next() {
        Some((_, Attribute::Tensor(tensor))) => Ok(tensor.clone()),
        Some((_, &Attribute::Number(number))) => Ok(Tensor::numbers(Kind::F32, Vec::new(), vec![number.into()])),
        Some((_, Attribute::Numbers(numbers))) => {
            let numbers: Vec<f64> = numbers.iter().copied().map(f64::from).collect();
            Ok(Tensor::numbers(Kind::F32, vec![numbers.len()], numbers))
        }
        Some((_, &Attribute::Integer(integer))) => Ok(Tensor::integers(vec![integer]).with_sizes(Vec::new())),
        Some((_, Attribute::Integers(integers))) => Ok(Tensor::integers(integers.clone())),
        Some((_, Attribute::Unreadable(reason))) => Err(node.refuse(reason.clone())),
        Some((name, Attribute::Text(_))) => Err(node.refuse(format!("its attribute `{name}` is a text"))),
        None => Err(node.refuse("it has no value")),
    }
}

/// Converts numbers to those of another type, and integers to integers.
fn cast(node: &Node, tensor: &Tensor) -> Option<Tensor> {
    let Some(&Attribute::Integer(target)) = node.attributes.get("to") else { return None };
    let sizes = tensor.sizes.clone();
    match (&tensor.elements, target) {
        #[allow(clippy::cast_possible_truncation)]
        (Elements::Numbers(_, all), 1) => {
            Some(Tensor::numbers(Kind::F32, sizes, all.iter().map(|&number| f64::from(number as f32)).collect()))
        }
        (Elements::Numbers(_, all), 11) => Some(Tensor::numbers(Kind::F64, sizes, all.clone())),
        (Elements::Numbers(Kind::Half | Kind::F32, _), 10 | 16) | (Elements::Integers(_), 6 | 7) => {
            Some(tensor.clone())
        }
        (Elements::Integers(_), 10 | 16) => arithmetic::numbers(tensor, Kind::Half),
        (Elements::Integers(_), 1) => arithmetic::numbers(tensor, Kind::F32),
        (Elements::Integers(_), 11) => arithmetic::numbers(tensor, Kind::F64),
        // Truth values.
        (Elements::Integers(all), 9) => {
            Some(Tensor::integers(all.iter().map(|&n| i64::from(n != 0)).collect()).with_sizes(sizes))
        }
        _ => None,
    }
}

/// Moves the axes of a tensor.
fn transposed(node: &Node, tensor: &Tensor) -> Option<Tensor> {
    let axes: Vec<usize> = match node.attributes.get("perm") {
        Some(Attribute::Integers(axes)) => {
            axes.iter().map(|&axis| usize::try_from(axis).ok()).collect::<Option<_>>()?
        }
        _ => (0..tensor.sizes.len()).rev().collect(),
    };
    let mut sorted = axes.clone();
    sorted.sort_unstable();
    if !sorted.into_iter().eq(0..tensor.sizes.len()) {
        return None;
    }
    let sizes: Vec<usize> = axes.iter().map(|&axis| tensor.sizes[axis]).collect();
    let stride = |axis: usize| tensor.sizes[axis + 1..].iter().product::<usize>();
    let strides: Vec<usize> = axes.iter().map(|&axis| stride(axis)).collect();
    let from = |mut at: usize| {
        let mut from = 0;
        for (size, stride) in sizes.iter().zip(&strides).rev() {
            from += at % size * stride;
            at /= size;
        }
        from
    };
    Some(tensor.gathered(sizes.clone(), from))
}

/// Gives a tensor other sizes: 0 stands for the size at the same place, and -1 for what is left.
fn reshaped(tensor: &Tensor, sizes: &[i64]) -> Option<Tensor> {
    let given = |(axis, &size): (usize, &i64)| match size {
        0 => tensor.sizes.get(axis).copied(),
        -1 => Some(1),
        size => usize::try_from(size).ok(),
    };
    let mut resolved: Vec<usize> = sizes.iter().enumerate().map(given).collect::<Option<_>>()?;
    let product = |sizes: &[usize]| sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size));
    let length = product(&tensor.sizes)?;
    if let Some(open) = sizes.iter().position(|&size| size == -1) {
        resolved[open] = length.checked_div(product(&resolved)?)?;
    }
    (product(&resolved)? == length).then(|| tensor.clone().with_sizes(resolved))
}

/// Joins lists of integers, such as sizes.
fn joined(first: &Tensor, rest: &[&Tensor]) -> Option<Tensor> {
    let mut all = Vec::new();
    for tensor in [first].into_iter().chain(rest.iter().copied()) {
        all.extend(tensor.indices().filter(|_| tensor.sizes.len() == 1)?);
    }
    Some(Tensor::integers(all))
}

/// The most elements of constants that are computed from smaller ones, such as masks.
const MOST: usize = 1 << 22;

/// Returns a tensor of equal elements, such as amounts of padding, or ones that become a mask.
fn of_shape(node: &Node, shape: &Tensor) -> Option<Tensor> {
    let Some(Attribute::Tensor(value)) = node.attributes.get("value") else { return None };
    let sizes: Vec<usize> = shape.indices()?.iter().map(|&size| usize::try_from(size).ok()).collect::<Option<_>>()?;
    let length = sizes.iter().try_fold(1_usize, |length, &size| length.checked_mul(size))?;
    (length <= MOST && value.sizes.iter().product::<usize>() == 1).then(|| value.gathered(sizes, |_| 0))
}

/// Returns the parts of a constant that are selected along one axis, perhaps in the reverse order.
fn sliced(tensor: &Tensor, rest: &[&Tensor]) -> Option<Tensor> {
    let one = |place: usize| match rest.get(place)?.indices()? {
        &[integer] => Some(integer),
        _ => None,
    };
    let (start, end) = (one(0)?, one(1)?);
    let axis = place(if rest.len() > 2 { one(2)? } else { 0 }, tensor.sizes.len())?;
    let step = if rest.len() > 3 { one(3)? } else { 1 };
    let count = tensor.sizes[axis];
    let size = i64::try_from(count).ok()?;
    // An end before the first element is -1 for steps backwards, after all that lie in the axis.
    let (low, high) = if step < 0 { (-1, size - 1) } else { (0, size) };
    let place = |at: i64| (if at < 0 { at.saturating_add(size) } else { at }).clamp(low, high);
    let (mut at, end) = (place(start), place(end));
    let mut taken = Vec::new();
    while step != 0 && (step > 0 && at < end || step < 0 && at > end) {
        taken.push(usize::try_from(at).ok()?);
        at = at.saturating_add(step);
    }
    let mut sizes = tensor.sizes.clone();
    sizes[axis] = taken.len();
    let inner: usize = tensor.sizes[axis + 1..].iter().product();
    let from = |at: usize| {
        let (outer, row, column) = (at / inner / taken.len(), at / inner % taken.len(), at % inner);
        (outer * count + taken[row]) * inner + column
    };
    Some(tensor.gathered(sizes, from))
}
