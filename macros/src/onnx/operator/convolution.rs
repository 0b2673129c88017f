//! `Conv`: `Conv2d` and `Conv1d`.

use super::window::{self, Padding, Window};
use super::{Call, Given, Operator};
use crate::onnx::step::Layer;
use crate::onnx::tensor::Tensor;
use crate::onnx::value::{Shape, Value};

pub(super) const OPERATORS: &[Operator] =
    &[Operator::new("Conv", &["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"], convolution)];

/// The channels and the weights of a convolution.
struct Filters {
    input: usize,
    output: usize,
    groups: usize,
    tensors: Vec<(&'static str, Tensor)>,
}

fn convolution(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(0)?;
    match (call.image(), call.sequence()) {
        (Some([channels, rows, columns]), _) => of_images(call, channels, [rows, columns]),
        (_, Some([steps, features])) => of_sequences(call, features, steps),
        _ => Err(call.needs_positions()),
    }
}

fn of_images(call: &Call<'_>, channels: usize, sizes: [usize; 2]) -> Result<Given, String> {
    let (filters, window) = read(call, channels, &sizes)?;
    let [rows, columns] = [window.positions(0, sizes[0])?, window.positions(1, sizes[1])?];
    let (before, padding) = match window.padding(&sizes) {
        Padding::Of(amounts) => (None, window::setting("padding", &amounts, &[0, 0])),
        Padding::Same => (None, Some("padding = Same".to_owned())),
        Padding::Causal => return Err("its padding is one of steps".to_owned()),
        Padding::Uneven(amounts) => {
            let [[top, bottom], [left, right]] = amounts[..] else { return Err("it pads no image".to_owned()) };
            (Some(Layer::plain(format!("Pad<{top}, {left}, {bottom}, {right}>"))), None)
        }
    };
    let settings = window::in_parentheses([
        window::setting("stride", &window.stride, &[1, 1]),
        padding,
        window::setting("dilation", &window.dilation, &[1, 1]),
        window::setting("groups", &[filters.groups], &[1]),
        without_bias(&filters.tensors),
    ]);
    let (input, output, kernel) = (filters.input, filters.output, window::sizes(&window.kernel));
    let text = format!("Conv2d<{input}, {output}, {kernel}>{settings}");
    let layer = Layer { text, name: call.name(), tensors: filters.tensors };
    let layers = before.into_iter().chain([layer]).collect();
    Ok(Given { layers, value: Value::plain(Shape::Image([output, rows, columns])) })
}

fn of_sequences(call: &Call<'_>, features: usize, steps: usize) -> Result<Given, String> {
    let (filters, window) = read(call, features, &[steps])?;
    let positions = window.positions(0, steps)?;
    let padding = match window.padding(&[steps]) {
        Padding::Of(amounts) => window::setting("padding", &amounts, &[0]),
        Padding::Same => Some("padding = Same".to_owned()),
        Padding::Causal => Some("padding = Causal".to_owned()),
        Padding::Uneven(amounts) => {
            return Err(format!(
                "its attribute `pads` is {:?}, and typenet pads a sequence evenly, by `Same` or by `Causal`",
                amounts[0]
            ));
        }
    };
    let settings = window::in_parentheses([
        window::setting("stride", &window.stride, &[1]),
        padding,
        window::setting("dilation", &window.dilation, &[1]),
        window::setting("groups", &[filters.groups], &[1]),
        without_bias(&filters.tensors),
    ]);
    let (input, output, kernel) = (filters.input, filters.output, window::sizes(&window.kernel));
    let text = format!("Conv1d<{input}, {output}, {kernel}>{settings}");
    let layer = Layer { text, name: call.name(), tensors: filters.tensors };
    let value = Value { shape: Shape::Sequence([positions, output]), ..call.input.clone() };
    Ok(Given::layer(layer, value))
}

/// Reads the weights and the window of a convolution of so many channels over an input with these sizes.
fn read(call: &Call<'_>, channels: usize, sizes: &[usize]) -> Result<(Filters, Window), String> {
    let weight = call.constant(1, "its weight")?;
    let [output, _, kernel @ ..] = &weight.sizes[..] else {
        return Err(format!("its weight is of shape {:?}", weight.sizes));
    };
    let groups = group_count(call)?;
    let wanted: Vec<usize> = [*output, channels / groups].into_iter().chain(kernel.iter().copied()).collect();
    let named = call.amounts("kernel_shape", kernel.len(), 0)?;
    if kernel.len() != sizes.len() || named != kernel && named.iter().any(|&size| size != 0) {
        return Err(format!(
            "its weight is of shape {:?}, which does not fit its input {}",
            weight.sizes,
            call.input.text()
        ));
    }
    let mut tensors = vec![("weight", call.weights(1, "its weight", &wanted)?)];
    if call.has(2) {
        tensors.push(("bias", call.weights(2, "its bias", &[*output])?));
    }
    let window = Window::read(call, kernel.to_vec(), sizes)?;
    Ok((Filters { input: channels, output: *output, groups, tensors }, window))
}

/// Returns the number of groups.
pub(super) fn group_count(call: &Call<'_>) -> Result<usize, String> {
    let groups = usize::try_from(call.integer("group", 1)?).ok().filter(|&groups| groups > 0);
    groups.ok_or_else(|| "its attribute `group` is below 1".to_owned())
}

/// Returns the setting of a layer without a bias.
pub(super) fn without_bias(tensors: &[(&'static str, Tensor)]) -> Option<String> {
    (tensors.len() < 2).then(|| "bias = false".to_owned())
}
