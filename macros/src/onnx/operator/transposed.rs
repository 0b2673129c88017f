//! `ConvTranspose`: `ConvTranspose2d`.

use super::convolution::{group_count, without_bias};
use super::window;
use super::{Call, Given, Operator};
use crate::onnx::step::Layer;
use crate::onnx::value::{Shape, Value};

pub(super) const OPERATORS: &[Operator] = &[Operator::new(
    "ConvTranspose",
    &["auto_pad", "dilations", "group", "kernel_shape", "output_padding", "output_shape", "pads", "strides"],
    transposed,
)];

/// An axis of a transposed convolution.
struct Axis {
    /// What is left out before and behind.
    cropped: [usize; 2],
    /// What is added behind.
    more: usize,
    /// The size of the output.
    size: usize,
    /// Whether this is what `Same` gives.
    is_same: bool,
}

fn transposed(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(0)?;
    let Some([channels, rows, columns]) = call.image() else {
        return Err(format!(
            "its input is {}, and typenet has this operator only for [batch, channels, rows, columns]",
            call.input.text()
        ));
    };
    let weight = call.constant(1, "its weight")?;
    let &[input, of_group, high, wide] = &weight.sizes[..] else {
        return Err(format!("its weight is of shape {:?}", weight.sizes));
    };
    let (groups, kernel) = (group_count(call)?, [high, wide]);
    let output = of_group.saturating_mul(groups);
    let mut tensors = vec![("weight", call.weights(1, "its weight", &[channels, of_group, high, wide])?)];
    if call.has(2) {
        tensors.push(("bias", call.weights(2, "its bias", &[output])?));
    }
    let [stride, dilation] = [call.amounts("strides", 2, 1)?, call.amounts("dilations", 2, 1)?];
    if [&kernel[..], &stride, &dilation].concat().contains(&0) {
        return Err("a size of its windows is 0".to_owned());
    }
    let axes = [(0, rows), (1, columns)].map(|(axis, size)| {
        let span = (kernel[axis] - 1).saturating_mul(dilation[axis]) + 1;
        along(call, axis, [size, span, stride[axis]])
    });
    let [rows, columns] = axes;
    let (rows, columns) = (rows?, columns?);
    let settings = window::in_parentheses(
        [window::setting("stride", &stride, &[1, 1])].into_iter().chain(padding(&rows, &columns)?).chain([
            window::setting("dilation", &dilation, &[1, 1]),
            window::setting("groups", &[groups], &[1]),
            without_bias(&tensors),
        ]),
    );
    let text = format!("ConvTranspose2d<{input}, {output}, {}>{settings}", window::sizes(&kernel));
    let layer = Layer { text, name: call.name(), tensors };
    Ok(Given::layer(layer, Value::plain(Shape::Image([output, rows.size, columns.size]))))
}

/// Returns the settings for what is left out and added.
fn padding(rows: &Axis, columns: &Axis) -> Result<[Option<String>; 2], String> {
    let even = |axis: &Axis| {
        let [before, behind] = axis.cropped;
        // What is left out more on one side is as much less that is added there.
        Some((before, (axis.more + before).checked_sub(behind)?))
    };
    if let (Some((above, below)), Some((left, right))) = (even(rows), even(columns)) {
        return Ok([
            window::setting("padding", &[above, left], &[0, 0]),
            window::setting("output_padding", &[below, right], &[0, 0]),
        ]);
    }
    if rows.is_same && columns.is_same {
        return Ok([Some("padding = Same".to_owned()), None]);
    }
    let cropped = [rows.cropped, columns.cropped];
    Err(format!("it leaves out {cropped:?} elements along its axes, and typenet as many on both sides, or by `Same`"))
}

/// Returns what is left out of an axis of the input, with its size, the span of a kernel and the stride.
fn along(call: &Call<'_>, axis: usize, [input, span, stride]: [usize; 3]) -> Result<Axis, String> {
    let more = call.amounts("output_padding", 2, 0)?[axis];
    let whole = (input - 1).saturating_mul(stride).saturating_add(span).saturating_add(more);
    let same = input.saturating_mul(stride);
    let auto = call.word("auto_pad", "NOTSET")?;
    let (cropped, more) = match (output(call, axis)?, auto) {
        (None, "NOTSET") => {
            let pads = call.amounts("pads", 4, 0)?;
            ([pads[axis], pads[axis + 2]], more)
        }
        (None, "VALID") => ([0, 0], more),
        (wanted, "NOTSET" | "SAME_UPPER" | "SAME_LOWER") => {
            let wanted = wanted.unwrap_or(same);
            let total = whole.saturating_sub(wanted);
            let (less, rest) = (total / 2, total - total / 2);
            let cropped = if auto == "SAME_UPPER" { [less, rest] } else { [rest, less] };
            (cropped, more + wanted.saturating_sub(whole))
        }
        (_, other) => return Err(format!("its attribute `auto_pad` is '{other}'")),
    };
    let covered = (input - 1).saturating_mul(stride).saturating_add(span).saturating_add(more);
    let size = covered.checked_sub(cropped[0] + cropped[1]).filter(|&size| size > 0);
    let size = size.ok_or("its padding leaves nothing")?;
    let is_same = more == 0 && size == same && cropped[0] == span.saturating_sub(stride) / 2;
    Ok(Axis { cropped, more, size, is_same })
}

/// Returns the size of the output along an axis, if an attribute says it.
fn output(call: &Call<'_>, axis: usize) -> Result<Option<usize>, String> {
    let Some(sizes) = call.integers("output_shape")? else { return Ok(None) };
    // Some exporters write the batch and the channels too.
    let at = sizes.len().checked_sub(2).map(|start| start + axis);
    let size = at.and_then(|at| usize::try_from(*sizes.get(at)?).ok()).filter(|&size| size <= 1 << 24);
    size.map(Some).ok_or_else(|| format!("its attribute `output_shape` is {sizes:?}"))
}
