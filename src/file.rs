//! How is a file replaced as a whole?

use alloc::format;
use alloc::string::ToString;
use core::sync::atomic::{AtomicU64, Ordering};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Replaces the contents of a file by `bytes`, or leaves everything unchanged. Links are followed, and the permissions of the
/// old file are kept. A read-only file is not replaced, nor is anything that is not a file, such as a device.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    replace_quietly(path, bytes).map_err(|error| failed("write", path, &error))
}

pub(crate) fn failed(verb: &'static str, path: &Path, error: &io::Error) -> Error {
    Error::File { verb, path: path.display().to_string(), reason: error.to_string() }
}

/// Checks that a file could be written at this path, before contents that take long to compute. Leaves nothing behind.
#[cfg(feature = "safetensors")]
pub(crate) fn check_place(path: &Path) -> Result<()> {
    let try_it = || place(path).and_then(|place| Temporary::new_in(&place.folder)).map(drop);
    try_it().map_err(|error| failed("write", path, &error))
}

/// The location of a file, after following links.
struct Place {
    target: PathBuf,
    folder: PathBuf,
    /// The metadata of the existing file.
    old: Option<Metadata>,
}

fn place(path: &Path) -> io::Result<Place> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let old = fs::metadata(&target).ok();
    if let Some(old) = &old {
        check(old)?;
    }
    let folder = match target.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_path_buf(),
        None => return Err(io::Error::new(ErrorKind::IsADirectory, "the path does not name a file")),
    };
    Ok(Place { target, folder, old })
}

fn replace_quietly(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let Place { target, folder, old } = place(path)?;
    let (temporary, mut file) = Temporary::new_in(&folder)?;
    if let Some(old) = old {
        file.set_permissions(old.permissions())?;
    }
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&temporary.0, &target)?;
    // The new name is durable only once the folder is synced. Not every system can do that, and the file is already in place.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Refuses what renaming would replace without asking.
fn check(old: &Metadata) -> io::Result<()> {
    if !old.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "something that is not a file has this name"));
    }
    if old.permissions().readonly() {
        return Err(io::Error::new(ErrorKind::PermissionDenied, "the existing file is read-only"));
    }
    Ok(())
}

/// A file that is removed on drop if it was not renamed.
struct Temporary(PathBuf);

impl Temporary {
    fn new_in(folder: &Path) -> io::Result<(Self, File)> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!(".typenet-{}-{number}.tmp", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((Self(path), file)),
                // Another process used this number, and was killed.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After a rename there is nothing to remove.
        let _ = fs::remove_file(&self.0);
    }
}
