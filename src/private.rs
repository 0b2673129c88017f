//! Names for generated code. Nothing here is part of the public interface.

mod formula;
mod layer_info;
mod loading;
mod moves;

pub use crate::compile_time::*;
pub use crate::network::chain;
pub use core;
pub use core::primitive::{bool, f32, str, u64, usize};
pub use formula::{at, draw, scratch};
pub use layer_info::{LayerSizes, layer_info};
pub use moves::{add_rows, add_to, concat_rows, matrix_products, pad_rows, repeat_rows, slice_rows, transpose_rows};
pub use nalgebra::{SMatrix, SVector};
pub use typenet_macros::{
    activation as activation_impl, formula as formula_impl, gradient_of as gradient_of_impl, layer as layer_impl,
    loss as loss_impl, network as network_impl,
};

extern crate alloc;
pub use alloc::boxed::Box;
pub use alloc::vec::Vec;
pub use rand::Rng as RandomSource;

pub use crate::flat_parameters::{FlatParameters, checked_len, size_of_matrix, without_destructor};
pub use crate::initializer::Initializer;
pub use crate::kernel::{DenseSizes, Formula, Isa, Kernels, Program, Real, Reduction, dispatch};
pub use crate::layer::Projected;
pub use crate::layer::list::Identity;
pub use crate::layer::{
    Add, Backward, BackwardBranches, BranchPlan, Branches, Concat, Concatenates, DefaultSettings, Elementwise,
    ElementwisePlan, Forward, ForwardBranches, Head, Join, JoinsBranches, Layer, Mixing, NextStep, Origins, Pass,
    Phase, Plan, Reads, Shortcut, Site, SiteOf, StepBranches, StreamPlan, Takes, join_same_steps,
};
pub use crate::loss::{AnyOutput, EndsInSigmoid, Loss, Objection, UnknownHead};
pub use crate::metric::Regression;
pub use crate::network::{LayerInfo, LayerOutput, Network, Predict, Stream, Summary, Wiring};
pub use crate::scalar::Scalar;
pub use crate::shape::arithmetic::*;
pub use crate::shape::{Both, Image, Pair, Probabilities, ProbabilitySequence, Sequence, Shape, Tokens, Vector};
pub use crate::tensor::{TableEntry, Tensor, TensorKind, TensorTable};

#[cfg(feature = "onnx")]
pub use crate::onnx::{Graph as OnnxGraph, Value as OnnxValue};
#[cfg(feature = "onnx")]
pub use typenet_macros::network_from_onnx as network_from_onnx_impl;

#[cfg(feature = "safetensors")]
pub use self::files::*;
#[cfg(feature = "safetensors")]
pub use loading::{InputOf, OutputOf};
#[cfg(feature = "safetensors")]
mod files {
    pub use core::convert::Into;
    pub use core::primitive::u8;

    pub use typenet_macros::weights as weights_impl;

    pub use crate::dataset::Scaler;
    pub use crate::error::Result;
    pub use crate::io::WeightsFile;
    pub use crate::network::Weights;
}
