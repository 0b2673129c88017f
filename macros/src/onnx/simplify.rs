//! What does an exporter leave behind that is constant? Constants are computed, and values that pass through unchanged are
//! replaced.

use std::collections::BTreeMap;

use super::Refusal;
use super::model::{Attribute, Graph, Node, retain_needed};
use super::tensor::{Elements, Kind, Tensor};

/// Replaces nodes by constants, and values by those that they are equal to.
pub(super) fn simplify(graph: &mut Graph) -> Result<(), Refusal> {
    let mut same: BTreeMap<String, String> = BTreeMap::new();
    let mut nodes: Vec<Node> = Vec::new();
    for mut node in std::mem::take(&mut graph.nodes) {
        for input in &mut node.inputs {
            if let Some(other) = same.get(input) {
                input.clone_from(other);
            }
        }
        let constant = constant(&node, &nodes, graph)?;
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

/// Returns the input that a node passes on unchanged.
fn passed(node: &Node, graph: &Graph) -> Option<String> {
    let is_number = |target: i64| match graph.input.kind {
        // Half precision is widened, so nothing is rounded to it.
        Some(Kind::Half | Kind::F32) => matches!(target, 1 | 10 | 16),
        Some(Kind::F64) => target == 11,
        // Tokens, as any integers.
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
        // A list or a single integer, such as a size.
        "Unsqueeze" if first.sizes.is_empty() => Some((*first).clone().with_sizes(vec![1])),
        "Squeeze" if first.sizes == [1] => Some((*first).clone().with_sizes(Vec::new())),
        "Concat" => joined(first, rest),
        "ConstantOfShape" => integers_of_shape(node, first),
        "Slice" => sliced(first, rest),
        _ => None,
    };
    Ok(folded)
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

/// The longest list of integers that is computed: amounts and sizes, of which there are a few for each axis.
const LONGEST: usize = 64;

/// Returns a list of equal integers, such as amounts of padding.
fn integers_of_shape(node: &Node, length: &Tensor) -> Option<Tensor> {
    let Some(Attribute::Tensor(value)) = node.attributes.get("value") else { return None };
    let (&[value], &[length]) = (value.indices()?, length.indices()?) else { return None };
    let length = usize::try_from(length).ok().filter(|&length| length <= LONGEST)?;
    Some(Tensor::integers(vec![value; length]))
}

/// Returns the rows or columns of a small table of integers that are selected along one axis, perhaps in the reverse order.
fn sliced(tensor: &Tensor, rest: &[&Tensor]) -> Option<Tensor> {
    let one = |place: usize| match rest.get(place)?.indices()? {
        &[integer] => Some(integer),
        _ => None,
    };
    let (start, end) = (one(0)?, one(1)?);
    let axis = usize::try_from(if rest.len() > 2 { one(2)? } else { 0 }).ok()?;
    let step = if rest.len() > 3 { one(3)? } else { 1 };
    let count = *tensor.sizes.get(axis).filter(|_| tensor.indices().is_some_and(|all| all.len() <= LONGEST))?;
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
