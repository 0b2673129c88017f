//! How do I use all of this? A page for each part, in reading order. Every piece of code in the guide is a test.
//!
//! - [`declaring`]: the language of `network!`, the layers, and the errors
//! - [`sequences`]: recurrent layers, streams, tokens, text that a network writes, attention
//! - [`datasets`]: samples, splits, scaling, batches
//! - [`training`]: `Trainer`, losses, optimizers, learning rates, callbacks, a custom training loop
//! - [`watching`]: TensorBoard, a dashboard and other ways to see a training while it runs, and a report of one that has ended
//! - [`selection`]: cross-validation, searches among architectures and settings, ensembles
//! - [`looking_inside`]: summaries, outputs of layers, classes, metrics, norms, parts of other networks, pictures
//! - [`formulas`]: activations, losses, layers and functions as formulas, whose derivatives a macro writes
//! - [`custom_layers`]: a custom layer, as a formula or by hand, without and with parameters and settings
//! - [`custom_parts`]: a custom loss, as a formula or by hand, optimizer, metric, callback and scalar
//! - [`generic_code`]: functions for several networks, and a network that is chosen at run time
#![cfg_attr(feature = "safetensors", doc = "- [`files`]: weights and checkpoints, PyTorch and Keras")]
#![cfg_attr(
    feature = "onnx",
    doc = "- [`onnx`]: networks of ONNX models and ONNX models of networks, with the layers of operators"
)]
//! - [`embedding`]: weights in the program, `no_std`, no allocation
//! - [`errors`]: what each error means and what to do about it
//! - [`lecture`]: how a network learns, from one neuron to Adam, a page for each part of the lecture
//! - [`keras_and_pytorch`]: the same program in the three libraries, and tables of names
//! - [`comparison`] with other libraries, and [`benchmarks`] beside them
//!
//! # Examples
//!
//! Each example is a program of the repository: `cargo run --release --example digits`.
//!
//! | example | shows |
//! |---|---|
//! | `digits` | a classifier of handwritten digits, its predictions and its worst mistakes |
//! | `digits_conv` | the same with three convolutions, and a confusion matrix |
//! | `xor` | the smallest network that learns |
//! | `01_neuron` to `18_pictures` | the [`lecture`], slide by slide; with `--features plot`, some write pictures into `target/pictures` |
//! | `time_series` | a forecast with a band of quantiles: an LSTM, its own loss, a stream; with `--features plot`, a picture |
//! | `names` | a recurrent network and a transformer that learn to spell names and invent others |
//! | `tiny_gpt` | a transformer that learns to write from a novel, which `scripts/moby_dick` downloads |
//! | `own_layer` | a custom layer with parameters, a setting and a gradient check |
//! | `own_loss` | a custom loss, Huber's, as a formula |
//! | `own_loop` | training without `Trainer`; the gradient as a struct, `gradient.hidden.weight` |
//! | `transfer` | a frozen layer from another network |
//! | `resume`, with `--features safetensors` | a resumed run with the bits of an uninterrupted one |
//! | `from_pytorch`, with `--features safetensors` | weights that PyTorch wrote |
//! | `embedded_weights`, with `--features safetensors` | weights in the program |
//! | `from_onnx`, with `--features onnx` | a network of PyTorch as ONNX, and its declaration as text |
//! | `serving`, a package: `cargo run --release --manifest-path examples/serving/Cargo.toml` | a server of predictions over HTTP |
//!
//! # In the repository
//!
//! `CHANGELOG.md` has what changed between releases, and is part of the crate. For contributors, `ARCHITECTURE.md` has the levels of the code and the
//! phases of the macros, `DESIGN.md` the reasons, and `CONTRIBUTING.md` the checks and the words.
//!
//! # Terms of data and letters
//!
//! The data sets are scikit-learn's copies: the digits, iris, wine and breast cancer come from the UCI Machine Learning Repository under the
//! [Creative Commons Attribution 4.0](https://creativecommons.org/licenses/by/4.0/) licence. Their sources, and that of the diabetes table, are in
//! `src/dataset/included/digits.LICENSE` and `tables.LICENSE` beside it. The letters in pictures are a subset of DejaVu Sans, under the terms in
//! `src/plot/dejavu_sans.LICENSE`. All three files are part of the crate.
//!
//! The modules hold no code.

#[doc = include_str!("guide/declaring.md")]
pub mod declaring {}

#[doc = include_str!("guide/sequences.md")]
///
/// # Pictures
///
/// `examples/guide_pictures.rs` draws them.
///
/// ## The state of a unit
///
/// A recurrent unit reads 1 at step 5, -2 at step 30, and 0 at all others. With u = 0.5 it has forgotten after a few steps. With u = 0.9 it forgets more
/// slowly. With u = 1.5 it keeps the sign.
///
/// <div>
#[doc = include_str!("guide/pictures/memory.svg")]
/// </div>
///
/// ## The gates of a cell
///
/// `Lstm<2, 1>, Dense<1, 1>` reads values and marks. It was trained on 400 sequences to give the last value with a mark, which one cell can do: i opens at a
/// mark, and f falls. The values without a mark, which it ignores, are not shown.
///
/// <div>
#[doc = include_str!("guide/pictures/gates.svg")]
/// </div>
///
/// ## What attention looks at
///
/// A network of one causal block with one head reads six letters, a bar, and the letters again, and predicts the next letter from the bar on. A row is a
/// step that asks, and a column one that it looks at. The bar looks at the first letter, which it predicts, the first letter of the copy at the second one,
/// and so on. Nothing above the diagonal is seen, and what the rows before the bar look at is never needed.
///
/// <div>
#[doc = include_str!("guide/pictures/attention.svg")]
/// </div>
pub mod sequences {}

#[doc = include_str!("guide/datasets.md")]
pub mod datasets {}

#[doc = include_str!("guide/training.md")]
pub mod training {}

#[doc = include_str!("guide/watching.md")]
#[cfg_attr(feature = "tensorboard", doc = include_str!("guide/watching/tensor_board.md"))]
#[cfg_attr(feature = "dashboard", doc = include_str!("guide/watching/dashboard.md"))]
#[cfg_attr(feature = "plot", doc = include_str!("guide/watching/report.md"))]
#[doc = include_str!("guide/watching/tracing.md")]
#[doc = include_str!("guide/watching/notebooks.md")]
pub mod watching {}

#[doc = include_str!("guide/selection.md")]
pub mod selection {}

#[doc = include_str!("guide/looking_inside.md")]
#[cfg_attr(feature = "plot", doc = "All of them are in [`plot`](crate::plot).")]
pub mod looking_inside {}

#[doc = include_str!("guide/formulas.md")]
pub mod formulas {}

#[doc = include_str!("guide/custom_layers.md")]
pub mod custom_layers {}

#[doc = include_str!("guide/custom_parts.md")]
pub mod custom_parts {}

#[doc = include_str!("guide/generic_code.md")]
pub mod generic_code {}

#[cfg(feature = "safetensors")]
#[doc = include_str!("guide/files.md")]
pub mod files {}

#[cfg(feature = "onnx")]
#[doc = include_str!("guide/onnx.md")]
pub mod onnx {}

#[doc = include_str!("guide/embedding.md")]
pub mod embedding {}

#[doc = include_str!("guide/errors.md")]
pub mod errors {}

pub mod lecture;

#[doc = include_str!("guide/keras_and_pytorch.md")]
pub mod keras_and_pytorch {}

/// [BENCHMARKS]: crate::guide::benchmarks
/// [keras and pytorch]: crate::guide::keras_and_pytorch
#[doc = include_str!("../COMPARE.md")]
pub mod comparison {}

#[doc = include_str!("../BENCHMARKS.md")]
pub mod benchmarks {}
