//! How do named blocks of numbers become bytes, and bytes blocks again?
//!
//! In the format [safetensors](https://github.com/huggingface/safetensors), which PyTorch, Keras on its backends, JAX and
//! others read and write: a header in JSON with name, type and shape of every tensor, then the numbers.
//!
//! # The file
//! - A tensor is named after its fields, as in a `state_dict` of PyTorch: `hidden.weight`, `hidden.bias`.
//! - A `weight` is [outputs, inputs], row after row; in memory the same matrix is column after column.
//! - Names with a slash are not of the network. A scaler that was saved with the weights is, all in `F64`,
//!   `standardizer/mean` and `standardizer/deviation`; or `min_max/minimum`, `min_max/maximum` and `min_max/range`, its two
//!   bounds; or `quantile_transformer/quantiles`, a matrix of [quantiles, features], and `quantile_transformer/normal`, 1 for
//!   normal output and 0 for uniform. That of the targets has `target_` after the slash: `standardizer/target_mean`.
//!   `optimizer/velocity` and the like are what an optimizer remembers in a checkpoint, and what begins with `run/` is an
//!   interrupted run. Programs that load weights pass over these; every other name that the network does not have is an
//!   error.
//! - The metadata have one entry, `typenet`, of lines of a key and a value: `checksum`, `format` (the version, 1), `typenet`
//!   (the version of the library), `kind` (`weights` or `checkpoint`), `network`, `input`, a line `layer` for each layer,
//!   and what a checkpoint adds. One entry, since the order of several is not fixed, and the same weights are to be the
//!   same bytes.
//! - The checksum is CRC-64/XZ over the file with zeros in place of its sixteen digits. Files of other programs have none.
//!   A program that changes a file and keeps our entry in the metadata makes it damaged; it has to leave the entry out.
//!
//! # Types of numbers
//! A network of `f32` is written as `F32`, one of `f64` as `F64`. Nothing is rounded on the way back: types that widen
//! exactly are taken, `F32`, `BF16` and `F16` by `f32`, and these and `F64` by `f64`. `F64` for a network of `f32`, and all
//! types of whole numbers, are errors.
//!
//! # Files of other programs
//! Every file that the format allows is read: any metadata, tensors and bytes in any order, tensors without elements or
//! without dimensions, a header of up to 100 MB. Two tensors of one name are refused, as the format says; the crate
//! `safetensors` keeps the second. What other names the tensors have, a [`WeightsFile`] says.
//!
//! # Damaged and hostile files
//! A header is read before any number, and numbers straight into place, so that a file of false promises costs no memory:
//! reading takes at most four times the length of the file and 1 MiB, beside the network.
//!
//! # Saving
//! A file is replaced as a whole: a temporary file in the same folder, `.typenet-<process>-<number>.tmp`, is written and
//! brought to the disk, and then takes the name. Whoever reads meanwhile, or after a crash, finds the old file or the new
//! one. Links are followed. A file that may only be read is not replaced, nor is a folder or a device. Only a process that is
//! killed meanwhile leaves a temporary file behind.

mod checksum;
mod header;
mod label;
mod stored;

mod opened;
mod renames;
mod write;

mod read;
mod weights_file;

pub(crate) use crate::file::{check_place, replace};
pub(crate) use label::Label;
pub(crate) use opened::Opened;
pub(crate) use read::{Contents, Expected, Part};
pub(crate) use renames::Renames;
pub use stored::Stored;
pub use weights_file::WeightsFile;
pub(crate) use write::{Pieces, to_bytes};

/// What the names of an optimizer's memory begin with.
pub(crate) const OPTIMIZER: &str = "optimizer/";
/// What the names of the state of an interrupted run begin with.
pub(crate) const RUN: &str = "run/";
