//! What does a file `.keras` contain? It is an archive with the configuration and the weights of a model.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::result::Result;
use std::io::Read;

use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive, ZipSliceArchive};

use crate::error::shown;

/// The entry with the weights.
pub(super) const WEIGHTS: &str = "model.weights.h5";
/// The entry with the configuration.
const CONFIG: &str = "config.json";
/// How many times larger than the archive an entry may be. Keras does not compress, and weights are hardly compressible.
const MOST_EXPANDED: u64 = 16;

/// Returns the file of weights and the configuration.
pub(super) fn read(bytes: &[u8]) -> Result<(Vec<u8>, String), String> {
    let archive =
        ZipArchive::from_slice(bytes).map_err(|error| format!("it is no archive that can be read: {error}"))?;
    let most = (bytes.len() as u64).saturating_mul(MOST_EXPANDED);
    let Some(weights) = entry(&archive, most, WEIGHTS)? else {
        return Err(format!(
            "it is an archive without `{WEIGHTS}`, and so not a file of Keras; weights of PyTorch are saved by `save_file` of \
             `safetensors.torch`"
        ));
    };
    let config = entry(&archive, most, CONFIG)?.unwrap_or_default();
    Ok((weights, String::from_utf8_lossy(&config).into_owned()))
}

/// Returns the contents of an entry, if there is one.
fn entry(archive: &ZipSliceArchive<&[u8]>, most: u64, name: &str) -> Result<Option<Vec<u8>>, String> {
    let damaged = |error: rawzip::Error| format!("its archive is damaged: {error}");
    let mut found = None;
    for entry in archive.entries() {
        let entry = entry.map_err(damaged)?;
        if entry.file_path().as_bytes() == name.as_bytes() {
            found = Some((entry.wayfinder(), entry.compression_method()));
            break;
        }
    }
    let Some((place, method)) = found else { return Ok(None) };
    let entry = archive.get_entry(place).map_err(damaged)?;
    let mut contents = Vec::new();
    let mut read = |input: &mut dyn Read| {
        let read = input.take(most + 1).read_to_end(&mut contents);
        read.map_err(|error| format!("its entry `{name}` is damaged: {}", shown(&error.to_string())))
    };
    match method {
        CompressionMethod::STORE => read(&mut entry.verifying_reader(entry.data()))?,
        CompressionMethod::DEFLATE => read(&mut entry.verifying_reader(DeflateDecoder::new(entry.data())))?,
        other => {
            let method = other.as_u16();
            return Err(format!("its entry `{name}` is compressed by method {method}, and not by deflate"));
        }
    };
    if contents.len() as u64 > most {
        return Err(format!("its entry `{name}` is more than {MOST_EXPANDED} times as large as the archive"));
    }
    Ok(Some(contents))
}
