//! Operators that move axes, and change sizes without a computation.

use super::{Call, Given, Operator};
use crate::onnx::step::Layer;
use crate::onnx::value::{Axis, Shape, Value};

pub(super) const OPERATORS: &[Operator] = &[
    Operator::new("Flatten", &["axis"], flatten),
    Operator::new("Reshape", &["allowzero", "shape"], reshape),
    Operator::new("Transpose", &["perm"], transpose),
    Operator::new("Squeeze", &["axes"], squeeze),
    Operator::new("Unsqueeze", &["axes"], unsqueeze),
];

fn flatten(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(0)?;
    let axis = call.integer("axis", 1)?;
    if call.input.place(axis)? != 1 || call.input.axes.first() != Some(&Axis::Batch) {
        return Err(format!("its attribute `axis` is {axis}, and typenet flattens all axes but the batch"));
    }
    flat(call)
}

/// Returns a vector of all elements.
fn flat(call: &Call<'_>) -> Result<Given, String> {
    let input = call.input;
    if let Shape::Tokens(_) = input.shape {
        return Err("its input is tokens, and only an embedding takes these".to_owned());
    }
    let flattened = Value { order: input.flat_order(), ..Value::plain(Shape::Vector([input.shape.len()])) };
    Ok(match input.shape {
        Shape::Vector(_) => Given::nothing(flattened),
        _ => Given::layer(Layer::plain("Flatten"), flattened),
    })
}

fn reshape(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(0)?;
    let sizes = call.list("shape", 1)?.ok_or("it has no shape")?;
    if sizes.contains(&0) {
        call.requires("allowzero", 0, 0)?;
    }
    let input = call.input;
    let refused =
        || format!("its shape is {sizes:?} and its input {}, and typenet reshapes only each sample", input.text());
    let shape = match sample_sizes(call, &sizes).ok_or_else(refused)?[..] {
        [_] => return flat(call),
        [steps, features] => Shape::Sequence([steps, features]),
        [channels, rows, columns] => Shape::Image([channels, rows, columns]),
        _ => return Err(refused()),
    };
    if input.flat_order().is_some() {
        return Err(format!(
            "its input is {} with its channels last, and typenet reshapes only with channels first",
            input.text()
        ));
    }
    Ok(if shape == input.shape {
        Given::nothing(Value::plain(shape))
    } else {
        Given::layer(Layer::plain(format!("Reshape<{}>", shape.text())), Value::plain(shape))
    })
}

/// Returns the sizes of a sample with the shape `sizes`, whose first one is the batch; `None` if it is none of as many elements.
fn sample_sizes(call: &Call<'_>, sizes: &[i64]) -> Option<Vec<usize>> {
    let (input, [batch, rest @ ..]) = (call.input, sizes) else { return None };
    let is_batch = call.batch.and_then(|batch| i64::try_from(batch).ok()) == Some(*batch);
    let keeps_batch = matches!(batch, -1..=1) || is_batch;
    if !keeps_batch || input.axes.first() != Some(&Axis::Batch) || matches!(input.shape, Shape::Tokens(_)) {
        return None;
    }
    let given = |(at, &size): (usize, &i64)| match size {
        0 => input.axes.get(at + 1).and_then(|&axis| input.size(axis)),
        -1 => Some(1),
        size => usize::try_from(size).ok(),
    };
    let mut given: Vec<usize> = rest.iter().enumerate().map(given).collect::<Option<_>>()?;
    let length = |sizes: &[usize]| sizes.iter().fold(1_usize, |length, &size| length.saturating_mul(size));
    if let Some(open) = rest.iter().position(|&size| size == -1) {
        given[open] = input.shape.len().checked_div(length(&given))?;
    }
    (length(&given) == input.shape.len()).then_some(given)
}

fn transpose(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(0)?;
    let input = call.input;
    let axes = match call.integers("perm")? {
        Some(places) => {
            places.iter().map(|&at| Ok(input.axes[input.place(at)?])).collect::<Result<Vec<_>, String>>()?
        }
        None => input.axes.iter().rev().copied().collect(),
    };
    let is_permutation = axes.len() == input.axes.len()
        && input.axes.iter().filter(|axis| **axis != Axis::One).all(|axis| axes.contains(axis));
    if !is_permutation {
        return Err("its attribute `perm` is no order of its axes".to_owned());
    }
    Ok(Given::nothing(input.clone().with_axes(axes)))
}

fn squeeze(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(0)?;
    let input = call.input;
    let removed = match call.list("axes", 1)? {
        Some(places) => places.iter().map(|&at| input.place(at)).collect::<Result<Vec<_>, _>>()?,
        None => (0..input.axes.len()).filter(|&at| input.axes[at] == Axis::One).collect(),
    };
    if removed.iter().any(|&at| input.axes[at] != Axis::One) {
        return Err(format!("it removes an axis of {} that typenet keeps", input.text()));
    }
    let kept = input.axes.iter().enumerate().filter(|(at, _)| !removed.contains(at)).map(|(_, &axis)| axis);
    Ok(Given::nothing(input.clone().with_axes(kept.collect())))
}

fn unsqueeze(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(0)?;
    let input = call.input;
    let places = call.list("axes", 1)?.ok_or("it has no axes")?;
    let count = input.axes.len() + places.len();
    let mut added = Vec::new();
    for place in places {
        let from_end = usize::try_from(place.unsigned_abs()).unwrap_or(usize::MAX);
        let place = if place < 0 { count.checked_sub(from_end) } else { Some(from_end) };
        added.push(place.filter(|&place| place < count).ok_or("it adds an axis that the result does not have")?);
    }
    let mut old = input.axes.iter().copied();
    let axes = (0..count).filter_map(|at| if added.contains(&at) { Some(Axis::One) } else { old.next() });
    Ok(Given::nothing(input.clone().with_axes(axes.collect())))
}
