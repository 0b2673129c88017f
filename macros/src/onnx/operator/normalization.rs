//! Normalizations of channels, samples, steps and groups.

use super::{Call, Given, Operator};
use crate::onnx::step::Layer;
use crate::onnx::tensor::Tensor;
use crate::onnx::value::{Axis, Shape};

pub(super) const OPERATORS: &[Operator] = &[
    Operator::new("BatchNormalization", &["epsilon", "momentum", "spatial", "training_mode"], batch),
    Operator::new("LayerNormalization", &["axis", "epsilon", "stash_type"], layer),
    Operator::new("RMSNormalization", &["axis", "epsilon", "stash_type"], layer),
    Operator::new("InstanceNormalization", &["epsilon"], |call| {
        let Some([channels, ..]) = call.image() else { return Err(needs_image(call)) };
        groups(call, channels)
    }),
    // `reshaped` is no attribute of ONNX: the sizes that a group of nodes ended in.
    Operator::new("GroupNormalization", &["epsilon", "num_groups", "reshaped", "stash_type"], |call| {
        let count = usize::try_from(call.integer("num_groups", 0)?).unwrap_or_default();
        groups(call, count)
    }),
];

/// The ε of ONNX, and of the layers here.
const EPSILON: f32 = 1e-5;

fn batch(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(0)?;
    call.requires("training_mode", 0, 0)?;
    call.requires("spatial", 1, 1)?;
    let input = call.input;
    let joined = input.shape.joined();
    if input.axes.first() != Some(&Axis::Batch) || input.axes.get(1) != Some(&Axis::Of(joined)) {
        return Err(call.needs_positions());
    }
    let channels = [input.shape.sizes()[joined]];
    let names = ["weight", "bias", "running_mean", "running_var"];
    let mut tensors = Vec::new();
    for (place, (name, what)) in
        names.into_iter().zip(["its scale", "its shift", "its mean", "its variance"]).enumerate()
    {
        tensors.push((name, call.weights(place + 1, what, &channels)?));
    }
    // ONNX has the part that stays, and the library the part that changes.
    let change = shortest(1.0 - f64::from(call.number("momentum", 0.9)?));
    let epsilon = call.number("epsilon", EPSILON)?;
    let momentum = (change != "0.1").then(|| format!("momentum = {change}"));
    let settings = super::window::in_parentheses([(epsilon != EPSILON).then(|| format!("{epsilon:?}")), momentum]);
    Ok(call.keeps(Layer { text: format!("BatchNorm{settings}"), name: call.name(), tensors }))
}

/// Returns a number with the six digits that a difference of numbers in single precision has.
fn shortest(number: f64) -> String {
    format!("{:?}", (number * 1e6).round() / 1e6)
}

fn layer(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(0)?;
    let input = call.input;
    let axis = call.integer("axis", -1)?;
    let place = input.place(axis)?;
    // All of a sample, or of a step.
    let first = match input.shape {
        Shape::Sequence(_) => Axis::Of(1),
        _ => Axis::Of(0),
    };
    let is_whole = input.axes[place] == first
        && input.flat_order().is_none()
        && place + normalized(&input.shape) == input.axes.len();
    if !is_whole || matches!(input.shape, Shape::Tokens(_)) {
        return Err(format!(
            "its attribute `axis` is {axis} and its input {}, and typenet normalizes the features of a step, or a whole sample",
            input.text()
        ));
    }
    let sizes: Vec<usize> = input.axes[place..].iter().filter_map(|&axis| input.size(axis)).collect();
    let length = sizes.iter().product();
    let weight = call.weights(1, "its scale", &sizes)?.with_sizes(vec![length]);
    if call.node.operator == "RMSNormalization" {
        // The ε of the layer is another one.
        let text = format!("RmsNorm({:?})", call.number("epsilon", EPSILON)?);
        return Ok(call.keeps(Layer { text, name: call.name(), tensors: vec![("weight", weight)] }));
    }
    let bias = if call.has(2) {
        call.weights(2, "its shift", &sizes)?.with_sizes(vec![length])
    } else {
        Call::zeros(&weight, length)
    };
    let text = format!("LayerNorm{}", epsilon(call)?);
    Ok(call.keeps(Layer { text, name: call.name(), tensors: vec![("weight", weight), ("bias", bias)] }))
}

/// Returns how many axes of a shape are normalized together.
fn normalized(shape: &Shape) -> usize {
    if let Shape::Image(_) = shape { 3 } else { 1 }
}

fn groups(call: &Call<'_>, count: usize) -> Result<Given, String> {
    call.reads_at(0)?;
    let Some([channels, ..]) = call.image() else { return Err(needs_image(call)) };
    if count == 0 || !channels.is_multiple_of(count) {
        return Err(format!("its {count} groups do not divide its {channels} channels"));
    }
    if let (Some(reshaped), Some([_, rows, columns])) = (call.integers("reshaped")?, call.image()) {
        let is_same = |(&size, own): (&i64, usize)| size <= 0 || usize::try_from(size).is_ok_and(|size| size == own);
        if reshaped.len() != 4 || !reshaped[1..].iter().zip([channels, rows, columns]).all(is_same) {
            return Err(format!("it gives the sizes {reshaped:?}, and its input is {}", call.input.text()));
        }
    }
    // Before version 21, there is a scale for each group.
    let of_channels = |place: usize, what: &str| -> Result<Tensor, String> {
        match call.weights(place, what, &[channels]) {
            Err(_) if call.version < 21 => {
                let of_groups = call.weights(place, what, &[count])?;
                Ok(of_groups.gathered(vec![channels], |channel| channel / (channels / count)))
            }
            weights => weights,
        }
    };
    let tensors = vec![("weight", of_channels(1, "its scale")?), ("bias", of_channels(2, "its shift")?)];
    let text = format!("GroupNorm<{count}>{}", epsilon(call)?);
    Ok(call.keeps(Layer { text, name: call.name(), tensors }))
}

/// Returns the setting for ε, unless it is the default.
fn epsilon(call: &Call<'_>) -> Result<String, String> {
    let epsilon = call.number("epsilon", EPSILON)?;
    Ok(if epsilon == EPSILON { String::new() } else { format!("({epsilon:?})") })
}

fn needs_image(call: &Call<'_>) -> String {
    format!(
        "its input is {}, and typenet has this operator only for [batch, channels, rows, columns]",
        call.input.text()
    )
}
