//! How large is each value? Its sizes follow from those of the input, as far as they are known, so that shapes which a model computes
//! are constants.

use std::collections::BTreeMap;

use super::model::{Attribute, Graph, Node};
use super::tensor::Tensor;

/// The size of a batch that is open, among sizes. Its multiples are larger than every other size, too.
pub(super) const OPEN: i64 = 1 << 40;

/// The sizes of values by name.
pub(super) struct Sizes(BTreeMap<String, Vec<i64>>);

impl Sizes {
    /// Returns the sizes of the input of a graph, unless more than one is open.
    pub(super) fn of_input(graph: &Graph) -> Self {
        let sizes = &graph.input.sizes;
        let known = sizes.iter().map(|size| size.map_or(Some(OPEN), |size| i64::try_from(size).ok()));
        let is_one = sizes.iter().filter(|size| size.is_none()).count() <= 1;
        let known: Option<Vec<i64>> = known.collect();
        Self(known.filter(|_| is_one).map(|known| (graph.input.name.clone(), known)).into_iter().collect())
    }

    /// Returns the sizes of a value, if they are known.
    pub(super) fn of(&self, graph: &Graph, name: &str) -> Option<Vec<i64>> {
        match graph.constants.get(name) {
            Some(tensor) => tensor.sizes.iter().map(|&size| i64::try_from(size).ok()).collect(),
            None => self.0.get(name).cloned(),
        }
    }

    /// Adds the sizes of what a node gives, if they follow from those of what it reads.
    pub(super) fn add(&mut self, graph: &Graph, node: &Node) {
        let given = match node.operator.as_str() {
            "Split" => split(self, graph, node).unwrap_or_default(),
            _ => sizes(self, graph, node).into_iter().collect(),
        };
        self.0.extend(node.outputs.iter().cloned().zip(given));
    }

    /// Returns a shape without open sizes: 0 where the value has the open size in the same place, and otherwise -1, which stands
    /// for what is left.
    pub(super) fn closed(&self, graph: &Graph, node: &Node) -> Option<Vec<i64>> {
        let wanted = graph.constants.get(node.inputs.get(1)?)?.indices()?;
        if wanted.iter().all(|&size| size < OPEN) {
            return None;
        }
        let before = self.of(graph, node.inputs.first()?).unwrap_or_default();
        let copies = !matches!(node.attributes.get("allowzero"), Some(Attribute::Integer(1)));
        let closed = |(place, &size): (usize, &i64)| match size {
            OPEN if copies && before.get(place) == Some(&OPEN) => 0,
            size if size >= OPEN && size % OPEN == 0 => -1,
            size => size,
        };
        let closed: Vec<i64> = wanted.iter().enumerate().map(closed).collect();
        (closed.iter().filter(|&&size| size == -1).count() <= 1).then_some(closed)
    }
}

/// Returns the sizes of the first output of a node.
fn sizes(known: &Sizes, graph: &Graph, node: &Node) -> Option<Vec<i64>> {
    let input = |place: usize| known.of(graph, node.inputs.get(place)?);
    let first = input(0)?;
    match node.operator.as_str() {
        "Add" | "Sub" | "Mul" | "Div" | "Pow" => broadcast(&first, &input(1)?),
        "MatMul" => product(&first, &input(1)?),
        "Gemm" => {
            let columns = usize::from(!is_set(node, "transB"));
            let [rows, _] = first[..] else { return None };
            (!is_set(node, "transA")).then(|| Some(vec![rows, *input(1)?.get(columns)?]))?
        }
        "Transpose" => {
            let Some(Attribute::Integers(axes)) = node.attributes.get("perm") else { return None };
            axes.iter().map(|&axis| first.get(usize::try_from(axis).ok()?).copied()).collect()
        }
        "Reshape" => reshaped(&first, list(graph, node, "shape", 1)?, is_set(node, "allowzero")),
        "Unsqueeze" => unsqueezed(&first, list(graph, node, "axes", 1)?),
        "Squeeze" => {
            let removed: Vec<usize> =
                list(graph, node, "axes", 1)?.iter().map(|&axis| place(axis, first.len())).collect::<Option<_>>()?;
            let kept = first.iter().enumerate().filter(|(axis, _)| !removed.contains(axis));
            Some(kept.map(|(_, &size)| size).collect())
        }
        "Gather" => {
            let axis = place(axis(node, 0), first.len())?;
            Some([&first[..axis], &input(1)?[..], &first[axis + 1..]].concat())
        }
        "Conv" => convolved(&first, &input(1)?, node),
        "ReduceMean" => reduced(&first, list(graph, node, "axes", 1)?, node),
        operator => keeps_sizes(operator).then_some(first),
    }
}

/// Returns whether an operator gives what is as large as its first input.
fn keeps_sizes(operator: &str) -> bool {
    let activations = ["Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Gelu", "Sigmoid", "HardSigmoid", "HardSwish"];
    let others = ["Tanh", "Softplus", "Softsign", "Swish", "Clip", "Softmax", "Erf", "Sqrt", "Reciprocal", "Dropout"];
    let same = ["Identity", "Cast", "BatchNormalization", "LayerNormalization", "RMSNormalization"];
    activations.contains(&operator) || others.contains(&operator) || same.contains(&operator)
}

/// Returns the sizes of what a node gives that cuts a value along an axis.
fn split(known: &Sizes, graph: &Graph, node: &Node) -> Option<Vec<Vec<i64>>> {
    let whole = known.of(graph, node.inputs.first()?)?;
    let axis = place(axis(node, 0), whole.len())?;
    let count = i64::try_from(node.outputs.len()).ok()?;
    let parts = match list(graph, node, "split", 1) {
        Some(parts) => parts.to_vec(),
        None => vec![whole[axis].checked_div(count)?; node.outputs.len()],
    };
    let part = |&size: &i64| [&whole[..axis], &[size], &whole[axis + 1..]].concat();
    Some(parts.iter().map(part).collect())
}

/// Returns a list of integers that is a constant input in newer versions and an attribute in older ones.
fn list<'a>(graph: &'a Graph, node: &'a Node, name: &str, place: usize) -> Option<&'a [i64]> {
    match node.attributes.get(name) {
        Some(Attribute::Integers(list)) => Some(list),
        _ => graph.constants.get(node.inputs.get(place)?).and_then(Tensor::indices),
    }
}

fn is_set(node: &Node, name: &str) -> bool {
    matches!(node.attributes.get(name), Some(&Attribute::Integer(set)) if set != 0)
}

fn axis(node: &Node, default: i64) -> i64 {
    match node.attributes.get("axis") {
        Some(&Attribute::Integer(axis)) => axis,
        _ => default,
    }
}

/// Returns the place of an axis, which may count from the end, among `count`.
pub(super) fn place(axis: i64, count: usize) -> Option<usize> {
    let from_end = usize::try_from(axis.unsigned_abs()).ok()?;
    let place = if axis < 0 { count.checked_sub(from_end)? } else { from_end };
    (place < count).then_some(place)
}

/// Returns the sizes of what is computed element by element from two values.
fn broadcast(one: &[i64], other: &[i64]) -> Option<Vec<i64>> {
    let count = one.len().max(other.len());
    let size = |sizes: &[i64], at: usize| (at + sizes.len()).checked_sub(count).map_or(1, |at| sizes[at]);
    let both = (0..count).map(|at| match (size(one, at), size(other, at)) {
        (1, size) | (size, 1) => Some(size),
        (one, other) => (one == other).then_some(one),
    });
    both.collect()
}

/// Returns the sizes of a product of matrices.
fn product(one: &[i64], other: &[i64]) -> Option<Vec<i64>> {
    let (&[ref one_before @ .., rows, _], &[ref other_before @ .., _, columns]) = (one, other) else { return None };
    Some([broadcast(one_before, other_before)?, vec![rows, columns]].concat())
}

/// Returns the number of elements, and whether one factor is the open size; `None` if several are.
fn total(sizes: &[i64]) -> Option<(i64, bool)> {
    sizes.iter().try_fold((1_i64, false), |(total, is_open), &size| {
        let opens = size >= OPEN && size % OPEN == 0;
        let factor = if opens { size / OPEN } else { size };
        Some((total.checked_mul(factor)?, is_open || opens)).filter(|_| !(is_open && opens) && factor < OPEN)
    })
}

fn reshaped(before: &[i64], shape: &[i64], keeps_zeros: bool) -> Option<Vec<i64>> {
    let given = |(place, &size): (usize, &i64)| match size {
        0 if !keeps_zeros => before.get(place).copied(),
        size => Some(size),
    };
    let mut sizes: Vec<i64> = shape.iter().enumerate().map(given).collect::<Option<_>>()?;
    if let Some(left) = sizes.iter().position(|&size| size == -1) {
        sizes[left] = 1;
        let ((all, is_open), (others, opens)) = (total(before)?, total(&sizes)?);
        let rest = all.checked_div(others).filter(|rest| rest * others == all && (is_open || !opens))?;
        sizes[left] = if is_open && !opens { rest.checked_mul(OPEN)? } else { rest };
    }
    (total(before)? == total(&sizes)?).then_some(sizes)
}

pub(super) fn unsqueezed<S: Copy + From<u8>>(before: &[S], axes: &[i64]) -> Option<Vec<S>> {
    let count = before.len() + axes.len();
    let added: Vec<usize> = axes.iter().map(|&axis| place(axis, count)).collect::<Option<_>>()?;
    let mut old = before.iter().copied();
    (0..count).map(|at| if added.contains(&at) { Some(S::from(1)) } else { old.next() }).collect()
}

/// Returns the sizes of what a convolution with filters of these sizes gives.
fn convolved(before: &[i64], filters: &[i64], node: &Node) -> Option<Vec<i64>> {
    let axes = before.len().checked_sub(2).filter(|_| before.len() == filters.len())?;
    let list = |name: &str, count: usize, default: i64| match node.attributes.get(name) {
        None => Some(vec![default; count]),
        Some(Attribute::Integers(list)) => Some(list.clone()).filter(|list| list.len() == count),
        Some(_) => None,
    };
    let (pads, strides, dilations) =
        (list("pads", 2 * axes, 0)?, list("strides", axes, 1)?, list("dilations", axes, 1)?);
    let size = |axis: usize| {
        let window = dilations[axis].checked_mul(filters[axis + 2].checked_sub(1)?)?.checked_add(1)?;
        let padded = before[axis + 2].checked_add(pads[axis])?.checked_add(pads[axis + axes])?;
        padded.checked_sub(window)?.checked_div(strides[axis])?.checked_add(1)
    };
    let positions =
        (0..axes).map(size).collect::<Option<Vec<_>>>().filter(|_| !node.attributes.contains_key("auto_pad"))?;
    Some([vec![before[0], filters[0]], positions].concat())
}

fn reduced(before: &[i64], axes: &[i64], node: &Node) -> Option<Vec<i64>> {
    let keeps = node.attributes.get("keepdims").is_none_or(|keeps| *keeps == Attribute::Integer(1));
    let reduced: Vec<usize> = axes.iter().map(|&axis| place(axis, before.len())).collect::<Option<_>>()?;
    let size = |(at, &size): (usize, &i64)| if reduced.contains(&at) { keeps.then_some(1) } else { Some(size) };
    Some(before.iter().enumerate().filter_map(size).collect())
}
