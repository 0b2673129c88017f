//! How do named tensors become bytes, and bytes tensors again?
//!
//! In the format [safetensors](https://github.com/huggingface/safetensors), which PyTorch, Keras on its backends, JAX and
//! others read and write: a JSON header with the name, type and shape of every tensor, followed by the elements.
//!
//! # The file
//! - A tensor is named after its fields, as in a `state_dict` of PyTorch: `hidden.weight`, `hidden.bias`.
//! - A `weight` has the shape [outputs, inputs], row by row. In memory the same matrix is stored column by column.
//! - Names with a slash do not belong to the network. A scaler saved with the weights is stored in `F64` as `standardizer/mean`
//!   and `standardizer/deviation`; or `min_max/minimum`, `min_max/maximum` and `min_max/range`, its two bounds; or
//!   `quantile_transformer/quantiles`, a matrix of [quantiles, features], and `quantile_transformer/normal`, 1 for normal
//!   output and 0 for uniform. The scaler of the targets has `target_` after the slash: `standardizer/target_mean`. In a
//!   checkpoint, `optimizer/velocity` and similar names are the slots of the optimizer, and names that start with `run/` are
//!   the state of interrupted training. Programs that load weights ignore these; every other name that the network does not
//!   have is an error.
//! - The metadata has one entry, `typenet`, which consists of lines of a key and a value: `checksum`, `format` (the version,
//!   1), `typenet` (the version of the library), `kind` (`weights` or `checkpoint`), `network`, `input`, one line `layer` for
//!   each layer, and what a checkpoint adds. It is a single entry because the order of several is not fixed, and the same
//!   weights must give the same bytes.
//! - The checksum is CRC-64/XZ over the file, with zeros in place of its sixteen digits. Files of other programs have none. A
//!   program that changes a file but keeps the entry `typenet` makes the file count as damaged, so it must remove the entry.
//!
//! # Scalar types
//! A network of `f32` is written as `F32`, one of `f64` as `F64`. Reading never rounds: `f32` accepts the types that it
//! represents exactly, `F32`, `BF16` and `F16`, and `f64` accepts these and `F64`. `F64` for a network of `f32`, and all
//! integer types, are errors.
//!
//! # Files of other programs
//! Every file that the format allows can be read: any metadata, tensors and bytes in any order, tensors without elements or
//! without dimensions, a header of up to 100 MB. Two tensors with the same name are refused, as the format specifies; the crate
//! `safetensors` keeps the second. If the tensors have other names, a [`WeightsFile`] maps them.
//!
//! # Damaged and hostile files
//! The header is read and checked before any element, and elements are read directly into place, so a header with false claims
//! costs no memory: reading takes at most four times the length of the file plus 1 MiB, in addition to the network.
//!
//! # Saving
//! A file is replaced as a whole. A temporary file in the same folder, `.typenet-<process>-<number>.tmp`, is written, synced to
//! the disk and then renamed. A program that reads meanwhile, or after a crash, finds either the old file or the new one. Links
//! are followed. A read-only file is not replaced, nor is a folder or a device. Only a process that is killed meanwhile leaves
//! a temporary file behind.

mod checksum;
mod expected;
mod header;
mod label;
mod stored;

#[cfg(feature = "keras")]
mod keras;
mod opened;
mod renames;
mod write;

mod sides;

mod read;
mod weights_file;

pub(crate) use crate::file::{check_place, replace};
pub(crate) use expected::Expected;
#[cfg(feature = "keras")]
pub(crate) use keras::{Array, KerasFile, KerasLayer};
pub(crate) use label::Label;
pub(crate) use opened::Opened;
pub(crate) use read::{Contents, Part};
pub(crate) use renames::Renames;
pub use stored::Stored;
pub use weights_file::WeightsFile;
pub(crate) use write::{Pieces, to_bytes};

/// The prefix of the names of an optimizer's slots.
pub(crate) const OPTIMIZER: &str = "optimizer/";
/// The prefix of the names of the state of interrupted training.
pub(crate) const RUN: &str = "run/";
