//! Where are the bytes that a data set is read from?

use alloc::string::ToString;
use std::io;
use std::path::Path;

#[cfg(any(feature = "csv", feature = "npy"))]
pub(super) use self::named::Place;
use crate::error::Error;

/// Returns the error of a file that cannot be read.
pub(super) fn failed(path: &Path, error: &io::Error) -> Error {
    Error::File { verb: "read", path: path.display().to_string(), reason: error.to_string() }
}

#[cfg(any(feature = "csv", feature = "npy"))]
mod named {
    use alloc::format;
    use alloc::string::String;
    use core::fmt::{self, Debug};
    use std::path::PathBuf;

    /// A file, or the bytes of one.
    #[derive(Clone)]
    pub(in crate::dataset) enum Place<'a> {
        Path(PathBuf),
        Memory(&'a [u8]),
    }

    impl Place<'_> {
        /// Returns its name for messages: "`iris.csv`" or "the table in memory", if `role` is "table".
        pub(in crate::dataset) fn name(&self, role: &str) -> String {
            match self {
                Self::Path(path) => format!("`{}`", path.display()),
                Self::Memory(_) => format!("the {role} in memory"),
            }
        }
    }

    impl Debug for Place<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match self {
                Self::Path(path) => path.fmt(f),
                Self::Memory(_) => f.write_str("[..]"),
            }
        }
    }
}
