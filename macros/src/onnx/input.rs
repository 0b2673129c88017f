//! Which shape has the input, and where does ONNX have its axes?

use super::Refusal;
use super::model::{Attribute, Graph, Input, Node};
use super::operator::{self, Operator};
use super::value::{Axis, Shape, Value};

/// Returns the input of a network.
///
/// The axes of an image or a sequence follow from what the first layer takes: a convolution of ONNX has the channels before the
/// positions, and a recurrent layer the steps before the batch.
pub(super) fn value(graph: &Graph) -> Result<Value, Refusal> {
    let Input { name, kind, sizes } = &graph.input;
    if sizes.is_empty() {
        return Err(Refusal::of_model(format!("its input `{name}` has no axis for the batch")));
    }
    let axes = axes(graph, sizes.len() - 1);
    let known = |(place, &axis): (usize, &Axis)| match axis {
        Axis::Of(axis) => Some(sizes[place].map(|size| (axis, size)).ok_or_else(|| {
            let open = format!("the size of axis {place} of its input `{name}` is open: export it with a number");
            Refusal::of_model(open)
        })),
        Axis::Batch | Axis::One => None,
    };
    let mut sample: Vec<(usize, usize)> = axes.iter().enumerate().filter_map(known).collect::<Result<_, _>>()?;
    sample.sort_unstable();
    let sample: Vec<usize> = sample.into_iter().map(|(_, size)| size).collect();
    if sample.iter().try_fold(1_usize, |length, &size| length.checked_mul(size)).is_none() {
        return Err(Refusal::of_model(format!("its input `{name}` is larger than any memory")));
    }
    if kind.is_none() {
        return tokens(graph, &sample);
    }
    let shape = match sample[..] {
        [values] => Shape::Vector([values]),
        [steps, features] => Shape::Sequence([steps, features]),
        [channels, rows, columns] => Shape::Image([channels, rows, columns]),
        _ => {
            return Err(Refusal::of_model(format!(
                "its input `{name}` has {} axes, and shapes of typenet have one to three beside the batch",
                sizes.len()
            )));
        }
    };
    Ok(Value::plain(shape).with_axes(axes))
}

/// Returns the axes of an input with so many beside the batch.
fn axes(graph: &Graph, count: usize) -> Vec<Axis> {
    let (before, reader) = moved(graph);
    let wanted = wanted(reader, count);
    if before.len() != wanted.len() {
        return plain(count);
    }
    // What is at place `before[at]` of the input is at place `at` where the first layer reads it.
    let mut axes = plain(count);
    before.iter().zip(&wanted).for_each(|(&place, &axis)| axes[place] = axis);
    let axes = if wanted.iter().all(|axis| axes.contains(axis)) { axes } else { plain(count) };
    match batch(&graph.input.sizes) {
        // The layer has no opinion where the batch stands.
        Some(place) if wanted == plain(count) && count == 2 && axes[place] != Axis::Batch => {
            let mut axes = plain(count);
            axes[..=place].rotate_left(1);
            axes
        }
        _ => axes,
    }
}

/// Returns the place of the only size that is open, or of the only one that is 1 if that is the first.
fn batch(sizes: &[Option<usize>]) -> Option<usize> {
    let mut places = (0..sizes.len()).filter(|&place| matches!(sizes[place], None | Some(1)));
    let place = places.next().filter(|_| places.next().is_none())?;
    (place == 0 || sizes[place].is_none()).then_some(place)
}

/// Returns the batch and so many axes in our order.
fn plain(count: usize) -> Vec<Axis> {
    [Axis::Batch].into_iter().chain((0..count).map(Axis::Of)).collect()
}

/// Returns an input of integers, which are tokens: the table that they select from has as many rows as there are tokens.
fn tokens(graph: &Graph, sample: &[usize]) -> Result<Value, Refusal> {
    let name = &graph.input.name;
    let &[steps] = sample else {
        return Err(Refusal::of_model(format!(
            "its input `{name}` of integers has {} axes in place of 2",
            sample.len() + 1
        )));
    };
    let table = graph.readers(name).find_map(|reader| {
        let node = &graph.nodes[reader];
        node.inputs
            .first()
            .filter(|_| node.operator == "Gather")
            .and_then(|table| graph.constants.get(table)?.sizes.first())
    });
    let vocabulary = table.ok_or_else(|| {
        Refusal::of_model(format!("its input `{name}` is of integers, and no table of vectors is read by it"))
    })?;
    Ok(Value::plain(Shape::Tokens([steps, *vocabulary])))
}

/// Returns the order of axes where the first layer that has an opinion reads the input, and this layer.
fn moved(graph: &Graph) -> (Vec<usize>, Option<&Node>) {
    let mut order: Vec<usize> = (0..graph.input.sizes.len()).collect();
    let mut name = &graph.input.name;
    while let Some(node) = graph.readers(name).next().map(|reader| &graph.nodes[reader]) {
        let is_elementwise = operator::named(&node.operator).is_some_and(Operator::is_elementwise);
        let is_product = matches!(node.operator.as_str(), "Gemm" | "MatMul");
        match (node.operator.as_str(), node.attributes.get("perm")) {
            ("Transpose", Some(Attribute::Integers(places))) => {
                let moved: Option<Vec<usize>> =
                    places.iter().map(|&place| order.get(usize::try_from(place).ok()?).copied()).collect();
                let Some(moved) = moved else { return (order, Some(node)) };
                order = moved;
            }
            _ if is_elementwise && !is_product => {}
            _ => return (order, Some(node)),
        }
        let Some(output) = node.outputs.first() else { break };
        name = output;
    }
    (order, None)
}

/// Returns the axes that a layer takes of a tensor with so many axes beside the batch.
fn wanted(reader: Option<&Node>, axes: usize) -> Vec<Axis> {
    let operator = reader.map_or("", |node| node.operator.as_str());
    let is_batch_first = reader.is_some_and(|node| node.attributes.get("layout") == Some(&Attribute::Integer(1)));
    match (operator, axes) {
        ("LSTM" | "GRU" | "RNN", 2) if !is_batch_first => vec![Axis::Of(0), Axis::Batch, Axis::Of(1)],
        (
            "Conv"
            | "ConvTranspose"
            | "MaxPool"
            | "AveragePool"
            | "GlobalMaxPool"
            | "GlobalAveragePool"
            | "BatchNormalization"
            | "InstanceNormalization",
            2,
        ) => vec![Axis::Batch, Axis::Of(1), Axis::Of(0)],
        _ => plain(axes),
    }
}
