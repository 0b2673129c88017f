//! Which format does the extension of a path select?

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::path::Path;

use crate::error::{Error, Result};

/// Returns the one of these extensions that a path has, in upper or lower case.
pub(super) fn of(path: &Path, extensions: &[&'static str]) -> Result<&'static str> {
    let found = path.extension().map_or(String::new(), |extension| extension.to_string_lossy().to_lowercase());
    extensions.iter().copied().find(|extension| *extension == found).ok_or_else(|| {
        let extensions: Vec<_> = extensions.iter().map(|extension| format!("`.{extension}`")).collect();
        let reason = format!("its extension must be {}", extensions.join(" or "));
        Error::File { verb: "write", path: path.display().to_string(), reason }
    })
}
