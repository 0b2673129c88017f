//! Maxima and averages of windows and of whole channels.

use super::window::{self, Padding, Window};
use super::{Call, Given, Operator};
use crate::onnx::step::Layer;
use crate::onnx::value::{Axis, Shape, Value};

pub(super) const OPERATORS: &[Operator] = &[
    Operator::new(
        "MaxPool",
        &["auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"],
        |call| windows(call, "MaxPool"),
    ),
    Operator::new(
        "AveragePool",
        &["auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads", "strides"],
        |call| windows(call, "AvgPool"),
    ),
    Operator::new("GlobalMaxPool", &[], |call| whole(call, "GlobalMaxPool")),
    Operator::new("GlobalAveragePool", &[], |call| whole(call, "GlobalAvgPool")),
    Operator::new("ReduceMax", &["axes", "keepdims", "noop_with_empty_axes"], |call| reduced(call, "GlobalMaxPool")),
    Operator::new("ReduceMean", &["axes", "keepdims", "noop_with_empty_axes"], |call| reduced(call, "GlobalAvgPool")),
];

fn windows(call: &Call<'_>, name: &str) -> Result<Given, String> {
    call.reads_at(0)?;
    let sizes = match (call.image(), call.sequence()) {
        (Some([_, rows, columns]), _) => vec![rows, columns],
        (_, Some([steps, _])) => vec![steps],
        _ => return Err(call.needs_positions()),
    };
    let axes = sizes.len();
    let window = Window::read(call, call.amounts("kernel_shape", axes, 0)?, &sizes)?;
    let positions = (0..axes).map(|axis| window.positions(axis, sizes[axis])).collect::<Result<Vec<_>, _>>()?;
    if (0..axes).any(|axis| window.padding[axis].iter().any(|&amount| amount > window.span(axis) / 2)) {
        return Err("its padding is more than half of its window, which typenet does not have".to_owned());
    }
    let (ones, zeros) = (vec![1; axes], vec![0; axes]);
    let padding = match window.padding(&sizes) {
        Padding::Of(amounts) => window::setting("padding", &amounts, &zeros),
        Padding::Same => Some("padding = Same".to_owned()),
        Padding::Causal => Some("padding = Causal".to_owned()),
        Padding::Uneven(amounts) => {
            return Err(format!(
                "its attribute `pads` is {amounts:?} along its axes, and typenet pads windows evenly or by `Same`"
            ));
        }
    };
    let special = match name {
        "MaxPool" => window::setting("dilation", &window.dilation, &ones),
        _ => divisor(call, &window, padding.is_some())?,
    };
    let settings = window::in_parentheses([
        window::setting("stride", &window.stride, &window.kernel),
        padding,
        special,
        window.rounds_up.then(|| "rounding = Up".to_owned()),
    ]);
    let text = format!("{name}{axes}d<{}>{settings}", window::sizes(&window.kernel));
    let shape = match (&call.input.shape, &positions[..]) {
        (Shape::Image([channels, ..]), &[rows, columns]) => Shape::Image([*channels, rows, columns]),
        (Shape::Sequence([_, features]), &[steps]) => Shape::Sequence([steps, *features]),
        _ => return Err(call.needs_positions()),
    };
    Ok(Given::layer(Layer::plain(text), Value { shape, ..call.input.clone() }))
}

/// Returns the setting that says by what averages are divided; only padding makes a difference.
fn divisor(call: &Call<'_>, window: &Window, is_padded: bool) -> Result<Option<String>, String> {
    if window.dilation.iter().any(|&dilation| dilation != 1) {
        let dilation = &window.dilation;
        return Err(format!("its attribute `dilations` is {dilation:?}, and typenet has averages only without"));
    }
    let counts = call.integer("count_include_pad", 0)? != 0;
    Ok(is_padded.then(|| format!("divisor = {}", if counts { "Window" } else { "Inside" })))
}

/// One value for each channel, with axes of size 1 in place of the positions.
fn whole(call: &Call<'_>, name: &str) -> Result<Given, String> {
    call.reads_at(0)?;
    let (channels, axes) = match (call.image(), call.sequence()) {
        (Some([channels, ..]), _) => (channels, 2),
        (_, Some([_, features])) => (features, 1),
        _ => return Err(call.needs_positions()),
    };
    let value = Value::plain(Shape::Vector([channels]));
    let kept = value.axes.iter().copied().chain(vec![Axis::One; axes]).collect();
    Ok(Given::layer(Layer::plain(format!("{name}{axes}d")), value.with_axes(kept)))
}

/// The same over all positions, wherever their axes are.
fn reduced(call: &Call<'_>, name: &str) -> Result<Given, String> {
    call.reads_at(0)?;
    let input = call.input;
    let places = call.list("axes", 1)?.unwrap_or_default();
    let places = places.iter().map(|&at| input.place(at)).collect::<Result<Vec<_>, _>>()?;
    let joined = input.shape.joined();
    let channels = input.shape.sizes()[joined];
    let is_position = |axis: &Axis| matches!(axis, Axis::Of(at) if *at != joined);
    let is_reduced = |(place, axis): (usize, &Axis)| is_position(axis) == places.contains(&place);
    let axes = input.shape.sizes().len() - 1;
    if axes == 0 || !input.axes.iter().enumerate().all(is_reduced) || matches!(input.shape, Shape::Tokens(_)) {
        return Err(format!(
            "it reduces the axes {places:?} of {}, and typenet only all positions of channels or all steps",
            input.text()
        ));
    }
    let keeps = call.integer("keepdims", 1)? != 0;
    let kept = input.axes.iter().filter_map(|axis| match axis {
        Axis::Of(at) if *at == joined => Some(Axis::Of(0)),
        Axis::Of(_) => keeps.then_some(Axis::One),
        other => Some(*other),
    });
    let value = Value::plain(Shape::Vector([channels])).with_axes(kept.collect());
    Ok(Given::layer(Layer::plain(format!("{name}{axes}d")), value))
}
