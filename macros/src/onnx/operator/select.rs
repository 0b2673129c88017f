//! `Gather` from a table of vectors, an `Embedding`, the last step of a sequence, and `Add` of a table, a `PositionEmbedding`.

use super::{Call, Given, NO_CONSTANT, Operator};
use crate::onnx::step::Layer;
use crate::onnx::value::{Axis, Shape, Value};

pub(super) const OPERATORS: &[Operator] = &[
    Operator::new("Gather", &["axis"], gather),
    Operator::new("Slice", &["axes", "ends", "starts"], slice),
    Operator::new("Add", &[], positions),
];

fn gather(call: &Call<'_>) -> Result<Given, String> {
    if call.node.inputs.get(1).is_some_and(|name| name == call.read) {
        return embedding(call);
    }
    call.reads_at(0)?;
    let index = call.constant(1, "its index")?;
    let (Some(&[step]), 0 | 1) = (index.indices(), index.sizes.len()) else {
        return Err("it selects several elements, and typenet only the last step of a sequence".to_owned());
    };
    let place = call.input.place(call.integer("axis", 0)?)?;
    let kept = (!index.sizes.is_empty()).then_some(Axis::One);
    last_step(call, place, |steps| step == -1 || usize::try_from(step).is_ok_and(|step| step + 1 == steps), kept)
}

/// Tokens to vectors.
fn embedding(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(1)?;
    call.requires("axis", 0, 0)?;
    let Shape::Tokens([steps, _]) = call.input.shape else {
        return Err("its indices are computed".to_owned());
    };
    let weight = call.constant(0, "its table")?;
    let &[vocabulary, features] = &weight.sizes[..] else {
        return Err(format!("its table is of shape {:?} in place of [tokens, features]", weight.sizes));
    };
    let tensors = vec![("weight", call.weights(0, "its table", &[vocabulary, features])?)];
    let layer = Layer { text: format!("Embedding<{vocabulary}, {features}>"), name: call.name(), tensors };
    let axes = call.input.axes.iter().copied().chain([Axis::Of(1)]).collect();
    Ok(Given::layer(layer, Value::plain(Shape::Sequence([steps, features])).with_axes(axes)))
}

/// A vector that is added to each step.
fn positions(call: &Call<'_>) -> Result<Given, String> {
    let input = call.input;
    let table = (0..2).find_map(|place| call.optional(place)).filter(|table| table.kind().is_some());
    let (Some(table), Shape::Sequence(sizes)) = (table, &input.shape) else {
        return Err(NO_CONSTANT.to_owned());
    };
    if *input != Value::plain(input.shape.clone()) {
        return Err(format!(
            "its input {} has other axes before its steps and features, and typenet adds a table only to [batch, steps, features]",
            input.text()
        ));
    }
    let sizes_there = table.sizes.strip_prefix(&[1]).unwrap_or(&table.sizes);
    if sizes_there != sizes {
        return Err(format!(
            "it adds a constant of shape {:?} to {}, and typenet only one of the shape of a sequence, or a bias after a product",
            table.sizes,
            input.text()
        ));
    }
    let tensors = vec![("weight", table.clone().with_sizes(sizes.to_vec()))];
    Ok(call.keeps(Layer { text: "PositionEmbedding".to_owned(), name: call.name(), tensors }))
}

fn slice(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(0)?;
    let list = |name: &str, place: usize| call.list(name, place)?.ok_or_else(|| format!("it has no `{name}`"));
    let (starts, ends) = (list("starts", 1)?, list("ends", 2)?);
    let axes = call.list("axes", 3)?.unwrap_or_else(|| vec![0]);
    let strides = call.list("steps", 4)?.unwrap_or_else(|| vec![1]);
    let (&[start], &[end], &[axis], [1]) = (&starts[..], &ends[..], &axes[..], &strides[..]) else {
        return Err("it selects several elements, and typenet only the last step of a sequence".to_owned());
    };
    let is_last = |steps: usize| {
        let steps = i64::try_from(steps).unwrap_or(i64::MAX);
        (start == -1 || start == steps - 1) && end >= steps
    };
    last_step(call, call.input.place(axis)?, is_last, Some(Axis::One))
}

/// Returns the last step of a sequence, whose axis in ONNX goes or is kept.
fn last_step(
    call: &Call<'_>,
    place: usize,
    is_last: impl FnOnce(usize) -> bool,
    kept: Option<Axis>,
) -> Result<Given, String> {
    let input = call.input;
    let Shape::Sequence([steps, features]) = input.shape else {
        return Err(format!("its input is {}, and typenet selects only the last step of a sequence", input.text()));
    };
    if input.axes[place] != Axis::Of(0) || !is_last(steps) {
        return Err("it selects another element than the last step of a sequence".to_owned());
    }
    let axes = input.axes.iter().filter_map(|axis| match axis {
        Axis::Of(0) => kept,
        Axis::Of(_) => Some(Axis::Of(0)),
        other => Some(*other),
    });
    let value = Value::plain(Shape::Vector([features])).with_axes(axes.collect());
    Ok(Given::layer(Layer::plain("LastStep"), value))
}
