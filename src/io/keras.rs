//! What does a weights file of Keras contain?
//!
//! A file `.weights.h5` is HDF5 with a group for each layer, in which variables have numbers. A file `.keras` is an archive with such
//! a file and the configuration of the model. A file `.h5` is the format of Keras 2: its layers and variables have names, which
//! attributes list in order.
//!
//! # Damaged and hostile files
//! The names and shapes of all variables are read first, and compared with the network. The elements of a variable are read only if its
//! shape is the expected one, so that a file with false claims costs no memory beyond its own length and that of the network.

mod array;

mod archive;
mod groups;

pub(crate) use array::Array;
pub(crate) use groups::KerasLayer;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::result::Result;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use crate::file;

/// The first bytes of a file in the format HDF5.
const HDF5: &[u8] = b"\x89HDF\r\n\x1a\n";
/// The first bytes of an archive.
const ARCHIVE: &[u8] = b"PK\x03\x04";
/// What a configuration contains where images have their channels first.
const CHANNELS_FIRST: &str = r#""data_format": "channels_first""#;

/// The layers with variables of a model.
pub(crate) struct KerasFile {
    /// In the order of the model in a file `.h5`; otherwise in that of their classes and numbers.
    pub(crate) layers: Vec<KerasLayer>,
    /// Whether images have their channels first, so that they are flattened as here. Unknown, and false, in a file `.weights.h5`.
    pub(crate) channels_first: bool,
}

/// Reads a file if it may be one of Keras.
pub(super) fn read(path: &Path) -> crate::error::Result<Option<Vec<u8>>> {
    let read = || -> std::io::Result<Option<Vec<u8>>> {
        // A pipe can be opened only once.
        if !fs::metadata(path)?.is_file() {
            return Ok(None);
        }
        let mut file = File::open(path)?;
        let mut bytes = Vec::new();
        file.by_ref().take(HDF5.len() as u64).read_to_end(&mut bytes)?;
        if !is_keras(&bytes) {
            return Ok(None);
        }
        file.read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    };
    read().map_err(|error| file::failed("read", path, &error))
}

/// Returns whether a file with this start may be one of Keras.
pub(super) fn is_keras(start: &[u8]) -> bool {
    start.starts_with(HDF5) || start.starts_with(ARCHIVE)
}

impl KerasFile {
    /// Reads the names and shapes of a file.
    pub(super) fn read(bytes: Vec<u8>) -> Result<Self, String> {
        if !bytes.starts_with(ARCHIVE) {
            return groups::read(bytes);
        }
        let (weights, config) = archive::read(&bytes)?;
        drop(bytes);
        let file = groups::read(weights).map_err(|reason| format!("its `{}`: {reason}", archive::WEIGHTS))?;
        Ok(Self { channels_first: has_channels_first(&config), ..file })
    }
}

/// Returns whether the configuration of a model says that images have their channels first.
fn has_channels_first(config: &str) -> bool {
    config.contains(CHANNELS_FIRST)
}
