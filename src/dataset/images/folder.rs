//! The classes and files of a folder.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::ImageFolder;
use crate::dataset::place::failed;
use crate::error::{Error, Result, shown};
use crate::target::Names;

/// The number of names that a message lists.
const LISTED: usize = 12;

/// The index of a class, and its folder.
type ClassFolder = (usize, PathBuf);

impl ImageFolder {
    /// Returns the names of the classes, and the folder of each that has one.
    pub(super) fn folders<const K: usize>(&self) -> Result<(Names<K>, Vec<ClassFolder>)> {
        let entries = entries(&self.path)?;
        let folders = entries.into_iter().filter(|(_, path)| path.is_dir()).collect::<Vec<_>>();
        let names = match &self.classes {
            Some(names) => names.clone(),
            None => folders.iter().map(|(name, _)| name.clone()).collect(),
        };
        if names.len() != K {
            let (found, of) = (names.len(), if self.classes.is_some() { "names" } else { "folders" });
            let reason = match found {
                0 => format!("it has no {of} of classes, but there are {K} classes"),
                _ => format!("it has {found} {of} of classes ({}), but there are {K} classes", listed(&names)),
            };
            return Err(unreadable(&self.path, reason));
        }
        let indexed = folders.into_iter().map(|(name, path)| {
            let index = names.iter().position(|class| *class == name);
            let index = index.ok_or_else(|| {
                unreadable(&path, format!("it is a folder of none of the classes ({})", listed(&names)))
            })?;
            Ok((index, path))
        });
        let mut indexed = indexed.collect::<Result<Vec<_>>>()?;
        indexed.sort();
        Ok((Names::try_from(&names[..])?, indexed))
    }
}

/// Returns the files of the folder of a class, in order.
pub(super) fn images(folder: &Path) -> Result<Vec<PathBuf>> {
    let files: Vec<_> = entries(folder)?.into_iter().map(|(_, path)| path).collect();
    if let Some(inner) = files.iter().find(|path| path.is_dir()) {
        return Err(unreadable(inner, "it is a folder, but the folder of a class contains only images".to_owned()));
    }
    if files.is_empty() {
        return Err(unreadable(folder, "it contains no images".to_owned()));
    }
    Ok(files)
}

/// Returns the names and paths in a folder, in order, without those that begin with a dot.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let failed = |error: io::Error| failed(folder, &error);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            entries.push((name, entry.path()));
        }
    }
    entries.sort();
    Ok(entries)
}

fn listed(names: &[String]) -> String {
    let mut list = names.iter().take(LISTED).map(|name| shown(name)).collect::<Vec<_>>().join(", ");
    if names.len() > LISTED {
        list += ", …";
    }
    list
}

pub(super) fn unreadable(path: &Path, reason: String) -> Error {
    Error::Unreadable { source: format!("`{}`", path.display()), reason }
}
