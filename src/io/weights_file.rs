//! Which file are weights loaded from, and under which names?

use alloc::string::String;
use core::fmt::{self, Debug};
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::io::{Opened, Renames};

/// A file to load weights from, and what its tensors are called there.
///
/// Every function that loads takes one, and makes one of a path: `Net::load("net.safetensors")` is
/// `Net::load(WeightsFile::at("net.safetensors"))`.
///
/// # Names
/// A file whose names differ from those of the network is loaded by changing them. A wrapped PyTorch model, for one, has a
/// prefix before all its names, `module.` of `DataParallel` or `_orig_mod.` of `torch.compile`, and
/// [`strip_prefix`](Self::strip_prefix) takes it away. Changes are made in the order in which they are written, to all names in
/// the file; two tensors that have one name afterwards are an error. A change applies to the names of scalers too, those with
/// a slash.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Inner = hidden: Dense<2, 3>, Tanh, output: Dense<3, 1>);
/// // What a wrapped model saves has the names of this network: `module.hidden.weight` and so on.
/// network!(struct Wrapped (Vector<2>) = module: Inner);
///
/// let wrapped = Wrapped::init(&mut typenet::rng(37));
/// let bytes = wrapped.to_safetensors()?;
/// let network = Inner::load(WeightsFile::in_memory(&bytes).strip_prefix("module."))?;
/// assert_eq!(network.parameters(), wrapped.parameters());
///
/// // Without the change, the error names it.
/// let error = Inner::from_safetensors(&bytes).unwrap_err().to_string();
/// assert!(error.ends_with(
///     "4 names begin with `module.`, but the names in the network do not: load \
///      `WeightsFile::in_memory(bytes).strip_prefix(\"module.\")`"
/// ), "{error}");
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Debug)]
pub struct WeightsFile<'a> {
    place: Place<'a>,
    renames: Renames<'a>,
}

enum Place<'a> {
    Path(PathBuf),
    Memory(&'a [u8]),
}

impl Debug for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => f.debug_tuple("Path").field(path).finish(),
            Self::Memory(_) => f.write_str("Memory([..])"),
        }
    }
}

impl<'a> WeightsFile<'a> {
    /// The file of this path.
    #[must_use]
    pub fn at(path: impl AsRef<Path>) -> Self {
        Self { place: Place::Path(path.as_ref().to_path_buf()), renames: Renames::default() }
    }

    /// The file with these bytes.
    #[must_use]
    pub fn in_memory(bytes: &'a [u8]) -> Self {
        Self { place: Place::Memory(bytes), renames: Renames::default() }
    }

    /// Takes a prefix away from the names that begin with it; the others stay as they are. So the same program loads the file
    /// of a model that is wrapped and of one that is not.
    #[must_use]
    pub fn strip_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.renames.strip_prefix(prefix.into());
        self
    }

    /// Gives every tensor the name that the function makes of its name in the file.
    ///
    /// # Example
    /// A file of a PyTorch model that calls its layers otherwise.
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Theirs = fc1: Dense<2, 3>, Tanh, fc2: Dense<3, 1>);
    /// network!(struct Ours = hidden: Dense<2, 3>, Tanh, output: Dense<3, 1>);
    ///
    /// let theirs = Theirs::init(&mut typenet::rng(37));
    /// let bytes = theirs.to_safetensors()?;
    /// let file = WeightsFile::in_memory(&bytes).map_names(|name| name.replace("fc1", "hidden").replace("fc2", "output"));
    /// assert_eq!(Ours::load(file)?.parameters(), theirs.parameters());
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn map_names(mut self, name: impl Fn(&str) -> String + 'a) -> Self {
        self.renames.with(name);
        self
    }

    /// Reads the header.
    pub(crate) fn open(&self) -> Result<Opened<'_>> {
        match &self.place {
            Place::Path(path) => Opened::at(path),
            Place::Memory(bytes) => Opened::in_memory(bytes),
        }
    }

    pub(crate) fn renames(&self) -> &Renames<'a> {
        &self.renames
    }
}

impl<P: AsRef<Path>> From<P> for WeightsFile<'_> {
    fn from(path: P) -> Self {
        Self::at(path)
    }
}
