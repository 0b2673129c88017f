//! The bytes of a table, from any place of them.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::time::SystemTime;

use crate::dataset::place::{Place, failed};
use crate::error::Result;

/// An open file, or bytes in memory.
pub(super) enum Source<'a> {
    File(File),
    Memory(Cursor<&'a [u8]>),
}

impl<'a> Source<'a> {
    pub(super) fn open(place: &Place<'a>) -> Result<Self> {
        Ok(match place {
            Place::Path(path) => Self::File(File::open(path).map_err(|error| failed(path, &error))?),
            Place::Memory(bytes) => Self::Memory(Cursor::new(bytes)),
        })
    }

    /// Returns the length of a file, and when it was changed, if the system knows.
    pub(super) fn version(&self) -> io::Result<(u64, Option<SystemTime>)> {
        match self {
            Self::File(file) => file.metadata().map(|metadata| (metadata.len(), metadata.modified().ok())),
            Self::Memory(bytes) => Ok((bytes.get_ref().len() as u64, None)),
        }
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Memory(bytes) => bytes.read(buffer),
        }
    }
}

impl Seek for Source<'_> {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(place),
            Self::Memory(bytes) => bytes.seek(place),
        }
    }
}
