//! Weights files of Keras give its predictions.
#![cfg(feature = "keras")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use typenet::prelude::*;
use typenet::{Error, WeightsFile, WrongTensor};

fn reference(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reference").join(file)
}

fn recorded(case: &str) -> (Vec<String>, Value, Vec<Vec<f64>>) {
    let all: Value = serde_json::from_str(&fs::read_to_string(reference("keras_files.json")).unwrap()).unwrap();
    let case = &all[case];
    let files = serde_json::from_value(case["files"].clone()).unwrap();
    (files, case["inputs"].clone(), serde_json::from_value(case["predictions"].clone()).unwrap())
}

/// Loads each file, and compares the predictions.
fn assert_predictions<N: Network<Scalar = f32>>(
    case: &str,
    sample: impl Fn(&Value) -> typenet::network::Sample<N, N::Input>,
    values: impl Fn(typenet::network::Sample<N, N::Output>) -> Vec<f32>,
) {
    let (files, inputs, predictions) = recorded(case);
    assert!(files.len() > 1);
    for file in files {
        let network = N::load(reference(&file)).unwrap();
        for (input, expected) in inputs.as_array().unwrap().iter().zip(&predictions) {
            let found = values(network.predict(&sample(input)));
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(expected) {
                assert!((f64::from(*found) - expected).abs() < 1e-6, "{file}: {found}, {expected}");
            }
        }
    }
}

network! {
    struct Images (Image<2, 6, 5>) {
        first: Conv2d<_, 4, 3>(padding = Same),
        Relu,
        BatchNorm,
        Conv2d<_, 4, 3, 2>(groups = 2),
        Tanh,
        Conv2d<_, 8, 2>(groups = _),
        PRelu,
        ConvTranspose2d<_, 3, 2>(stride = 2),
        GroupNorm<1>,
        Flatten,
        LayerNorm,
        Dense<_, 5>,
        Tanh,
        Dense<_, 3>,
        Softmax,
    }
}

#[test]
fn convolutions_normalizations_and_flattened_images_give_the_predictions_of_keras() {
    assert_predictions::<Images>(
        "images",
        |input| serde_json::from_value::<[[[f32; 5]; 6]; 2]>(input.clone()).unwrap(),
        |found| found.to_vec(),
    );
}

network! {
    struct Sequences (Tokens<7, 11>) {
        Embedding<_, 6>,
        Conv1d<_, 5, 3>(padding = Causal),
        Tanh,
        Lstm<_, 4>,
        Gru<_, 4>,
        Gru<_, 6>(reset = Before),
        SelfAttention<2>,
        RmsNorm,
        Rnn<_, 3>,
        Dense<3, 4>,
        GlobalAvgPool1d,
        Dense<_, 2>(bias = false),
    }
}

#[test]
fn recurrent_layers_and_attention_give_the_predictions_of_keras() {
    assert_predictions::<Sequences>(
        "sequences",
        |input| Tokens::<7, 11>::sample(serde_json::from_value::<[i64; 7]>(input.clone()).unwrap()).unwrap(),
        |found| found.to_vec(),
    );
}

network! {
    struct BothWays (Sequence<4, 3>) {
        Parallel { ahead: { Lstm<3, 2> }, back: { Lstm<3, 2>(direction = Backward) } },
        Flatten,
        Dense<_, 2>,
    }
}

#[test]
fn the_halves_of_bidirectional_layers_are_two_layers() {
    assert_predictions::<BothWays>(
        "both_ways",
        |input| serde_json::from_value::<[[f32; 3]; 4]>(input.clone()).unwrap(),
        |found| found.to_vec(),
    );
}

network!(struct Named = output: Dense<3, 4>, Tanh, hidden: Dense<4, 2>);
network!(struct InOrder = Dense<3, 4>, Tanh, Dense<4, 2>);
network!(struct Agreeing = hidden: Dense<3, 4>, Tanh, output: Dense<4, 2>);
network!(struct Wider = Dense<3, 5>, Tanh, Dense<5, 2>, Dense<2, 1>);

#[test]
fn layers_have_the_place_of_their_name_or_their_number_or_that_of_a_pair() {
    let (files, ..) = recorded("named");
    let agreeing = Agreeing::load(reference(&files[0])).unwrap();
    for file in files.iter().map(|file| reference(file)) {
        assert_eq!(Agreeing::load(&file).unwrap().parameters(), agreeing.parameters());
        assert_eq!(InOrder::load(&file).unwrap().parameters(), agreeing.parameters());
        // The names agree, in the wrong order.
        let error = Named::load(&file).unwrap_err();
        assert!(matches!(&error, Error::WrongTensors { wrong, .. } if wrong.len() == 4), "{error}");
        let swapped = || WeightsFile::at(&file).rename([("hidden", "output"), ("output", "hidden")]);
        assert_eq!(Named::load(swapped()).unwrap().parameters(), agreeing.parameters());
        let bytes = fs::read(&file).unwrap();
        assert_eq!(Agreeing::load(WeightsFile::in_memory(&bytes)).unwrap().parameters(), agreeing.parameters());
        assert_eq!(
            <Agreeing<f64> as Weights>::load(&file).unwrap().parameters()[0],
            f64::from(agreeing.parameters()[0])
        );
    }
    let by_path = WeightsFile::at(reference("keras_named.keras"))
        .rename([("layers/dense", "output"), ("layers/dense_1", "hidden")]);
    assert_eq!(Named::load(by_path).unwrap().parameters(), agreeing.parameters());
}

#[test]
fn a_file_that_does_not_fit_is_an_error_with_both_sides() {
    let mut network = Wider::init(&mut typenet::rng(1));
    let before = network.parameters().to_vec();
    let error = network.load_from(reference("keras_named.weights.h5")).unwrap_err();
    assert_eq!(network.parameters(), before);
    let Error::WrongTensors { wrong, .. } = &error else { panic!("{error}") };
    let shape = |name: &str, found: &[usize], expected: &[usize]| WrongTensor::Shape {
        name: name.into(),
        found: found.into(),
        expected: expected.into(),
    };
    assert!(wrong.contains(&shape("dense.weight", &[4, 3], &[5, 3])), "{error}");
    assert!(wrong.contains(&WrongTensor::Missing { name: "dense_3.weight".into(), expected: vec![1, 2] }), "{error}");
    let table = "\
layers in the file → layers of `Wider`
  layers/dense (hidden) [3, 4] [4] → dense: Dense [5, 3] [5]
  layers/dense_1 (output) [4, 2] [2] → dense_2: Dense [2, 5] [2]
  – → dense_3: Dense [1, 2] [1]";
    assert!(error.to_string().ends_with(table), "{error}");
    network!(struct Other (Sequence<4, 3>) = Lstm<3, 2>, Flatten, Dense<8, 2>);
    let error = Other::load(reference("keras_named.keras")).unwrap_err().to_string();
    assert!(error.contains("`layers/dense_1/vars/0` of shape [4, 2] is not expected"), "{error}");
    assert!(error.contains("`lstm.weight_ih_l0` of shape [8, 3] is missing"), "{error}");
    let error = Other::load(reference("keras_named.h5")).unwrap_err().to_string();
    assert!(
        error.contains("its layer `hidden`, which would be `lstm`, is no `Lstm`: it has 2 variables, and not 3"),
        "{error}"
    );
}

#[test]
fn damaged_files_are_errors() {
    for file in ["keras_named.keras", "keras_named.weights.h5", "keras_named.h5"] {
        let bytes = fs::read(reference(file)).unwrap();
        let whole = Agreeing::load(WeightsFile::in_memory(&bytes)).unwrap();
        // Every beginning of the first kilobytes, and some beyond.
        for end in (0..bytes.len()).filter(|end| end % 7 == 0 && end % 97 < 14) {
            let error = Agreeing::load(WeightsFile::in_memory(&bytes[..end])).err();
            assert!(matches!(error, Some(Error::Unreadable { .. } | Error::WrongTensors { .. })), "{file} until {end}");
        }
        for place in (0..bytes.len()).step_by(61) {
            let mut changed = bytes.clone();
            changed[place] ^= 1 << (place % 8);
            if let Ok(network) = Agreeing::load(WeightsFile::in_memory(&changed)) {
                assert!(network.parameters().iter().all(|value| value.is_finite()));
                // An archive has checksums of its contents.
                let same = network.parameters() == whole.parameters();
                assert!(same || file != "keras_named.keras", "{file} changed at {place}");
            }
        }
    }
}
