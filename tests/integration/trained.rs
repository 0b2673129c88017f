//! A network that was trained in Keras and one that was trained in PyTorch give their predictions and their accuracy here.
#![cfg(all(feature = "keras", feature = "onnx"))]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use typenet::prelude::*;

network! {
    /// What `make_trained.py` trains in Keras, whose normalizations have another ε by default.
    struct Cnn (Image<1, 8, 8>) {
        conv: Conv2d<_, 8, 3>(padding = Same),
        norm: BatchNorm(1e-3),
        Relu,
        MaxPool2d<2>,
        conv2: Conv2d<_, 16, 3>(padding = Same),
        Relu,
        Flatten,
        output: Dense<_, 10>,
        Softmax,
    }
}

typenet::network_from_onnx!(struct Mlp = "../reference/trained_mlp.onnx");

static MLP: Mlp = Mlp::trained();

/// The folder of a training, `TRAINED_FOLDER`, or that of the recorded one.
fn folder() -> PathBuf {
    std::env::var_os("TRAINED_FOLDER")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("reference"), PathBuf::from)
}

fn recorded(folder: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join("trained.json")).unwrap()).unwrap()
}

fn assert_predictions(recorded: &Value, network: &str, predict: impl Fn(&[f32; 64]) -> [f32; 10]) {
    let inputs: Vec<Vec<f32>> = serde_json::from_value(recorded["inputs"].clone()).unwrap();
    let predictions: Vec<[f32; 10]> = serde_json::from_value(recorded[network]["predictions"].clone()).unwrap();
    assert_eq!((inputs.len(), predictions.len()), (12, 12));
    for (input, expected) in inputs.into_iter().zip(predictions) {
        let found = predict(&input.try_into().unwrap());
        let difference =
            found.iter().zip(expected).map(|(found, expected)| (found - expected).abs()).fold(0.0, f32::max);
        assert!(difference < 1e-6, "{network}: {found:?}, {expected:?}");
    }
    assert!(recorded[network]["accuracy"].as_f64().unwrap() > 0.85);
}

fn image(pixels: &[f32; 64]) -> [[[f32; 8]; 8]; 1] {
    [core::array::from_fn(|row| core::array::from_fn(|column| pixels[8 * row + column]))]
}

#[test]
fn a_convolutional_network_of_keras_predicts_here_what_it_predicts_there() {
    let network = Cnn::load(folder().join("trained_cnn.keras")).unwrap();
    assert_predictions(&recorded(&folder()), "cnn", |pixels| network.predict(&image(pixels)));
}

#[test]
fn a_perceptron_of_pytorch_predicts_here_what_it_predicts_there() {
    // The model is part of the program, so its values are the recorded ones.
    let recorded = recorded(&Path::new(env!("CARGO_MANIFEST_DIR")).join("reference"));
    assert_predictions(&recorded, "mlp", |pixels| MLP.predict(pixels));
}
