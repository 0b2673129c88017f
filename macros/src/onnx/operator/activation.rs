//! Functions of each element by itself, `PRelu`, `Softmax`, and what does nothing in inference.

use super::{Call, Given, Operator};
use crate::onnx::step::Layer;
use crate::onnx::value::{Axis, Shape};

pub(super) const OPERATORS: &[Operator] = &[
    Operator::elementwise("Relu", &[], |call| plain(call, "Relu")),
    Operator::elementwise("Sigmoid", &[], |call| plain(call, "Sigmoid")),
    Operator::elementwise("Tanh", &[], |call| plain(call, "Tanh")),
    Operator::elementwise("Softplus", &[], |call| plain(call, "Softplus")),
    Operator::elementwise("Softsign", &[], |call| plain(call, "Softsign")),
    Operator::elementwise("HardSwish", &["alpha", "beta"], hard_swish),
    Operator::elementwise("HardSigmoid", &["alpha", "beta"], |call| {
        // The slope of ONNX is 0.2 unless it is given.
        call.requires_number("alpha", 1.0 / 6.0, 0.2)?;
        call.requires_number("beta", 0.5, 0.5)?;
        plain(call, "HardSigmoid")
    }),
    Operator::elementwise("Swish", &["alpha"], |call| {
        call.requires_number("alpha", 1.0, 1.0)?;
        plain(call, "Silu")
    }),
    Operator::elementwise("LeakyRelu", &["alpha"], |call| with_number(call, "LeakyRelu", "alpha", 0.01)),
    Operator::elementwise("Elu", &["alpha"], |call| with_number(call, "Elu", "alpha", 1.0)),
    Operator::elementwise("Selu", &["alpha", "gamma"], |call| {
        call.requires_number("alpha", 1.673_263_2, 1.673_263_2)?;
        call.requires_number("gamma", 1.050_701, 1.050_701)?;
        plain(call, "Selu")
    }),
    Operator::elementwise("Gelu", &["approximate"], |call| match call.word("approximate", "none")? {
        "none" => plain(call, "Gelu"),
        "tanh" => plain(call, "GeluTanh"),
        other => Err(format!("its attribute `approximate` is '{other}', and typenet has 'none' and 'tanh'")),
    }),
    Operator::elementwise("Clip", &["min", "max"], clip),
    Operator::elementwise("Dropout", &["ratio", "seed"], dropout),
    Operator::elementwise("Identity", &[], |call| Ok(Given::nothing(call.input.clone()))),
    Operator::new("PRelu", &[], p_relu),
    Operator::new("Softmax", &["axis"], softmax),
];

fn plain(call: &Call<'_>, text: &str) -> Result<Given, String> {
    call.reads_at(0)?;
    Ok(call.keeps(Layer::plain(text)))
}

/// Returns a layer whose only setting is an attribute.
fn with_number(call: &Call<'_>, layer: &str, attribute: &str, default: f32) -> Result<Given, String> {
    let number = call.number(attribute, default)?;
    plain(call, &if number == default { layer.to_owned() } else { format!("{layer}({number:?})") })
}

/// x max(0, min(1, x / 6 + 1/2)); with other attributes if it was written as a product with a hard sigmoid.
fn hard_swish(call: &Call<'_>) -> Result<Given, String> {
    call.requires_number("alpha", 1.0 / 6.0, 1.0 / 6.0)?;
    call.requires_number("beta", 0.5, 0.5)?;
    plain(call, "HardSilu")
}

/// max(-1, min(1, x)), the only bounds for which there is a layer.
fn clip(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(0)?;
    let bound = |place: usize, name: &str| match call.optional(place) {
        Some(tensor) => Ok(tensor.scalar()),
        None if call.has(place) => Err(format!("`{name}` is computed")),
        None => Ok(call.node.attributes.get(name).map(|_| call.number(name, 0.0)).transpose()?.map(f64::from)),
    };
    match (bound(1, "min")?, bound(2, "max")?) {
        (Some(-1.0), Some(1.0)) => plain(call, "HardTanh"),
        (Some(0.0), None) => plain(call, "Relu"),
        (min, max) => {
            let text = |bound: Option<f64>| bound.map_or_else(|| "none".to_owned(), |bound| format!("{bound:?}"));
            Err(format!("its bounds are {} and {}, and typenet has only -1 and 1", text(min), text(max)))
        }
    }
}

fn dropout(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(0)?;
    if call.optional(2).is_some_and(|training| training.indices() != Some(&[0])) {
        return Err("it is one of training: export the model for inference".to_owned());
    }
    let rate = match call.optional(1).and_then(crate::onnx::tensor::Tensor::scalar) {
        Some(rate) => rate,
        None => f64::from(call.number("ratio", 0.5)?),
    };
    // In single precision, whose shortest digits are those that were written.
    #[allow(clippy::cast_possible_truncation)]
    plain(call, &format!("Dropout({:?})", rate as f32))
}

/// Slopes for each channel; one may stand for all.
fn p_relu(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(0)?;
    let slope = call.constant(1, "its slope")?;
    let (joined, axes) = (call.input.shape.joined(), &call.input.axes);
    let channels = call.input.shape.sizes()[joined];
    // The sizes of the slope are those of the last axes of the input.
    let belongs = axes
        .iter()
        .rev()
        .zip(slope.sizes.iter().rev())
        .all(|(axis, &size)| size == 1 || *axis == Axis::Of(joined) && size == channels);
    let length: usize = slope.sizes.iter().product();
    if slope.kind().is_none()
        || !belongs
        || slope.sizes.len() > axes.len()
        || matches!(call.input.shape, Shape::Tokens(_))
    {
        return Err(format!("its slope is of shape {:?}, and typenet has one slope for each channel", slope.sizes));
    }
    let weight = slope.gathered(vec![channels], |at| if length == 1 { 0 } else { at });
    Ok(call.keeps(Layer { text: "PRelu".to_owned(), name: call.name(), tensors: vec![("weight", weight)] }))
}

fn softmax(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(0)?;
    let input = call.input;
    let axis = call.integer("axis", if call.version < 13 { 1 } else { -1 })?;
    let place = input.place(axis)?;
    // Before version 13, it is one of all axes from this one on.
    let is_whole = call.version >= 13 || place + 1 == input.axes.len();
    let is_of_features = input.axes[place] == Axis::Of(input.shape.joined());
    if !is_whole || !is_of_features || matches!(input.shape, Shape::Image(_) | Shape::Tokens(_)) {
        return Err(format!(
            "its attribute `axis` is {axis} and its input {}, and typenet has it only along the values of a vector or a step",
            input.text()
        ));
    }
    plain(call, "Softmax")
}
