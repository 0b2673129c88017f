//! Where does a file come from, and how long is its header?

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use crate::error::{Error, Result};
use crate::file;

/// The maximum length of a header in the format.
const LONGEST_HEADER: u64 = 100_000_000;
/// The size of the integer before the header, which is the length of the header.
const LENGTH_BYTES: usize = 8;
/// What a file that is too short lacks.
pub(super) const PROMISED: &str = "the elements that its header declares";
/// The name of a file in memory in messages.
pub(super) const IN_MEMORY: &str = "the file in memory";

/// A file whose header was read, but not parsed.
pub(crate) struct Opened<'f> {
    /// The name of the file for messages.
    pub(super) source: String,
    /// What follows the header.
    pub(super) input: Box<dyn Read + 'f>,
    /// The length of the file; `None` for an input without a length, such as a pipe.
    pub(super) length: Option<u64>,
    pub(super) header: String,
}

impl<'f> Opened<'f> {
    /// Opens the file at a path.
    pub(crate) fn at(path: &Path) -> Result<Self> {
        let file = File::open(path).and_then(|file| file.metadata().map(|metadata| (file, metadata)));
        let (file, metadata) = file.map_err(|error| file::failed("read", path, &error))?;
        // Virtual files of the system have no length either.
        let length = Some(metadata.len()).filter(|&length| metadata.is_file() && length > 0);
        Self::read(format!("`{}`", path.display()), Box::new(file), length)
    }

    /// Opens a file in memory.
    pub(crate) fn in_memory(bytes: &'f [u8]) -> Result<Self> {
        Self::read(IN_MEMORY.to_owned(), Box::new(bytes), Some(bytes.len() as u64))
    }

    /// Gives the file another name for messages.
    #[cfg(feature = "keras")]
    pub(crate) fn named(self, source: String) -> Self {
        Self { source, ..self }
    }

    fn read(source: String, mut input: Box<dyn Read + 'f>, length: Option<u64>) -> Result<Self> {
        match header(&mut *input, length) {
            Ok(header) => Ok(Self { source, input, length, header }),
            Err(reason) => Err(Error::Unreadable { source, reason }),
        }
    }
}

/// Refuses a file that has fewer than `behind` bytes after its header. An input without a length is read up to that point.
pub(super) fn require<'f>(
    input: &mut Box<dyn Read + 'f>,
    length: Option<u64>,
    header: &str,
    behind: usize,
) -> core::result::Result<(), String> {
    let (start, behind) = ((LENGTH_BYTES + header.len()) as u64, behind as u64);
    let length = if let Some(length) = length {
        length
    } else {
        let mut rest = Vec::new();
        // One more byte, so that a longer input is noticed later.
        let read = input.by_ref().take(behind.saturating_add(1)).read_to_end(&mut rest);
        read.map_err(|error| error.to_string())?;
        let length = start + rest.len() as u64;
        *input = Box::new(Cursor::new(rest));
        length
    };
    if start.saturating_add(behind) > length { Err(format!("it ends before {PROMISED}")) } else { Ok(()) }
}

/// Returns whether a file begins as the files of Keras do, HDF5 or an archive.
fn is_of_keras(start: &[u8]) -> bool {
    start.starts_with(b"\x89HDF") || start.starts_with(b"PK\x03\x04")
}

/// Reads the header of a file of `length` bytes. Allocates nothing if the file is too short for its header.
fn header(input: &mut dyn Read, length: Option<u64>) -> core::result::Result<String, String> {
    let mut bytes = [0; LENGTH_BYTES];
    fill(input, &mut bytes, "the length of its header")?;
    let header_length = u64::from_le_bytes(bytes);
    if header_length > LONGEST_HEADER {
        if is_of_keras(&bytes) {
            return Err(
                "it is a file of Keras, whose weights the feature `keras` loads, and not a safetensors file".into()
            );
        }
        return Err(format!(
            "it is not a safetensors file: its header would have {header_length} bytes, and the format allows {LONGEST_HEADER}"
        ));
    }
    let cut = || format!("it ends within its header, which would have {header_length} bytes");
    let mut header = Vec::new();
    if let Some(length) = length {
        if header_length > length.saturating_sub(LENGTH_BYTES as u64) {
            return Err(cut());
        }
        #[allow(clippy::cast_possible_truncation, reason = "at most the longest header")]
        header.reserve_exact(header_length as usize);
    }
    input.take(header_length).read_to_end(&mut header).map_err(|error| error.to_string())?;
    if (header.len() as u64) < header_length {
        return Err(cut());
    }
    String::from_utf8(header).map_err(|error| format!("its header is wrong: it is not text, {}", error.utf8_error()))
}

/// Fills `bytes`, or reports that the file ends before `what` does.
pub(super) fn fill(input: &mut dyn Read, bytes: &mut [u8], what: &str) -> core::result::Result<(), String> {
    input.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => format!("it ends before {what}"),
        _ => error.to_string(),
    })
}
