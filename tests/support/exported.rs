//! Networks as files for `reference/check_onnx.py`: ONNX models with samples and predictions.

use std::path::Path;

use serde_json::json;
use typenet::prelude::*;
use typenet::{Predict, Scalar, Stored, TensorKind, random};

/// The number of samples, which the models do not know.
const SAMPLES: usize = 3;

/// A network with random parameters of every kind, statistics too.
pub(crate) fn filled<N: Network>(seed: u64) -> Box<N> {
    let (mut network, mut rng) = (N::zeroed(), typenet::rng(seed));
    for tensor in N::TENSORS.list() {
        for parameter in &mut network.parameters_mut()[tensor.range] {
            let number = random::uniform(&mut rng);
            let number = if tensor.kind == TensorKind::Variance { 0.5 + number } else { number - 0.5 };
            *parameter = N::Scalar::from_f64(number);
        }
    }
    network
}

/// Samples of normal numbers and of tokens, element by element.
fn samples<S: Shape>(rng: &mut impl rand::Rng, elements: &mut Vec<f64>) {
    if S::PARTS.len() > 1 {
        samples::<S::First>(rng, elements);
        samples::<S::Second>(rng, elements);
        return;
    }
    for _ in 0..S::LEN {
        let number = if S::TOKENS { random::below(rng, S::DIMENSIONS[1]) as f64 } else { random::normal(rng) };
        elements.push(number);
    }
}

/// The lengths of the parts of a shape, and whether they are tokens.
fn parts<S: Shape>() -> Vec<serde_json::Value> {
    if S::PARTS.len() > 1 {
        return [parts::<S::First>(), parts::<S::Second>()].concat();
    }
    vec![json!([S::LEN, S::TOKENS])]
}

/// Writes the model of a network into a folder, with samples and their predictions.
pub(crate) fn write<N: Network<Scalar: Stored>>(title: &str, network: &N, folder: &Path) {
    network.to_onnx(folder.join(format!("{title}.onnx"))).expect("the network has an ONNX form");
    let (mut rng, mut inputs, mut outputs) = (typenet::rng(37), Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        let mut elements = Vec::new();
        samples::<N::Input>(&mut rng, &mut elements);
        let sample: Vec<_> = elements.iter().map(|&element| N::Scalar::from_f64(element)).collect();
        let output = Predict::predict(network, &N::Input::batch(&sample)[0]);
        inputs.extend(sample.iter().map(|element| element.to_f64()));
        outputs.extend(N::Output::flat(&output).iter().map(|element| element.to_f64()));
    }
    let samples = json!({
        "scalar": N::Scalar::NAME,
        "inputs": inputs,
        "outputs": outputs,
        "input_parts": parts::<N::Input>(),
        "output_parts": parts::<N::Output>(),
    });
    std::fs::write(folder.join(format!("{title}.json")), samples.to_string()).expect("the folder can be written");
}
