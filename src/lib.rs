// Where the links of the README lead in the documentation. Of two definitions of a link, the first holds.
#![cfg_attr(feature = "std", doc = include_str!("guide/readme_links.md"))]
#![cfg_attr(feature = "safetensors", doc = "[files]: guide::files")]
#![cfg_attr(not(feature = "safetensors"), doc = "[files]: #features")]
#![cfg_attr(feature = "onnx", doc = "[onnx]: guide::onnx")]
#![cfg_attr(not(feature = "onnx"), doc = "[onnx]: #features")]
#![cfg_attr(feature = "plot", doc = "[reports]: guide::watching#a-report")]
#![cfg_attr(not(feature = "plot"), doc = "[reports]: #features")]
#![doc = include_str!("../README.md")]
//!
//! # Modules, in reading order
#![cfg_attr(feature = "std", doc = "- [`guide`]: how to use all of it, one page for each part")]
//! - [`shape`]: what flows between layers, [`target`]: what a network learns to predict, [`view`]: both as nalgebra matrices
//! - [`flat_parameters`]: parameters as one slice, [`tensor`]: the names and shapes of tensors in it, [`random`]: seeds and
//!   samplers
//! - [`kernel`]: instruction sets and loops over elements, [`initializer`]: initial values of weights
//! - [`mod@layer`], [`mod@loss`], [`gradient`], [`optimizer`], [`schedule`], [`dataset`], [`metric`]: the parts of training
//! - [`augment`]: random changes of images
//! - [`mod@network`]: what a declared network provides, [`mod@minimize`]: descent on any other function
//! - [`function`]: activations and their derivatives on plain scalars
#![cfg_attr(feature = "std", doc = "- [`train`], [`history`]: training")]
//! - [`selection`]: cross-validation, searches among settings, ensembles
//! - [`gradient_check`]: whether derivatives are right, [`mod@generate`]: text that a network writes
#![cfg_attr(feature = "safetensors", doc = "- [`io`]: weights files and checkpoints")]
#![cfg_attr(
    feature = "plot",
    doc = "- [`plot`]: pictures of all of this, [`report`]: a page about a finished training"
)]
//!
//! # Errors and panics
//! Shapes cannot be wrong at run time, because the compiler has checked them. Everything that comes from outside (data,
//! settings) and values that leave their range are reported as an [`Error`]. Functions panic only where their documentation
//! says so.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

// A module imports only from groups above its own; `tests/layering.rs` checks this.

// Scalars and errors.
#[cfg(feature = "std")]
mod markup;
pub mod readable;

mod error;
mod scalar;
pub mod tensor;

// What flows between layers, and parameters as one slice.
#[cfg(any(feature = "npy", feature = "plot", feature = "safetensors", feature = "tokenizer"))]
mod file;
pub mod flat_parameters;
pub mod random;
pub mod shape;
mod threads;
pub mod view;

mod characters;
pub mod target;
#[cfg(feature = "tokenizer")]
mod tokenizer;

// Loops and the instructions they use, measures of predictions, initial weights, files.
pub mod initializer;
#[cfg(feature = "safetensors")]
pub mod io;
pub mod kernel;
pub mod metric;
#[cfg(feature = "onnx")]
pub mod onnx;

// The parts of training.
pub mod augment;
pub mod dataset;
pub mod gradient;
pub mod layer;
pub mod loss;
pub mod optimizer;
pub mod schedule;

// Networks.
pub mod function;
#[cfg(feature = "std")]
pub mod history;
pub mod minimize;
pub mod network;

// Training, checking, generating, pictures.
pub mod generate;
pub mod gradient_check;
#[cfg(feature = "plot")]
pub mod plot;
#[cfg(feature = "std")]
mod predictor;
pub mod selection;
#[cfg(feature = "std")]
pub mod train;

// What a finished training is recorded as.
#[cfg(feature = "plot")]
pub mod report;

// What the compiler computes for generated code, and says of a call whose feature is off.
mod compile_time;
mod feature_off;

// What generated code uses.
#[doc(hidden)]
pub mod private;

// Names, and the macros of formulas.
mod formulas;
#[cfg(feature = "std")]
pub mod guide;
pub mod prelude;

pub use characters::Characters;
pub use dataset::{Dataset, MinMax, QuantileTransformer, Standardizer};
pub use error::{Error, Result, WrongTensor};
pub use flat_parameters::FlatParameters;
pub use gradient::Gradient;
#[cfg(feature = "std")]
pub use history::{EpochRecord, History, Measure, Monitor};
pub use initializer::Initializer;
#[cfg(feature = "safetensors")]
pub use io::{Stored, WeightsFile};
pub use layer::list::*;
pub use layer::{
    Backward, DefaultSettings, Elementwise, Forward, Head, Layer, Mixing, Mode, NextStep, Origins, Pass, Phase, Plan,
    Reads, Site, StepCounts, StreamPlan, Takes,
};
pub use loss::{
    AbsoluteError, BinaryCrossEntropy, CategoricalHinge, ClassWeights, CrossEntropy, Ctc, Hinge, Huber, LabelSmoothing,
    Loss, MeanSquaredError, Nll, SampleWeights,
};
pub use metric::{Classification, Evaluation, Regression};
#[cfg(feature = "onnx")]
pub use network::ExportOnnx;
#[cfg(feature = "safetensors")]
pub use network::Weights;
pub use network::{Differentiate, Evaluate, Network, Predict, Stream, Summary, Workspace};
pub use optimizer::{
    Adadelta, Adagrad, Adam, AdamW, Adamax, Average, EpsilonForm, EpsilonPlace, MomentumForm, Nadam, NormForm,
    Optimizer, OptimizerState, RmsProp, Sgd, WeightDecay,
};
#[cfg(feature = "std")]
pub use predictor::{Predictor, Served};
pub use random::rng;
#[cfg(feature = "plot")]
pub use report::Report;
pub use scalar::Scalar;
pub use shape::{
    Both, Image, Padded, PaddedSteps, Pair, Probabilities, ProbabilitySequence, Sequence, Shape, Token, Tokens, Vector,
};
pub use target::{Class, Labels, Masked, Names, NoTarget, Target};
pub use tensor::{TensorInfo, TensorKind, TensorTable};
#[cfg(feature = "tokenizer")]
pub use tokenizer::BytePairs;
#[cfg(feature = "safetensors")]
pub use train::Checkpoints;
#[cfg(feature = "std")]
pub use train::{Callback, EarlyStopping, Progress, StepRecord, TimeLimit, Trainer, TrainingPlan};

#[doc(no_inline)]
pub use typenet_macros::FlatParameters;

/// The library of the matrices in networks and layers, in the version that this library uses. Another version of its `0.x` has other
/// types, so that an update of it is a breaking change of this library.
pub use nalgebra;

/// Returns a network with the weights of a safetensors file, which is read, checked and embedded at compile time; for a
/// `static`.
///
/// `weights!(Digits, "digits.safetensors")`: the path is relative to the source file, as in `include_bytes!`, and the program
/// is rebuilt when the file changes. The file is one of [`Weights::save`] or of PyTorch; a scaler in it is ignored.
/// `weights!(Digits, "digits.safetensors", strip_prefix = "module.")` removes the prefix from the names that start with it, as
/// [`WeightsFile::strip_prefix`] does.
///
/// # Errors
/// The call does not compile if the file cannot be read, if the names, shapes or element types of its tensors differ from those
/// of the network, or if an element is not finite; a single error lists every tensor. Nothing is widened: an F32 file is for a
/// network of `f32`. Big-endian targets are refused.
///
/// # Example
/// ```standalone_crate
/// use typenet::prelude::*;
///
/// network!(struct Classifier = hidden: Dense<5, 7>, Tanh, middle: Dense<7, 6>, Relu, output: Dense<6, 3>, Softmax);
///
/// static NETWORK: Classifier = typenet::weights!(Classifier, "guide/reference/weights_torch_float32.safetensors");
///
/// let [a, b, c] = NETWORK.predict(&[0.5, -1.0, 0.25, 2.0, 0.0]);
/// assert!((a + b + c - 1.0).abs() < 1e-6);
///
/// // To continue training, in a box.
/// let mut network = Classifier::zeroed();
/// network.copy_from(&NETWORK);
/// assert_eq!(network.parameters(), NETWORK.parameters());
/// ```
#[cfg(feature = "safetensors")]
#[macro_export]
macro_rules! weights {
    ($($call:tt)*) => {
        $crate::private::weights_impl! { ($crate) $($call)* }
    };
}

/// Declares the network of an ONNX model: the layers and the weights of a file, which is read at compile time.
///
/// `network_from_onnx!(pub struct Digits = "digits.onnx");` is the [`network!`](crate::network!) whose layers compute what the model
/// does, with the names that it has for them. Attributes and documentation stand before `pub`, as in `network!`. The path is
/// relative to the source file, as in `include_bytes!`, and the program is rebuilt when the file changes. Beside what every
/// network has, there are:
///
/// - `Digits::trained()`, a `const fn` that returns the network with the weights of the file, for a `static`: they are part of the
///   program, as with [`weights!`](crate::weights);
/// - `Digits::DECLARATION`, the `network!` as text, for those who would rather write it.
///
/// The network is one of `f32` or of `f64`, as the model is. The axis of the batch is left out.
#[cfg_attr(feature = "std", doc = "The page [`guide::onnx`] lists the operators, and what becomes of each.")]
///
/// # Errors
/// The call does not compile if the file cannot be read, or if there is no network that computes the same. The error names the
/// node and says why: its operator, or the attribute that typenet does not have. A single error is at the name of the file.
///
/// # Example
/// ```standalone_crate
/// use typenet::prelude::*;
///
/// // A network of PyTorch, written by `torch.onnx.export`.
/// typenet::network_from_onnx!(pub struct Classifier = "guide/reference/onnx_mlp.onnx");
///
/// static CLASSIFIER: Classifier = Classifier::trained();
///
/// let [a, b, c] = CLASSIFIER.predict(&[0.5, -1.0, 0.25, 2.0, 0.0]);
/// assert!((a + b + c - 1.0).abs() < 1e-6);
/// assert_eq!(Classifier::DECLARATION, "\
/// network! {
///     pub struct Classifier (Vector<5>) -> Probabilities<3> {
///         hidden: Dense<5, 7>,
///         Tanh,
///         middle: Dense<7, 6>(bias = false),
///         Elu(0.5),
///         output: Dense<6, 3>,
///         Softmax,
///     }
/// }
/// ");
/// ```
#[cfg(feature = "onnx")]
#[macro_export]
macro_rules! network_from_onnx {
    ($($call:tt)*) => {
        $crate::private::network_from_onnx_impl! { ($crate) $($call)* }
    };
}

/// Declares a network: a struct with one field per layer, and straight-line code for exactly that network.
///
/// [`Network`] is what the struct can do.
#[cfg_attr(feature = "std", doc = "The page [`guide::declaring`] describes the language.")]
///
/// The attributes of the language are `#[init(..)]` and `#[frozen]` at a layer, `#[recompute]` at a `Repeat` block, and `#[tile(..)]`
/// and `#[budget(..)]` at the network.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network! {
///     /// A classifier with one hidden layer.
///     pub struct Classifier {
///         hidden: Dense<64, 32>,
///         Tanh,
///         output: Dense<32, 10>,
///         Softmax,
///     }
/// }
/// network!(struct Line = Dense<1, 1>);
///
/// assert_eq!(Classifier::PARAMETERS, 64 * 32 + 32 + 32 * 10 + 10);
/// assert_eq!(Line::PARAMETERS, 2);
/// ```
///
/// Two layers that do not fit do not compile:
/// ```compile_fail
/// use typenet::prelude::*;
///
/// network!(struct Wrong = Dense<64, 32>, Tanh, Dense<64, 10>);
/// ```
#[macro_export]
macro_rules! network {
    ($($declaration:tt)*) => {
        $crate::private::network_impl! { ($crate) $($declaration)* }
    };
}
