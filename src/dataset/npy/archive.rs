//! Arrays in an archive `.npz`, which is a ZIP file with a file `.npy` for each.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use std::fs::File;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use rawzip::{
    CompressionMethod, RECOMMENDED_BUFFER_SIZE, ReaderAt, ZipArchive, ZipArchiveEntryWayfinder, ZipArchiveWriter,
};

use super::Npy;
use super::source::Array;
use super::write::{self, NpyValue};
use crate::dataset::place::{Place, failed};
use crate::error::{Error, Result, shown};
use crate::file;

/// The number of names of arrays that a message lists.
const LISTED: usize = 12;

impl Npy<'_> {
    /// Opens an array of an archive for `work`.
    pub(super) fn open_in_archive<R>(
        &self,
        array: &str,
        role: &str,
        work: impl FnOnce(&mut Array<'_>) -> Result<R>,
    ) -> Result<R> {
        let place = self.place.name(role);
        let no_archive = |error: rawzip::Error| Error::Unreadable {
            source: place.clone(),
            reason: format!("it is no archive `.npz`: {}", described(&error)),
        };
        match &self.place {
            Place::Path(path) => {
                let file = File::open(path).map_err(|error| failed(path, &error))?;
                let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
                let archive = ZipArchive::from_file(file, &mut buffer).map_err(no_archive)?;
                read_entry(&archive, &place, array, work)
            }
            Place::Memory(bytes) => {
                let archive = ZipArchive::from_slice(*bytes).map_err(no_archive)?;
                read_entry(&archive.into_reader_archive(), &place, array, work)
            }
        }
    }
}

/// Opens the entry of an array for `work`.
fn read_entry<F: ReaderAt, R>(
    archive: &ZipArchive<F>,
    place: &str,
    array: &str,
    work: impl FnOnce(&mut Array<'_>) -> Result<R>,
) -> Result<R> {
    let (entry, method) =
        find(archive, array).map_err(|reason| Error::Unreadable { source: place.to_owned(), reason })?;
    let name = format!("the array `{}` of {place}", shown(array));
    let entry = archive
        .get_entry(entry)
        .map_err(|error| Error::Unreadable { source: name.clone(), reason: described(&error) })?;
    match method {
        CompressionMethod::STORE => Array::read(name, &mut entry.verifying_reader(entry.reader()), None, work),
        CompressionMethod::DEFLATE => {
            let contents = DeflateDecoder::new(entry.reader());
            Array::read(name, &mut entry.verifying_reader(contents), None, work)
        }
        other => {
            let reason = format!("it is compressed by method {}, and not by deflate", other.as_u16());
            Err(Error::Unreadable { source: name, reason })
        }
    }
}

/// Finds the only entry `ARRAY.npy`.
fn find<F: ReaderAt>(
    archive: &ZipArchive<F>,
    array: &str,
) -> core::result::Result<(ZipArchiveEntryWayfinder, CompressionMethod), String> {
    let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
    let mut entries = archive.entries(&mut buffer);
    let (mut found, mut names, mut count) = (None, Vec::new(), 0_usize);
    while let Some(entry) = entries.next_entry().map_err(|error| described(&error))? {
        let path = entry.file_path();
        let name = String::from_utf8_lossy(path.as_bytes());
        let name = name.strip_suffix(".npy").unwrap_or(&name);
        if name == array {
            if entry.flags().is_encrypted() {
                return Err(format!("its array `{}` is encrypted", shown(array)));
            }
            if found.replace((entry.wayfinder(), entry.compression_method())).is_some() {
                return Err(format!("it has two arrays `{}`", shown(array)));
            }
        }
        count += 1;
        if names.len() < LISTED {
            names.push(format!("`{}`", shown(name)));
        }
    }
    found.ok_or_else(|| {
        let rest = if count > LISTED { ", …" } else { "" };
        match count {
            0 => "it has no arrays".to_owned(),
            _ => format!("it has no array `{}`, only {}{rest}", shown(array), names.join(", ")),
        }
    })
}

/// Returns the message of an error of the archive in the style of ours.
fn described(error: &rawzip::Error) -> String {
    let message = error.to_string();
    let mut letters = message.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// An archive `.npz` to write, which `numpy.load` reads. Its arrays are compressed.
///
/// # Example
/// ```
/// use typenet::dataset::Npz;
/// use typenet::prelude::*;
///
/// # let path = std::env::temp_dir().join(format!("typenet-npz-{}.npz", std::process::id()));
/// # let path = &path;
/// let flowers = datasets::iris();
/// Npz::new().array("measurements", flowers.inputs()).array("species", flowers.targets()).save(path)?;
/// let again: Dataset<Vector<4>, Class<3>> = Dataset::from_npz(path, "measurements", "species")?;
/// assert_eq!(again, flowers);
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Npz {
    /// The files of the archive, with their names.
    arrays: Vec<(String, Vec<u8>)>,
}

impl Npz {
    /// Returns an archive without arrays.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an array with these samples, in place of one that has the same name.
    #[must_use]
    pub fn array<A: NpyValue>(mut self, name: &str, samples: &[A]) -> Self {
        self.arrays.retain(|(other, _)| other != name);
        self.arrays.push((name.to_owned(), write::bytes(samples)));
        self
    }

    /// Writes the archive to a file.
    ///
    /// # Errors
    /// [`Error::File`] if the file cannot be written; a file that was there is then unchanged.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let failed = |error: rawzip::Error| Error::File {
            verb: "write",
            path: path.display().to_string(),
            reason: described(&error),
        };
        file::replace(path, &self.bytes().map_err(failed)?)
    }

    fn bytes(&self) -> core::result::Result<Vec<u8>, rawzip::Error> {
        let mut bytes = Vec::new();
        let mut archive = ZipArchiveWriter::new(&mut bytes);
        for (name, contents) in &self.arrays {
            let name = format!("{name}.npy");
            let (mut entry, config) =
                archive.new_file(&*name).compression_method(CompressionMethod::DEFLATE).start()?;
            let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
            writer.write_all(contents)?;
            let (encoder, descriptor) = writer.finish()?;
            encoder.finish()?;
            entry.finish(descriptor)?;
        }
        archive.finish()?;
        Ok(bytes)
    }
}

impl Debug for Npz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.arrays.iter().map(|(name, _)| name)).finish()
    }
}
