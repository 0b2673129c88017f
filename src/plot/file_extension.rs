//! Which format does the ending of a path ask for?

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::path::Path;

use crate::error::{Error, Result};

/// The one of these endings that a path has, in capitals or not.
pub(super) fn of(path: &Path, endings: &[&'static str]) -> Result<&'static str> {
    let own = path.extension().map_or(String::new(), |ending| ending.to_string_lossy().to_lowercase());
    endings.iter().copied().find(|ending| *ending == own).ok_or_else(|| {
        let endings: Vec<_> = endings.iter().map(|ending| format!("`.{ending}`")).collect();
        let reason = format!("its extension must be {}", endings.join(" or "));
        Error::File { verb: "write", path: path.display().to_string(), reason }
    })
}
