//! Topic by topic, what the library promises: one program, since each would link the whole library again.
//!
//! What needs a process, an allocator, a profile or a crate root to itself is a program beside this folder.

#[path = "../support"]
mod support {
    pub(crate) mod bits;
    pub(crate) mod digits;
    pub(crate) mod dual;
    #[cfg(feature = "onnx")]
    pub(crate) mod exported;
    pub(crate) mod folder;
    pub(crate) mod mended;
    pub(crate) mod samples;
}

mod api;
mod architecture;
mod attention;
mod bad_input;
mod batch_norm;
mod batches;
mod blocks;
#[cfg(feature = "tokenizer")]
mod byte_pairs;
mod carried;
mod checkpoint;
mod classes;
#[cfg(feature = "csv")]
mod csv;
mod ctc;
#[cfg(feature = "dashboard")]
mod dashboard;
mod datasets;
mod dropout;
mod formula_kernels;
mod formulas;
mod freezing;
mod generation;
#[cfg(feature = "idx")]
mod idx;
#[cfg(feature = "images")]
mod images;
mod interruption;
mod keras_files;
mod learning;
mod losses;
mod metrics;
#[cfg(feature = "npy")]
mod npy;
mod numbers;
#[cfg(feature = "onnx")]
mod onnx_export;
#[cfg(feature = "onnx")]
mod onnx_models;
mod optimizers;
mod own_parts;
mod padded;
mod plot;
#[cfg(feature = "std")]
mod predictor;
mod programs;
#[cfg(feature = "std")]
mod read_ahead;
mod recompute;
mod recorded;
mod recurrent;
mod reference;
mod report;
mod residual;
mod scalers;
mod selection;
mod settings;
mod shards;
mod steps;
mod stratified;
mod streams;
#[cfg(feature = "tensorboard")]
mod tensor_board;
mod tokens;
#[cfg(feature = "tracing")]
mod tracing;
mod trained;
mod training;
mod two_inputs;
mod weight_files;
mod weighting;
mod weights;
mod weights_elsewhere;
mod windows;
