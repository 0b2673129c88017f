//! `RNN`, `GRU` and `LSTM`.

use super::{Call, Given, Operator};
use crate::onnx::model::Attribute;
use crate::onnx::step::Layer;
use crate::onnx::tensor::Tensor;
use crate::onnx::value::{Axis, Shape, Value};

pub(super) const OPERATORS: &[Operator] = &[
    Operator::new("RNN", &["activations", "direction", "hidden_size", "layout"], |call| {
        recurrent(call, &Cell { layer: "Rnn", gates: &[0], activations: &["Tanh"] })
    }),
    Operator::new("GRU", &["activations", "direction", "hidden_size", "layout", "linear_before_reset"], |call| {
        // ONNX has the gates z, r, n, and PyTorch r, z, n.
        recurrent(call, &Cell { layer: "Gru", gates: &[1, 0, 2], activations: &["Sigmoid", "Tanh"] })
    }),
    Operator::new("LSTM", &["activations", "direction", "hidden_size", "input_forget", "layout"], |call| {
        call.requires("input_forget", 0, 0)?;
        // ONNX has the gates i, o, f, c, and PyTorch i, f, c, o.
        recurrent(call, &Cell { layer: "Lstm", gates: &[0, 2, 3, 1], activations: &["Sigmoid", "Tanh", "Tanh"] })
    }),
];

/// What a recurrent layer has.
struct Cell {
    layer: &'static str,
    /// Which gate of ONNX each of ours is.
    gates: &'static [usize],
    activations: &'static [&'static str],
}

/// The weights of a recurrent layer, with its gates in our order.
struct Weights {
    units: usize,
    input: Tensor,
    state: Tensor,
    bias_of_input: Tensor,
    bias_of_state: Tensor,
}

fn recurrent(call: &Call<'_>, cell: &Cell) -> Result<Given, String> {
    call.reads_at(0)?;
    begins_with_zeros(call)?;
    if let Some(other) = call.node.attributes.get("activations") {
        has_usual(other, cell.activations)?;
    }
    let is_backward = is_backward(call)?;
    let is_batch_first = call.integer("layout", 0)? != 0;
    let [first, second] = if is_batch_first { [Axis::Batch, Axis::Of(0)] } else { [Axis::Of(0), Axis::Batch] };
    let steps_and_features = match call.input.shape {
        Shape::Sequence(sizes) if call.input.axes == [first, second, Axis::Of(1)] => Some(sizes),
        _ => None,
    };
    let [steps, features] = steps_and_features.ok_or_else(|| needs_sequence(call))?;
    let weights = read(call, cell, features)?;
    let resets_before = cell.layer == "Gru" && call.integer("linear_before_reset", 0)? == 0;
    let settings = super::window::in_parentheses([
        is_backward.then(|| "direction = Backward".to_owned()),
        resets_before.then(|| "reset = Before".to_owned()),
    ]);
    let units = weights.units;
    let text = format!("{}<{features}, {units}>{settings}", cell.layer);
    let layer = Layer { text, name: call.name(), tensors: tensors(weights, resets_before) };
    match call.output {
        0 => {
            let value = Value::plain(Shape::Sequence([steps, units]));
            let directions = if is_batch_first { [second, Axis::One] } else { [Axis::One, second] };
            Ok(Given::layer(layer, value.with_axes(vec![first, directions[0], directions[1], Axis::Of(1)])))
        }
        // The state in the end, which is that of the last step.
        1 if !is_backward => {
            let [first, second] = if is_batch_first { [Axis::Batch, Axis::One] } else { [Axis::One, Axis::Batch] };
            let value = Value::plain(Shape::Vector([units])).with_axes(vec![first, second, Axis::Of(0)]);
            Ok(Given { layers: vec![layer, Layer::plain("LastStep")], value })
        }
        output => {
            Err(format!("its output {output} is read, and typenet has only the states of all steps and the last one"))
        }
    }
}

/// Returns whether it starts at the last step.
fn is_backward(call: &Call<'_>) -> Result<bool, String> {
    match call.word("direction", "forward")? {
        "forward" => Ok(false),
        "reverse" => Ok(true),
        other => Err(format!("its attribute `direction` is '{other}', and typenet has 'forward' and 'reverse'")),
    }
}

/// Checks that the state in the beginning is zero, and that there is nothing else beside the weights.
fn begins_with_zeros(call: &Call<'_>) -> Result<(), String> {
    if call.has(4) {
        return Err("it has lengths of sequences, and all are as long in typenet".to_owned());
    }
    for place in [5, 6] {
        let zeros = call.optional(place).and_then(Tensor::values).is_some_and(|all| all.iter().all(|&one| one == 0.0));
        if call.has(place) && !zeros {
            return Err("its state in the beginning is not zero".to_owned());
        }
    }
    if call.has(7) { Err("it has peepholes".to_owned()) } else { Ok(()) }
}

/// Checks that the activations are those of the layer.
fn has_usual(found: &Attribute, usual: &[&str]) -> Result<(), String> {
    match found {
        Attribute::Text(text) if text.split(' ').eq(usual.iter().copied()) => Ok(()),
        _ => Err(format!("its attribute `activations` has others than {}", usual.join(", "))),
    }
}

/// Reads the weights of the layer.
fn read(call: &Call<'_>, cell: &Cell, features: usize) -> Result<Weights, String> {
    let weight = call.constant(1, "its weight")?;
    let rows = weight.sizes.get(1).copied().unwrap_or_default();
    let count = cell.gates.len();
    let units = rows / count;
    let [input, state] = [(1, features), (2, units)].map(|(place, columns)| {
        let tensor = call.weights(place, "its weight", &[1, count * units, columns])?;
        Ok::<_, String>(in_order(&tensor, cell, 0, units, columns).with_sizes(vec![count * units, columns]))
    });
    let biases = if call.has(3) {
        call.weights(3, "its bias", &[1, 2 * count * units])?
    } else {
        Call::zeros(weight, 2 * count * units)
    };
    let [bias_of_input, bias_of_state] =
        [0, count * units].map(|start| in_order(&biases, cell, start, units, 1).with_sizes(vec![count * units]));
    Ok(Weights { units, input: input?, state: state?, bias_of_input, bias_of_state })
}

/// Returns the rows of a tensor from the element `start` on, with the gates in our order.
fn in_order(tensor: &Tensor, cell: &Cell, start: usize, units: usize, columns: usize) -> Tensor {
    let gate = units * columns;
    tensor.gathered(vec![cell.gates.len() * gate], |at| start + cell.gates[at / gate] * gate + at % gate)
}

/// Returns the weights by their names in files.
fn tensors(weights: Weights, resets_before: bool) -> Vec<(&'static str, Tensor)> {
    let Weights { units, input, state, bias_of_input, bias_of_state } = weights;
    let mut tensors = vec![("weight_ih_l0", input)];
    if resets_before {
        // The product with the reset state has a tensor of its own.
        tensors.push(("weight_hh_l0", state.gathered(vec![2 * units, units], |at| at)));
        tensors.push(("weight_rh_l0", state.gathered(vec![units, units], |at| 2 * units * units + at)));
    } else {
        tensors.push(("weight_hh_l0", state));
    }
    tensors.extend([("bias_ih_l0", bias_of_input), ("bias_hh_l0", bias_of_state)]);
    tensors
}

fn needs_sequence(call: &Call<'_>) -> String {
    format!(
        "its input is {}, and typenet has this operator only for sequences with their steps where the attribute `layout` says",
        call.input.text()
    )
}
