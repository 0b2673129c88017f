//! Gate R2 for files: weights that PyTorch and Keras wrote give the answers that they gave there.
//!
//! How the files were made, and how ours are read there: `reference/README.md`.
#![cfg(feature = "safetensors")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use typenet::{Scalar, Stored, prelude::*};

network! {
    struct Classifier {
        hidden: Dense<5, 7>,
        Tanh,
        middle: Dense<7, 6>,
        Relu,
        output: Dense<6, 3>,
        Softmax,
    }
}

fn reference(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reference").join(file)
}

fn rows<const N: usize>(value: &Value) -> Vec<[f64; N]> {
    serde_json::from_value::<Vec<Vec<f64>>>(value.clone())
        .unwrap()
        .into_iter()
        .map(|row| row.try_into().unwrap())
        .collect()
}

/// Loads a file and compares the answers, in numbers of type `T`.
fn assert_answers<T: Scalar + Stored + typenet::kernel::Kernels>(case: &Value, inputs: &[[f64; 5]], tolerance: f64) {
    let file = case["file"].as_str().unwrap();
    let network = <Classifier<T> as Weights>::load(reference(file)).unwrap();
    let answers = rows::<3>(&case["answers"]);
    assert_eq!(answers.len(), inputs.len());
    for (input, expected) in inputs.iter().zip(&answers) {
        let found = network.predict(&input.map(T::from_f64));
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found.to_f64() - expected).abs() <= tolerance, "{file} in {}: {found}, {expected}", T::NAME);
        }
    }
}

fn recorded(file: &str) -> (Vec<[f64; 5]>, Vec<Value>) {
    let recorded: Value = serde_json::from_str(&fs::read_to_string(reference(file)).unwrap()).unwrap();
    (rows(&recorded["inputs"]), recorded["cases"].as_array().unwrap().clone())
}

#[test]
fn weights_of_pytorch_give_its_answers() {
    let (inputs, cases) = recorded("weights_torch.json");
    assert_eq!(cases.len(), 4);
    for case in cases {
        assert_answers::<f64>(&case, &inputs, 1e-12);
        if case["file"] == "weights_torch_float64.safetensors" {
            let error = Classifier::load(reference("weights_torch_float64.safetensors")).unwrap_err().to_string();
            assert!(error.contains("6 wrong tensors") && error.contains("is of type F64"), "{error}");
        } else {
            assert_answers::<f32>(&case, &inputs, 1e-5);
        }
    }
}

network! {
    struct Images (Image<2, 6, 9>) {
        first: Conv2d<_, 5, 3>(stride = 2, padding = 1),
        Relu,
        second: Conv2d<_, 3, 2>,
        Tanh,
        Flatten,
        output: Dense<_, 4>,
        Softmax,
    }
}

/// A convolution keeps its weight in another order in memory, and in PyTorch's in files.
#[test]
fn convolutions_of_pytorch_give_its_predictions_and_are_written_as_they_were() {
    let recorded: Value =
        serde_json::from_str(&fs::read_to_string(reference("weights_torch_images.json")).unwrap()).unwrap();
    let images: Vec<[[[f64; 9]; 6]; 2]> = serde_json::from_value(recorded["inputs"].clone()).unwrap();
    let predictions: Vec<[f64; 4]> = serde_json::from_value(recorded["predictions"].clone()).unwrap();
    let file = reference("weights_torch_images.safetensors");
    let network = <Images<f64> as Weights>::load(&file).unwrap();
    for (image, expected) in images.iter().zip(&predictions) {
        let found = network.predict(image);
        assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12), "{found:?}");
    }
    let theirs = fs::read(&file).unwrap();
    let ours = Images::load(&file).unwrap().to_safetensors().unwrap();
    let tensor = |bytes: &[u8], name: &str| {
        let file = safetensors::SafeTensors::deserialize(bytes).unwrap();
        let tensor = file.tensor(name).unwrap();
        (tensor.shape().to_vec(), tensor.data().to_vec())
    };
    for name in ["first.weight", "first.bias", "second.weight", "output.weight"] {
        assert_eq!(tensor(&ours, name), tensor(&theirs, name), "{name}");
    }
    assert_eq!(tensor(&ours, "first.weight").0, [5, 2, 3, 3]);
}

network! {
    struct Convolutions (Image<4, 6, 6>) {
        grouped: Conv2d<_, 6, 3, 2>(stride = (2, 1), padding = (1, 0), groups = 2),
        Relu,
        depthwise: Conv2d<_, 6, 3>(padding = 2, dilation = 2, groups = _),
        Tanh,
        up: ConvTranspose2d<_, 4, 3>(stride = 2, padding = 1, output_padding = 1, groups = 2),
        Tanh,
        Flatten,
        output: Dense<_, 3>,
        Softmax,
    }
}

#[test]
fn grouped_and_transposed_convolutions_of_pytorch_give_its_predictions_and_are_written_as_they_were() {
    let recorded: Value =
        serde_json::from_str(&fs::read_to_string(reference("weights_torch_convolutions.json")).unwrap()).unwrap();
    let images: Vec<[[[f64; 6]; 6]; 4]> = serde_json::from_value(recorded["inputs"].clone()).unwrap();
    let predictions: Vec<[f64; 3]> = serde_json::from_value(recorded["predictions"].clone()).unwrap();
    let file = reference("weights_torch_convolutions.safetensors");
    let network = <Convolutions<f64> as Weights>::load(&file).unwrap();
    for (image, expected) in images.iter().zip(&predictions) {
        let found = network.predict(image);
        assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12), "{found:?}");
    }
    let theirs = fs::read(&file).unwrap();
    let ours = Convolutions::load(&file).unwrap().to_safetensors().unwrap();
    let tensor = |bytes: &[u8], name: &str| {
        let file = safetensors::SafeTensors::deserialize(bytes).unwrap();
        let tensor = file.tensor(name).unwrap();
        (tensor.shape().to_vec(), tensor.data().to_vec())
    };
    for (name, shape) in
        [("grouped.weight", [6, 2, 3, 2]), ("depthwise.weight", [6, 1, 3, 3]), ("up.weight", [6, 2, 3, 3])]
    {
        assert_eq!(tensor(&ours, name), tensor(&theirs, name), "{name}");
        assert_eq!(tensor(&ours, name).0, shape);
    }
}

network! {
    struct Sequences (Sequence<7, 3>) -> Sequence<6, 8> {
        first: Conv1d<_, 4, 3>(padding = Causal, dilation = 2),
        Tanh,
        depthwise: Conv1d<_, 8, 2>(groups = _),
    }
}

#[test]
fn convolutions_of_sequences_of_pytorch_give_its_predictions() {
    let recorded: Value =
        serde_json::from_str(&fs::read_to_string(reference("weights_torch_sequences.json")).unwrap()).unwrap();
    let inputs: Vec<[[f64; 3]; 7]> = serde_json::from_value(recorded["inputs"].clone()).unwrap();
    let predictions: Vec<[[f64; 8]; 6]> = serde_json::from_value(recorded["predictions"].clone()).unwrap();
    let network = <Sequences<f64> as Weights>::load(reference("weights_torch_sequences.safetensors")).unwrap();
    for (input, expected) in inputs.iter().zip(&predictions) {
        let found = network.predict(input);
        let pairs = found.iter().flatten().zip(expected.iter().flatten());
        assert!(pairs.into_iter().all(|(found, expected)| (found - expected).abs() < 1e-12), "{found:?}");
    }
    assert_eq!(Sequences::<f64>::TENSORS.list()[2].shape, [8, 1, 2]);
}

network! {
    struct WithoutBias (Image<2, 5, 4>) {
        conv: Conv2d<_, 4, 3>(padding = 1, groups = 2, bias = false),
        Tanh,
        up: ConvTranspose2d<_, 3, 2>(stride = 2, bias = false),
        Tanh,
        Reshape<Sequence<_, 8>>,
        steps: Conv1d<_, 5, 4>(stride = 3, bias = false),
        Tanh,
        Flatten,
        output: Dense<_, 3>(bias = false),
        Softmax,
    }
}

static WITHOUT_BIAS: WithoutBias =
    typenet::weights!(WithoutBias, "../reference/weights_torch_without_bias.safetensors");

#[test]
fn layers_without_a_bias_of_pytorch_give_its_predictions_and_are_written_as_they_were() {
    let recorded: Value =
        serde_json::from_str(&fs::read_to_string(reference("weights_torch_without_bias.json")).unwrap()).unwrap();
    let images: Vec<[[[f64; 4]; 5]; 2]> = serde_json::from_value(recorded["inputs"].clone()).unwrap();
    let predictions: Vec<[f64; 3]> = serde_json::from_value(recorded["predictions"].clone()).unwrap();
    let file = reference("weights_torch_without_bias.safetensors");
    let network = <WithoutBias<f64> as Weights>::load(&file).unwrap();
    for (image, expected) in images.iter().zip(&predictions) {
        let found = network.predict(image);
        assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12), "{found:?}");
    }
    let (theirs, ours) = (fs::read(&file).unwrap(), WithoutBias::load(&file).unwrap());
    assert_eq!(ours.parameters(), WITHOUT_BIAS.parameters());
    let tensors = |bytes: &[u8]| {
        let file = safetensors::SafeTensors::deserialize(bytes).unwrap();
        let mut tensors: Vec<_> = file.iter().map(|(name, tensor)| (name.to_owned(), tensor.data().to_vec())).collect();
        tensors.sort();
        tensors
    };
    let ours = tensors(&ours.to_safetensors().unwrap());
    assert_eq!(ours.len(), 4);
    assert_eq!(ours, tensors(&theirs));
    // A layer with a bias finds none in the file.
    network!(struct WithBias (Image<2, 5, 4>) {
        conv: Conv2d<_, 4, 3>(padding = 1, groups = 2), Tanh,
        up: ConvTranspose2d<_, 3, 2>(stride = 2, bias = false), Tanh,
        Reshape<Sequence<_, 8>>,
        steps: Conv1d<_, 5, 4>(stride = 3, bias = false), Tanh,
        Flatten, output: Dense<_, 3>(bias = false), Softmax,
    });
    let error = WithBias::load(&file).unwrap_err().to_string();
    assert!(error.contains("conv.bias"), "{error}");
}

#[test]
fn weights_of_keras_give_its_answers() {
    let (inputs, cases) = recorded("weights_keras.json");
    assert_eq!(cases.len(), 1);
    // Keras computed them in single precision.
    assert_answers::<f32>(&cases[0], &inputs, 1e-5);
    assert_answers::<f64>(&cases[0], &inputs, 1e-5);
}

/// `make_weights.py check` loads what this writes into PyTorch.
#[test]
fn files_for_pytorch_are_written() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (inputs, _) = recorded("weights_torch.json");
    let inputs: Vec<[f32; 5]> = inputs.iter().map(|input| input.map(Scalar::from_f64)).collect();
    let network = Classifier::init(&mut typenet::rng(37));
    network.save_with_scaler(&Standardizer::fit(&inputs), folder.join("typenet.safetensors")).unwrap();
    let answers = json!({ "answers": network.predict_batch(&inputs) });
    fs::write(folder.join("typenet.json"), answers.to_string()).unwrap();
}

network! {
    /// LeNet-5 as in `examples/fashion_mnist.rs`.
    struct LeNet (Image<1, 28, 28>) {
        conv1: Conv2d<_, 6, 5>, Relu, MaxPool2d<2>,
        conv2: Conv2d<_, 16, 5>, Relu, MaxPool2d<2>,
        Flatten,
        fc1: Dense<_, 120>, Relu,
        fc2: Dense<_, 84>, Relu,
        fc3: Dense<_, 10>, Softmax,
    }
}

/// Compares the logits of LeNet-5 with those of another library in the same precision.
fn assert_logits<T: Scalar + Stored + typenet::kernel::Kernels>(images: &Value, logits: &Value, tolerance: f64) {
    let network = <LeNet<T> as Weights>::load(reference("weights_lenet.safetensors")).unwrap();
    let images: Vec<[[f64; 28]; 28]> = serde_json::from_value(images.clone()).unwrap();
    let images: Vec<[[[T; 28]; 28]; 1]> = images.iter().map(|image| [image.map(|row| row.map(T::from_f64))]).collect();
    let mut workspace = Workspace::for_samples(images.len());
    let found = network.forward(&images, &Pass::inference(), &mut workspace).unwrap();
    let expected = rows::<10>(logits);
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
        assert!((found.to_f64() - expected).abs() <= tolerance, "{}: {found} here, {expected} there", T::NAME);
    }
}

/// Keras computes with channels last and kernels in another order, from the weights of PyTorch.
#[test]
fn lenet_has_the_logits_of_pytorch_and_keras() {
    let recorded =
        |file: &str| -> Value { serde_json::from_str(&fs::read_to_string(reference(file)).unwrap()).unwrap() };
    let torch = recorded("weights_lenet_torch.json");
    assert_eq!((LeNet::<f64>::PARAMETERS, torch["inputs"].as_array().unwrap().len()), (44_426, 3));
    for file in ["weights_lenet_torch.json", "weights_lenet_keras.json"] {
        let logits = &recorded(file)["logits"];
        assert_logits::<f64>(&torch["inputs"], &logits["f64"], 1e-12);
        assert_logits::<f32>(&torch["inputs"], &logits["f32"], 1e-5);
    }
}

static EMBEDDED: Classifier = typenet::weights!(Classifier, "../reference/weights_torch_float32.safetensors");
static DOUBLE: Classifier<f64> = typenet::weights!(Classifier<f64>, "../reference/weights_torch_float64.safetensors");

#[test]
fn embedded_weights_have_the_bits_of_loaded_ones() {
    let loaded = Classifier::load(reference("weights_torch_float32.safetensors")).unwrap();
    assert_eq!(EMBEDDED.parameters(), loaded.parameters());
    let loaded = <Classifier<f64> as Weights>::load(reference("weights_torch_float64.safetensors")).unwrap();
    assert_eq!(DOUBLE.parameters(), loaded.parameters());
}
