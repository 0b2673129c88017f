//! Networks become ONNX models, which predict the same.
//!
//! `reference/check_onnx.py` lets `onnx.checker` and onnxruntime read the models that an ignored test writes. Here, those of three
//! networks are what they were when that was last done, and `network_from_onnx!` declares the same networks again.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::path::{Path, PathBuf};

use typenet::kernel::{Isa, Kernels};
use typenet::prelude::*;
use typenet::{Elementwise, Error, Predict, Reads, Site};

use crate::support::exported::{filled, write};

network! {
    pub struct Written (Image<2, 7, 6>) -> Probabilities<3> {
        stem: Conv2d<2, 6, 3>(stride = 2, padding = 1, bias = false),
        norm: BatchNorm,
        Silu,
        pooled: MaxPool2d<3>(stride = 1, padding = 1),
        residual: Residual {
            inner: Conv2d<6, 6, 3>(padding = 1, groups = 3),
            Gelu,
            outer: Conv2d<6, 6, 1>,
        },
        parallel: Parallel {
            a: { wide: Conv2d<6, 2, 3>(padding = 1), LeakyRelu(0.125) },
            b: { narrow: Conv2d<6, 3, 1>, HardSilu },
        },
        larger: ConvTranspose2d<5, 4, 2>(stride = 2),
        Flatten,
        output: Dense<_, 3>,
        Softmax,
    }
}
network! {
    pub struct WrittenText (Tokens<5, 7>) -> Vector<2> {
        embedding: Embedding<7, 4>,
        lstm: Lstm<4, 3>,
        gru: Gru<3, 4>(direction = Backward, reset = Before),
        steps: Conv1d<4, 4, 3>(padding = 1),
        norm: LayerNorm,
        dense: Dense<4, 3>,
        Tanh,
        LastStep,
        output: Dense<3, 2>,
    }
}
network! {
    pub struct WrittenBorders (Image<2, 4, 5>) -> Vector<3> {
        Pad<1, 0, 2, 1>(mode = Reflect),
        stem: Conv2d<2, 6, 3>(bias = false),
        groups: GroupNorm<3>,
        Upsample<2, 3>(mode = Bilinear),
        Pad<0, 1, 1, 2>(mode = Replicate),
        channels: GroupNorm<6>,
        MaxPool2d<3>,
        Upsample<2>,
        Pad<0, 0, 1, 1>,
        GlobalAvgPool2d,
        rms: RmsNorm(1e-6),
        output: Dense<_, 3>,
    }
}
network! {
    pub struct WrittenAttention (Tokens<5, 7>) -> Sequence<5, 6> {
        embedding: Embedding<7, 6>,
        positions: PositionEmbedding,
        attention: SelfAttention<3>,
        residual: Residual {
            norm: LayerNorm,
            causal: SelfAttention<2>(causal = true, bias = false),
        },
        residual_2: Residual {
            turning: SelfAttention<1>(rotary = true),
            wide: Dense<6, 8>,
            Gelu,
            narrow: Dense<8, 6>,
        },
    }
}
typenet::network_from_onnx!(pub struct Read = "../reference/onnx_written.onnx");
typenet::network_from_onnx!(pub struct ReadText = "../reference/onnx_written_text.onnx");
typenet::network_from_onnx!(pub struct ReadBorders = "../reference/onnx_written_borders.onnx");
typenet::network_from_onnx!(pub struct ReadAttention = "../reference/onnx_written_attention.onnx");

/// Checks that a network has the bytes of a recorded model, or records them.
fn is_recorded<N: Network<Scalar = f32>>(network: &N, file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("UPDATE_ONNX").is_some() {
        network.to_onnx(&path).unwrap();
    }
    assert!(network.onnx_bytes().unwrap() == std::fs::read(path).unwrap(), "{file}: UPDATE_ONNX=1 records it anew");
}

/// Checks that the network of a model has the parameters and the predictions of the one that was written.
fn is_same<N: Network<Scalar = f32>, M: Network<Scalar = f32, Input = N::Input, Output = N::Output>>(
    written: &N,
    read: &M,
    input: &<N::Input as Shape>::Array<f32>,
) {
    let names = [N::TENSORS, M::TENSORS].map(|table| table.list().into_iter().map(|tensor| tensor.name));
    let [written_names, read_names] = names.map(Iterator::collect::<Vec<_>>);
    assert_eq!(written_names, read_names);
    let layers =
        |all: &[typenet::network::LayerInfo]| all.iter().map(|info| (info.layer, info.output)).collect::<Vec<_>>();
    assert_eq!(layers(N::LAYERS), layers(M::LAYERS));
    assert_eq!(written.parameters(), read.parameters());
    assert_eq!(Predict::predict(written, input), Predict::predict(read, input));
}

#[test]
fn a_model_that_was_written_is_read_as_the_same_network() {
    let (network, text) = (filled::<Written>(1), filled::<WrittenText>(2));
    is_recorded(&*network, "reference/onnx_written.onnx");
    is_recorded(&*text, "reference/onnx_written_text.onnx");
    let borders = filled::<WrittenBorders>(3);
    is_recorded(&*borders, "reference/onnx_written_borders.onnx");
    is_same(&*borders, &ReadBorders::trained(), &[[[0.5, -1.0, 2.0, 0.0, 0.25]; 4], [[-1.0, 0.75, 0.0, 3.0, 1.0]; 4]]);
    let attention = filled::<WrittenAttention>(4);
    is_recorded(&*attention, "reference/onnx_written_attention.onnx");
    is_same(&*attention, &ReadAttention::trained(), &Tokens::sample([0, 6, 3, 3, 1]).unwrap());
    is_same(&*network, &Read::trained(), &[[[0.5; 6]; 7], [[-1.0; 6]; 7]]);
    is_same(&*text, &ReadText::trained(), &Tokens::sample([0, 6, 3, 3, 1]).unwrap());
}

network! {
    struct Dropped = Dense<4, 5>, Dropout(0.5), Tanh, Dense<5, 6>(bias = false), Elu(0.5), Identity, Dense<6, 3>, Softmax
}
network! {
    struct Functions (Vector<7>) {
        Parallel {
            a: { Relu }, b: { LeakyRelu(0.2) }, c: { PRelu }, d: { Elu }, e: { Selu }, f: { Gelu }, g: { GeluTanh }, h: { Silu },
        },
        Parallel {
            a: { Sigmoid }, b: { HardSigmoid }, c: { HardSilu }, d: { Tanh }, e: { HardTanh }, f: { Softplus },
            g: { Softplus(2.5) }, h: { Softsign },
        },
    }
}
network! {
    struct Images (Image<4, 9, 7>) {
        a: Conv2d<4, 6, 3>(stride = 2, padding = Same),
        BatchNorm,
        PRelu,
        b: Conv2d<6, 6, 3, 2>(padding = (2, 1), dilation = (2, 1), groups = _),
        GroupNorm<3>,
        Dropout2d(0.25),
        Parallel {
            zeros: { Pad<1, 0, 2, 1> }, mirrored: { Pad<1, 0, 2, 1>(mode = Reflect) },
            edge: { Pad<1, 0, 2, 1>(mode = Replicate) }, around: { Pad<1, 0, 2, 1>(mode = Circular) },
        },
        c: Conv2d<24, 4, 1>(bias = false),
        Upsample<2>,
        Upsample<2, 3>(mode = Bilinear),
    }
}
network! {
    struct Transposed (Image<4, 8, 9>) {
        LayerNorm,
        MaxPool2d<3>(stride = 2, padding = Same),
        AvgPool2d<3>(stride = 2, padding = 1),
        d: ConvTranspose2d<4, 6, 3>(stride = 2, padding = 1, output_padding = 1, groups = 2),
        e: ConvTranspose2d<6, 3, 2>(stride = 3, padding = Same),
        RmsNorm,
        Parallel { a: { GlobalAvgPool2d }, b: { GlobalMaxPool2d } },
    }
}
network! {
    struct Windows (Image<2, 9, 7>) {
        Parallel {
            up: { MaxPool2d<2>(rounding = Up) }, inside: { AvgPool2d<3>(stride = 2, padding = 1, divisor = Inside) },
            of: { AvgPool2d<3>(stride = 2, padding = 1, divisor = 5) },
            same: { AvgPool2d<2>(padding = Same) },
        },
        // A window reaches over the padding.
        AvgPool2d<3>(stride = 2, padding = 1, rounding = Up),
    }
}
network! {
    struct Steps (Sequence<11, 4>) {
        a: Conv1d<4, 6, 3>(padding = Causal, dilation = 2),
        BatchNorm,
        PRelu,
        b: Conv1d<6, 4, 3>(stride = 2, padding = 1, groups = 2),
        RmsNorm,
        SinePositionEncoding,
        PositionEmbedding,
        c: Dense<4, 5>,
        Parallel {
            a: { MaxPool1d<2>(stride = 1) }, b: { AvgPool1d<2>(stride = 1) },
            c: { Conv1d<5, 3, 2> },
        },
        MaxPool1d<3>(stride = 2, padding = 1, dilation = 2, rounding = Up),
        Parallel { a: { GlobalAvgPool1d }, b: { GlobalMaxPool1d }, c: { LastStep } },
    }
}
network! {
    struct Recurrent (Tokens<6, 9>) {
        Embedding<9, 4>,
        Parallel {
            rnn: { Rnn<_, 3> }, back: { Rnn<_, 3>(Backward) }, gru: { Gru<_, 2> }, before: { Gru<_, 2>(reset = Before) },
            gru_back: { Gru<_, 2>(Backward) }, lstm: { Lstm<_, 3> }, lstm_back: { Lstm<_, 3>(Backward) },
        },
        Softmax,
    }
}
network! {
    struct Transformer (Tokens<5, 9>) {
        Embedding<9, 8>,
        blocks: Repeat<2> {
            Residual { LayerNorm, SelfAttention<2>(causal = true) },
            Residual { RmsNorm, SelfAttention<2>(rotary = true, bias = false) },
            Residual(Dense<8, 8>(bias = false)) { Dense<_, 12>, GeluTanh, Dense<_, 8> },
        },
        LastStep,
        Reshape<Image<2, 2, 2>>,
        Flatten,
    }
}
network!(struct Head (Sequence<3, 6>) = Dense<6, 2>, Parallel(Add) { a: { Tanh }, b: {}, c: { Dense<_, 2> } }, Flatten);
network! {
    struct Inputs (Pair<Sequence<3, 6>, Pair<Tokens<5, 7>, Vector<2>>>) {
        Parallel(Pair) { a: { First }, b: { Second, First, Embedding<7, 6> } },
        CrossAttention<2>,
        Parallel(Pair) { a: { Head }, b: {} },
    }
}
network!(struct Nothing (Pair<Vector<2>, Vector<3>>) = Parallel(Pair) { a: { Second }, b: { Second, Dropout(0.5) } });

/// Checks that each network has an ONNX form, or writes it into a folder with its predictions.
macro_rules! exported {
    ($folder:expr, $($network:ty),*) => { $(
        let network = filled::<$network>(37);
        match $folder {
            Some(folder) => write(stringify!($network), &*network, folder),
            None => assert!(network.onnx_bytes().is_ok(), stringify!($network)),
        }
    )* };
}

fn every_network_is_exported(folder: Option<&Path>) {
    exported!(
        folder,
        Written,
        WrittenText,
        WrittenBorders,
        Dropped,
        Functions,
        Images,
        Transposed,
        Windows,
        Steps,
        Recurrent,
        Transformer,
        Inputs,
        Nothing
    );
    exported!(folder, Dropped<f64>, Functions<f64>, Recurrent<f64>, Transformer<f64>, Inputs<f64>, Windows<f64>);
}

#[test]
fn every_layer_has_an_onnx_form() {
    every_network_is_exported(None);
}

#[test]
#[ignore = "writes models for onnxruntime into the folder ONNX_FOLDER"]
fn models_for_onnxruntime() {
    let folder = PathBuf::from(std::env::var("ONNX_FOLDER").expect("ONNX_FOLDER is set"));
    every_network_is_exported(Some(&folder));
}

/// x², without a form in ONNX.
struct Square;

impl Elementwise for Square {
    type Settings = ();

    const READS: Reads = Reads::Input;

    fn map<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, values: &mut [T]) {
        for value in values {
            *value *= *value;
        }
    }

    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        _: I,
        _: Site<'_, (), ()>,
        input: &[T],
        gradient: &mut [T],
    ) {
        gradient.iter_mut().zip(input).for_each(|(g, &x)| *g *= x + x);
    }
}

typenet::layer! {
    /// Twice the elements.
    struct Twice<const N: usize> {}
    fn forward(x: Vector<N>) -> Vector<N> { x + x }
}

#[test]
fn an_error_names_the_layer_that_has_no_form() {
    network!(struct Squared (Vector<2>) = Repeat<2> { Residual { branches: Parallel(Add) { a: { square: Square }, b: {} } } });
    network!(struct Doubled (Vector<2>) = doubled: Twice<2>);
    let told = |result: Result<Vec<u8>, Error>| result.unwrap_err().to_string();
    assert_eq!(
        told(Squared::zeroed().onnx_bytes()),
        "layer `repeat.0.residual.branches.a.square` (`Square`) has no ONNX form: its type does not implement `Elementwise::onnx`"
    );
    assert_eq!(
        told(Doubled::zeroed().onnx_bytes()),
        "layer `doubled` (`Twice<2>`) has no ONNX form: its type does not implement `Layer::onnx`"
    );
    let mut network = Dropped::zeroed();
    network.dense.bias[1] = f32::NAN;
    assert_eq!(network.onnx_bytes().unwrap_err(), Error::NonFiniteParameter { tensor: "dense.bias".into() });
}
