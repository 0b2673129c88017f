//! Recurrent layers against PyTorch and Keras, and what else holds of them.
//!
//! The recorded values, how they were made and in what form they are stored: `reference/README.md`.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use serde_json::Value;
use typenet::Scalar as _;
use typenet::prelude::*;

use crate::recorded::{self, agrees_with_recorded, parameters};

network!(struct Simple (Sequence<5, 2>) = first: Rnn<_, 4>, second: Rnn<_, 3>(direction = Backward));
network!(struct Gated (Sequence<5, 2>) = first: Gru<_, 4>, second: Gru<_, 3>(Backward));
network!(struct Long (Sequence<5, 2>) = first: Lstm<_, 4>, second: Lstm<_, 3>(direction = Backward));
network!(struct Reset (Sequence<5, 2>) = first: Gru<_, 4>(reset = Before), second: Gru<_, 3>(Backward, Before));
network!(struct ResetOnce (Sequence<1, 1>) = first: Gru<_, 1>(Forward, Before), second: Gru<_, 1>(Backward, reset = Before));
network! {
    struct ResetLong<const N: usize, const H: usize> (Sequence<13, N>) {
        first: Gru<_, H>(reset = Before),
        second: Gru<_, 5>(direction = Backward, reset = Before),
    }
}
network!(struct Last (Sequence<5, 2>) = first: Lstm<_, 3>, LastStep);
network! {
    struct Bidirectional (Sequence<5, 2>) -> Sequence<5, 6> {
        both: Parallel { ahead: { gru: Gru<_, 3> }, back: { gru: Gru<_, 3>(direction = Backward) } },
    }
}

fn recorded() -> Value {
    recorded::file("recurrent.json")
}

#[test]
fn recurrent_layers_agree_with_pytorch() {
    let file = recorded();
    agrees_with_recorded::<f64, Simple<f64>>(&file["f64"]["rnn"], "RNN");
    agrees_with_recorded::<f32, Simple<f32>>(&file["f32"]["rnn"], "RNN");
    agrees_with_recorded::<f64, Gated<f64>>(&file["f64"]["gru"], "GRU");
    agrees_with_recorded::<f32, Gated<f32>>(&file["f32"]["gru"], "GRU");
    agrees_with_recorded::<f64, Long<f64>>(&file["f64"]["lstm"], "LSTM");
    agrees_with_recorded::<f32, Long<f32>>(&file["f32"]["lstm"], "LSTM");
    agrees_with_recorded::<f64, Last<f64>>(&file["f64"]["last"], "last step");
    agrees_with_recorded::<f32, Last<f32>>(&file["f32"]["last"], "last step");
    agrees_with_recorded::<f64, Bidirectional<f64>>(&file["f64"]["bidirectional"], "bidirectional");
    agrees_with_recorded::<f32, Bidirectional<f32>>(&file["f32"]["bidirectional"], "bidirectional");
}

#[test]
fn units_that_reset_the_state_before_the_product_agree_with_keras() {
    let file = recorded::file("gru.json");
    agrees_with_recorded::<f64, Reset<f64>>(&file["f64"]["short"], "short");
    agrees_with_recorded::<f32, Reset<f32>>(&file["f32"]["short"], "short");
    agrees_with_recorded::<f64, ResetOnce<f64>>(&file["f64"]["single"], "one step");
    agrees_with_recorded::<f32, ResetOnce<f32>>(&file["f32"]["single"], "one step");
    agrees_with_recorded::<f64, ResetLong<3, 17, f64>>(&file["f64"]["long"], "long");
    agrees_with_recorded::<f32, ResetLong<3, 17, f32>>(&file["f32"]["long"], "long");
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
    network! {
        struct Mixed (Sequence<7, 3>) {
            Gru<_, 19>,
            Lstm<_, 5>(direction = Backward),
            Gru<_, 17>(reset = Before),
            Rnn<_, 18>,
            Gru<_, 3>(Backward, Before),
            LastStep,
            Dense<_, 2>,
        }
    }
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
fn biases_of_input_and_state_are_added_if_the_state_is_reset_before() {
    let mut network = <Reset<f64>>::init(&mut typenet::rng(3));
    let other: [_; 3] = std::array::from_fn(|gate| [1.0, 0.5, -0.25, 2.0].map(|bias| bias * (gate + 1) as f64).into());
    let input = [[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5], [1.0, 1.0], [0.0, 3.0]];
    network.first.bias_ih = other;
    let before = network.predict(&input);
    (network.first.bias_ih, network.first.bias_hh) = (network.first.bias_hh, network.first.bias_ih);
    for (before, after) in before.iter().flatten().zip(network.predict(&input).iter().flatten()) {
        assert!((before - after).abs() < 1e-14);
    }
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
