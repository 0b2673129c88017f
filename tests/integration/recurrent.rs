//! Recurrent layers against PyTorch, and what else holds of them.
//!
//! The recorded values, how they were made and in what form they are stored: `reference/README.md`.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use serde_json::Value;
use typenet::kernel::Kernels;
use typenet::prelude::*;
use typenet::{Predict, Scalar as _};

network!(struct Simple (Sequence<5, 2>) = first: Rnn<_, 4>, second: Rnn<_, 3>(direction = Backward));
network!(struct Gated (Sequence<5, 2>) = first: Gru<_, 4>, second: Gru<_, 3>(Backward));
network!(struct Long (Sequence<5, 2>) = first: Lstm<_, 4>, second: Lstm<_, 3>(direction = Backward));
network!(struct Last (Sequence<5, 2>) = first: Lstm<_, 3>, LastStep);
network! {
    struct Bidirectional (Sequence<5, 2>) -> Sequence<5, 6> {
        both: Parallel { ahead: { gru: Gru<_, 3> }, back: { gru: Gru<_, 3>(direction = Backward) } },
    }
}

/// The numbers of nested lists, in their order.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

fn assert_near<T: Kernels>(ours: &[T], theirs: &[f64], what: &str) {
    let tolerance = if T::NAME == "f64" { 1e-12 } else { 1e-5 };
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (position, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        let apart = (ours.to_f64() - theirs).abs();
        assert!(apart <= tolerance * theirs.abs().max(1.0), "{what} at {position}: {ours} here, {theirs} there");
    }
}

/// Returns the tensors that are recorded by name, in the order of memory.
fn parameters<N: Network>(tensors: &Value) -> Vec<f64> {
    let mut all = vec![0.0; N::PARAMETERS];
    for tensor in N::TENSORS.list() {
        let (values, place) = (numbers(&tensors[&tensor.name]), &mut all[tensor.range]);
        let columns = tensor.shape.get(1).copied().unwrap_or(1);
        let rows = tensor.shape[0];
        assert_eq!(values.len(), rows * columns, "{}", tensor.name);
        for (index, value) in values.into_iter().enumerate() {
            place[index % columns * rows + index / columns] = value;
        }
    }
    all
}

type Sample<T> = [[T; 2]; 5];

/// Compares states and gradients of a network, and a prediction of each sample alone.
fn agrees<T, N>(case: &Value, what: &str)
where
    T: Kernels,
    N: Network<Scalar = T, Input = Sequence<5, 2>, Logits = <N as Network>::Output>,
{
    let convert = |value: &Value| -> Vec<T> { numbers(value).into_iter().map(T::from_f64).collect() };
    let mut network = N::zeroed();
    for (place, value) in network.parameters_mut().iter_mut().zip(parameters::<N>(&case["parameters"])) {
        *place = T::from_f64(value);
    }
    let (input, grad_output) = (convert(&case["input"]), convert(&case["grad_output"]));
    let inputs: &[Sample<T>] = <Sequence<5, 2>>::batch(&input);
    let grad_outputs = N::Output::batch(&grad_output);
    let output = numbers(&case["output"]);
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::<N>::zeroed());
    let pass = Pass::training(0, 0);
    let states = network.forward(inputs, &pass, &mut workspace).unwrap();
    assert_near(N::Output::flat_batch(states), &output, what);
    network.backward(inputs, grad_outputs, &pass, &mut workspace, &mut gradient).unwrap();
    assert_near(gradient.parameters(), &parameters::<N>(&case["gradient"]), what);
    for (input, expected) in inputs.iter().zip(output.chunks(N::Output::LEN)) {
        assert_near(N::Output::flat(&Predict::predict(&*network, input)), expected, what);
    }
}

fn recorded() -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reference").join("recurrent.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn recurrent_layers_agree_with_pytorch() {
    let file = recorded();
    agrees::<f64, Simple<f64>>(&file["f64"]["rnn"], "RNN");
    agrees::<f32, Simple<f32>>(&file["f32"]["rnn"], "RNN");
    agrees::<f64, Gated<f64>>(&file["f64"]["gru"], "GRU");
    agrees::<f32, Gated<f32>>(&file["f32"]["gru"], "GRU");
    agrees::<f64, Long<f64>>(&file["f64"]["lstm"], "LSTM");
    agrees::<f32, Long<f32>>(&file["f32"]["lstm"], "LSTM");
    agrees::<f64, Last<f64>>(&file["f64"]["last"], "last step");
    agrees::<f32, Last<f32>>(&file["f32"]["last"], "last step");
    agrees::<f64, Bidirectional<f64>>(&file["f64"]["bidirectional"], "bidirectional");
    agrees::<f32, Bidirectional<f32>>(&file["f32"]["bidirectional"], "bidirectional");
}

#[cfg(feature = "safetensors")]
#[test]
fn weights_of_pytorch_are_read_by_their_names() {
    fn reads<N: Network<Scalar = f32> + Weights>(kind: &str) {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reference");
        let network = N::load(folder.join(format!("weights_torch_{kind}.safetensors"))).unwrap();
        let expected: Vec<f32> =
            parameters::<N>(&recorded()["f32"][kind]["parameters"]).into_iter().map(f32::from_f64).collect();
        assert_eq!(network.parameters(), expected);
    }
    reads::<Simple>("rnn");
    reads::<Gated>("gru");
    reads::<Long>("lstm");
}

#[test]
fn a_sequence_has_the_same_bits_alone_and_among_others() {
    network!(struct Mixed (Sequence<7, 3>) = Gru<_, 19>, Lstm<_, 5>(direction = Backward), Rnn<_, 18>, LastStep, Dense<_, 2>);
    let network = Mixed::init(&mut typenet::rng(37));
    let values: Vec<f32> = (0..65 * 7 * 3_u16).map(|k| (f32::from(k) * 0.7).sin()).collect();
    let inputs = <Sequence<7, 3>>::batch(&values);
    let mut workspace = Workspace::for_samples(inputs.len());
    let together = network.forward(inputs, &Pass::inference(), &mut workspace).unwrap().to_vec();
    for (input, together) in inputs.iter().zip(together) {
        assert_eq!(network.predict(input), together);
    }
}

#[test]
fn the_last_state_backwards_is_that_of_the_reversed_sequence() {
    network!(struct Ahead (Sequence<4, 2>) = layer: Lstm<_, 3>);
    network!(struct Back (Sequence<4, 2>) = layer: Lstm<_, 3>(direction = Backward));
    let ahead = Ahead::init(&mut typenet::rng(5));
    let mut back = Back::zeroed();
    back.parameters_mut().copy_from_slice(ahead.parameters());
    let input = [[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5], [1.0, 1.0]];
    let mut reversed = input;
    reversed.reverse();
    let mut states = back.predict(&reversed);
    states.reverse();
    assert_eq!(states, ahead.predict(&input));
}

#[test]
fn states_start_orthogonal_and_cells_start_remembering() {
    network!(struct Alone (Sequence<4, 6>) = layer: Lstm<_, 5>);
    let network = <Alone<f64>>::init(&mut typenet::rng(1));
    let layer = &network.layer;
    // The 5 columns of 20 elements are orthonormal.
    let column = |index: usize| layer.weight_hh[index].iter().flat_map(|gate| gate.iter().copied());
    for (left, right) in (0..5).flat_map(|left| (0..5).map(move |right| (left, right))) {
        let product: f64 = column(left).zip(column(right)).map(|(a, b)| a * b).sum();
        assert!((product - f64::from(u8::from(left == right))).abs() < 1e-12, "{left}, {right}");
    }
    assert!(layer.bias_ih[1].iter().all(|&bias| bias == 1.0), "what the cells keep");
    let sum: f64 = layer.bias_ih.iter().chain(&layer.bias_hh).flat_map(|gate| gate.iter()).sum();
    assert_eq!(sum, 5.0, "other biases are zero");
    // Glorot: 6 inputs and 20 outputs.
    let bound = (6.0_f64 / 26.0).sqrt();
    let largest = layer.weight_ih.iter().flatten().flat_map(|gate| gate.iter()).fold(0.0_f64, |a, b| a.max(b.abs()));
    assert!(largest <= bound && largest > 0.8 * bound, "{largest}");
}
