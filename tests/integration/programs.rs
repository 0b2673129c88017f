//! The programs for Keras and PyTorch of `Summary::keras` and `Summary::torch` are the recorded ones, which give the predictions that
//! networks give here: `reference/run_programs.py` runs them.

use std::fs;
use std::path::{Path, PathBuf};

use typenet::network::Sample;
use typenet::prelude::*;

network!(struct Perceptron = hidden: Dense<5, 4>, LeakyRelu(0.2), Dropout(0.5), output: Dense<4, 3>(bias = false), Softmax);

network! {
    struct Pictures (Image<2, 9, 8>) {
        Pad<1, 0>,
        first: Conv2d<_, 4, 3, 2>(stride = (2, 1), groups = 2),
        BatchNorm,
        Relu,
        MaxPool2d<2>(stride = 1),
        Conv2d<_, 6, 3>(padding = Same, bias = false),
        HardSilu,
        PRelu,
        Upsample<2, 1>,
        AvgPool2d<3>(stride = 2),
        GroupNorm<3>,
        ConvTranspose2d<_, 2, 2>(stride = 2),
        Flatten,
        LayerNorm,
        output: Dense<_, 3>,
    }
}

network! {
    struct Connected (Image<2, 6, 6>) {
        block: Residual(Conv2d<_, 4, 1>) { conv: Conv2d<_, 4, 3>(padding = 1), Tanh },
        blocks: Repeat<2> { norm: BatchNorm, inner: Residual { conv: Conv2d<4, 4, 3>(padding = 1), Relu } },
        paths: Parallel { small: { Conv2d<_, 2, 1> }, large: { Conv2d<_, 3, 3>(padding = 1), Silu }, same: {} },
        GlobalAvgPool2d,
        sums: Parallel(Add) { a: { Dense<9, 3>, Gelu }, b: { Dense<9, 3> } },
        Softmax,
    }
}

network! {
    struct Steps (Tokens<6, 9>) {
        Embedding<_, 4>,
        Conv1d<_, 5, 3>(padding = Causal, dilation = 2),
        GeluTanh,
        Lstm<_, 4>,
        both: Parallel { ahead: { Gru<_, 2> }, back: { Gru<_, 2>(direction = Backward) } },
        SelfAttention<2>(causal = true),
        RmsNorm,
        Rnn<_, 3>(direction = Backward),
        LayerNorm(1e-4),
        LastStep,
        Dense<_, 2>,
    }
}

network!(struct Added (Sequence<4, 3>) = PositionEmbedding, Dense<3, 2>, MaxPool1d<2>(padding = 1), Flatten);

fn reference(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/programs").join(file)
}

/// Compares the programs with those that are recorded, or records them with `UPDATE_PROGRAMS=1`.
fn assert_recorded<N: Network>() {
    let summary = N::summary();
    for (library, program) in [("keras", summary.keras()), ("torch", summary.torch())] {
        let path = reference(&format!("{}_{library}.py", N::NAME.to_lowercase()));
        if std::env::var_os("UPDATE_PROGRAMS").is_some() {
            fs::write(&path, &program).unwrap();
        }
        assert_eq!(program, fs::read_to_string(&path).unwrap(), "{}", path.display());
    }
}

#[test]
fn programs_for_keras_and_pytorch_are_the_recorded_ones() {
    assert_recorded::<Perceptron>();
    assert_recorded::<Pictures>();
    assert_recorded::<Connected>();
    assert_recorded::<Steps>();
    assert_recorded::<Added>();
}

const STRIDE: usize = 2;
const OUTPUTS: usize = 4;

#[test]
fn what_has_no_counterpart_is_a_line_that_says_so() {
    let (keras, torch) = (Added::summary().keras(), Added::summary().torch());
    assert!(keras.contains(
        r#"raise NotImplementedError("position_embedding: PositionEmbedding has no counterpart in Keras: KerasHub has it")"#
    ));
    assert!(keras.contains("has no counterpart in Keras: its padding is no amount"), "{keras}");
    assert!(!torch.contains("NotImplementedError"), "{torch}");
    // Only the compiler knows the value of a constant; a size is known from the shapes.
    network!(struct Constants (Image<1, 8, 8>) = Conv2d<_, OUTPUTS, 3>(stride = STRIDE), Flatten, Dense<36, OUTPUTS>);
    let torch = Constants::summary().torch();
    assert!(torch.contains("the value of `STRIDE` is not known here") && torch.contains("nn.Linear(36, 4"), "{torch}");
    // A layer of the program itself.
    network!(struct Outer (Vector<5>) = inner: Perceptron);
    assert!(
        Outer::summary()
            .keras()
            .contains("inner: Perceptron has no counterpart in Keras: it is not a layer of this library")
    );
}

/// Writes a network with weights without zeros and ones, and its predictions.
#[cfg(feature = "safetensors")]
fn write<N: Network<Scalar = f32>>(
    folder: &Path,
    inputs: &[Sample<N, N::Input>],
    numbers: fn(&Sample<N, N::Input>) -> serde_json::Value,
    values: fn(Sample<N, N::Output>) -> Vec<f32>,
) {
    let mut network = N::init(&mut typenet::rng(7));
    let mut rng = typenet::rng(8);
    for tensor in N::TENSORS.list() {
        for value in &mut network.parameters_mut()[tensor.range] {
            let random: f32 = rand::RngExt::random_range(&mut rng, 0.1..0.9);
            *value = if tensor.name.ends_with("running_var") { random } else { random - 0.5 };
        }
    }
    let name = N::NAME.to_lowercase();
    network.save(folder.join(format!("{name}.safetensors"))).unwrap();
    let predictions: Vec<_> = inputs.iter().map(|input| values(network.predict(input))).collect();
    let inputs: Vec<_> = inputs.iter().map(numbers).collect();
    let recorded = serde_json::json!({ "inputs": inputs, "predictions": predictions });
    fs::write(folder.join(format!("{name}.json")), recorded.to_string()).unwrap();
    for (library, program) in [("keras", N::summary().keras()), ("torch", N::summary().torch())] {
        fs::write(folder.join(format!("{name}_{library}.py")), program).unwrap();
    }
}

/// `PROGRAMS_FOLDER` is where `reference/run_programs.py` reads them.
#[cfg(feature = "safetensors")]
#[test]
#[ignore = "writes files for a script of Python"]
fn programs_with_weights_and_predictions_are_written() {
    let folder = PathBuf::from(std::env::var_os("PROGRAMS_FOLDER").expect("PROGRAMS_FOLDER names a folder"));
    let wave = |index: usize| wave_at(index);
    write::<Perceptron>(&folder, &[[0.5, -1.0, 0.25, 2.0, 0.0], [1.0; 5]], |x| serde_json::json!(x), |y| y.to_vec());
    let picture = |start: usize| -> [[[f32; 8]; 9]; 2] {
        core::array::from_fn(|c| core::array::from_fn(|h| core::array::from_fn(|w| wave(start + 72 * c + 8 * h + w))))
    };
    write::<Pictures>(&folder, &[picture(0), picture(5)], |x| serde_json::json!(x), |y| y.to_vec());
    let picture = |start: usize| -> [[[f32; 6]; 6]; 2] {
        core::array::from_fn(|c| core::array::from_fn(|h| core::array::from_fn(|w| wave(start + 36 * c + 6 * h + w))))
    };
    write::<Connected>(&folder, &[picture(0), picture(5)], |x| serde_json::json!(x), |y| y.to_vec());
    let tokens =
        [[0, 3, 8, 1, 1, 7], [5, 4, 3, 2, 1, 0]].map(|tokens: [i64; 6]| Tokens::<6, 9>::sample(tokens).unwrap());
    write::<Steps>(&folder, &tokens, |x| serde_json::json!(x.map(typenet::Token::index)), |y| y.to_vec());
}

/// A number from -1 to 1 for each index.
#[cfg(feature = "safetensors")]
fn wave_at(index: usize) -> f32 {
    let step = u8::try_from(index * 37 % 64).unwrap();
    f32::from(step) / 32.0 - 1.0
}
