//! Tokens and positions against PyTorch, and what else holds of them.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use typenet::prelude::*;
use typenet::{Error, Scalar as _};

use crate::recorded::{self, agrees_with_recorded, parameters};
use crate::support::folder::Folder;

network!(struct Learned (Tokens<5, 7>) = letters: Embedding<_, 3>, positions: PositionEmbedding, gru: Gru<_, 2>);
network!(struct Fixed (Tokens<5, 7>) = letters: Embedding<_, 3>, SinePositionEncoding, gru: Gru<_, 2>);

#[test]
fn embeddings_agree_with_pytorch() {
    let file = recorded::file("tokens.json");
    agrees_with_recorded::<f64, Learned<f64>>(&file["f64"]["learned"], "learned positions");
    agrees_with_recorded::<f32, Learned<f32>>(&file["f32"]["learned"], "learned positions");
    agrees_with_recorded::<f64, Fixed<f64>>(&file["f64"]["sine"], "sines");
    agrees_with_recorded::<f32, Fixed<f32>>(&file["f32"]["sine"], "sines");
}

#[cfg(feature = "safetensors")]
#[test]
fn embeddings_of_pytorch_are_read_embedded_and_written() {
    static EMBEDDED: Learned = typenet::weights!(Learned, "../reference/weights_torch_tokens.safetensors");
    let expected: Vec<f32> = parameters::<Learned>(&recorded::file("tokens.json")["f32"]["learned"]["parameters"])
        .into_iter()
        .map(f32::from_f64)
        .collect();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/weights_torch_tokens.safetensors");
    let network = Learned::load(path).unwrap();
    assert_eq!(network.parameters(), expected);
    assert_eq!(EMBEDDED.parameters(), expected);
    let folder = Folder::new("tokens");
    network.save(folder.path("tokens.safetensors")).unwrap();
    assert_eq!(Learned::load(folder.path("tokens.safetensors")).unwrap().parameters(), expected);
}

#[test]
fn only_the_vectors_of_the_tokens_in_a_batch_have_a_gradient() {
    network!(struct Look (Tokens<3, 6>) = letters: Embedding<_, 2>);
    let (network, mut gradient) = (Look::zeroed(), Gradient::<Look>::zeroed());
    let inputs = [[1_u8, 4, 1], [4, 4, 1]].map(|indices| Tokens::sample(indices).unwrap());
    let targets = [[[-1.0, -2.0]; 3]; 2];
    let pass = Pass::training(0, 0);
    network.gradient(&inputs, &targets, &MeanSquaredError, &pass, &mut Workspace::new(), &mut gradient).unwrap();
    // Of 6 elements of a sample and 2 samples, 3 steps have each of the two tokens: 2 (0 + 1) / 12 each.
    let near = |value: f32, expected: f32| (value - expected).abs() < 1e-6;
    for token in 0..6 {
        let column = gradient.letters.weight.column(token);
        let expected = if token == 1 || token == 4 { [0.5, 1.0] } else { [0.0; 2] };
        assert!(near(column[0], expected[0]) && near(column[1], expected[1]), "{token}: {column}");
    }
}

#[test]
fn vectors_of_tokens_start_like_those_of_one_hot_inputs() {
    network!(struct Look (Tokens<3, 1000>) = Embedding<_, 5>, PositionEmbedding);
    let network = <Look<f64>>::init(&mut typenet::rng(1));
    let largest = |values: &[f64]| values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    // Glorot: 1 input and 5 outputs.
    assert!((0.99..=1.0).contains(&largest(network.embedding.weight.as_slice())));
    assert!((0.5..=1.0).contains(&largest(network.position_embedding.weight.as_slice())));
    network!(struct Drawn (Tokens<3, 1000>) = #[init(Uniform(-0.05, 0.05))] letters: Embedding<_, 5>);
    let network = <Drawn<f64>>::init(&mut typenet::rng(1));
    assert!((0.0499..=0.05).contains(&largest(network.letters.weight.as_slice())));
    network!(struct Turned (Tokens<3, 4>) = #[init(Orthogonal)] letters: Embedding<_, 4>);
    let network = <Turned<f64>>::init(&mut typenet::rng(1));
    let product = network.letters.weight.transpose() * network.letters.weight;
    assert!((product - nalgebra::SMatrix::<f64, 4, 4>::identity()).norm() < 1e-12);
}

#[test]
fn positions_mark_probabilities_too() {
    network! {
        struct Marked (Sequence<2, 4>) -> Sequence<2, 4> {
            Softmax,
            learned: PositionEmbedding,
            again: Softmax,
            SinePositionEncoding(max_wavelength = 50),
        }
    }
    network!(struct Probabilities (Sequence<2, 4>) = Softmax, again: Softmax);
    let input = [[0.5, -1.0, 2.0, 0.0], [1.0, 0.0, 0.25, -3.0]];
    let probabilities = <Probabilities<f64>>::zeroed().predict(&input);
    let marked = <Marked<f64>>::zeroed().predict(&input);
    for (step, (marked, probabilities)) in marked.into_iter().zip(probabilities).enumerate() {
        let (slow, fast) = (step as f64 / 50.0_f64.sqrt(), step as f64);
        let positions = [fast.sin(), fast.cos(), slow.sin(), slow.cos()];
        for ((marked, probability), position) in marked.into_iter().zip(probabilities).zip(positions) {
            assert!((marked - probability - position).abs() < 1e-12, "{marked}");
        }
    }
}

#[test]
fn tokens_are_checked_where_they_come_in() {
    let classes = || [0, 1].map(|class| Class::<2>::new(class).unwrap());
    let error = Dataset::<Tokens<2, 4>, Class<2>>::of_tokens([[0_u16, 3], [1, 4]], classes()).unwrap_err();
    let found = Error::TokenOutOfRange { sample: Some(1), position: Some(1), token: 4.0, vocabulary: 4 };
    assert_eq!(error, found);
    let error = Dataset::<Tokens<2, 4>, Class<2>>::labelled([[0.0, 3.0], [0.5, 0.0]], [0, 1]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "token 0.5 at position 0 of sample 1 is out of range: the vocabulary has 4 tokens, 0 to 3"
    );
    let data = Dataset::<Tokens<2, 4>, Class<2>>::of_tokens([[0_i64, 3], [1, 2]], classes()).unwrap();
    let labelled = Dataset::<Tokens<2, 4>, Class<2>>::labelled([[0.0, 3.0], [1.0, 2.0]], [0, 1]).unwrap();
    assert_eq!(data, labelled);
    assert_eq!(format!("{:?}", data.inputs()[0]), "[Token(0), Token(3)]");
}
