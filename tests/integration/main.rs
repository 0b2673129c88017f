//! Topic by topic, what the library promises: one program, since each would link the whole library again.
//!
//! What needs a process, an allocator, a profile or a crate root to itself is a program beside this folder.

#[path = "../support"]
mod support {
    pub(crate) mod bits;
    pub(crate) mod digits;
    pub(crate) mod dual;
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
mod carried;
mod checkpoint;
mod classes;
#[cfg(feature = "csv")]
mod csv;
mod ctc;
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
mod onnx_models;
mod optimizers;
mod own_parts;
mod plot;
mod programs;
mod recompute;
mod recorded;
mod recurrent;
mod reference;
mod residual;
mod scalers;
mod selection;
mod settings;
mod shards;
mod steps;
mod stratified;
mod streams;
mod tokens;
mod trained;
mod training;
mod two_inputs;
mod weight_files;
mod weighting;
mod weights;
mod weights_elsewhere;
mod windows;
