//! From which file are weights loaded, and under which names?

#[cfg(feature = "keras")]
use alloc::format;
use alloc::string::String;
use core::fmt::{self, Debug};
use std::path::{Path, PathBuf};

#[cfg(feature = "keras")]
use crate::error::Error;
use crate::error::Result;
#[cfg(feature = "keras")]
use crate::io::keras::{self, KerasFile};
#[cfg(feature = "keras")]
use crate::io::opened::IN_MEMORY;
use crate::io::{Opened, Renames};

/// A file to load weights from, and the names of its tensors.
///
/// Every function that loads weights accepts one, and also accepts a path: `Net::load("net.safetensors")` is
/// `Net::load(WeightsFile::at("net.safetensors"))`.
///
/// # Names
/// To load a file whose names differ from those of the network, change its names. For example, a wrapped PyTorch model has a
/// prefix before all its names, `module.` of `DataParallel` or `_orig_mod.` of `torch.compile`, and
/// [`strip_prefix`](Self::strip_prefix) removes it. Changes apply in the order in which they are written, to all names in the
/// file. If two tensors have the same name afterwards, loading returns an error. Changes also apply to the names of scalers,
/// which contain a slash.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Inner = hidden: Dense<2, 3>, Tanh, output: Dense<3, 1>);
/// // A wrapped model saves the names of this network with a prefix: `module.hidden.weight` and so on.
/// network!(struct Wrapped (Vector<2>) = module: Inner);
///
/// let wrapped = Wrapped::init(&mut typenet::rng(37));
/// let bytes = wrapped.to_safetensors()?;
/// let network = Inner::load(WeightsFile::in_memory(&bytes).strip_prefix("module."))?;
/// assert_eq!(network.parameters(), wrapped.parameters());
///
/// // Without the change, the error reports the prefix.
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
    /// Refers to the file at this path.
    #[must_use]
    pub fn at(path: impl AsRef<Path>) -> Self {
        Self { place: Place::Path(path.as_ref().to_path_buf()), renames: Renames::default() }
    }

    /// Refers to a file with these bytes.
    #[must_use]
    pub fn in_memory(bytes: &'a [u8]) -> Self {
        Self { place: Place::Memory(bytes), renames: Renames::default() }
    }

    /// Removes a prefix from the names that start with it; other names stay unchanged. The same program can therefore load the
    /// file of a wrapped model and of an unwrapped one.
    #[must_use]
    pub fn strip_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.renames.strip_prefix(prefix.into());
        self
    }

    /// Renames tensors and layers by pairs of a name in the file and the name in the network. A pair of layers renames
    /// everything inside of the layer; the pair of the longest name applies. Names without a pair stay unchanged, and pairs may
    /// swap names. If the file does not fit, the error has a table of both sides: every tensor of the file, what it is called
    /// after renaming, and the tensor of the network that it is for.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Theirs = fc1: Dense<2, 3>, Tanh, fc2: Dense<3, 1>);
    /// network!(struct Ours = hidden: Dense<2, 3>, Tanh, output: Dense<3, 1>);
    ///
    /// let theirs = Theirs::init(&mut typenet::rng(37));
    /// let bytes = theirs.to_safetensors()?;
    /// let file = WeightsFile::in_memory(&bytes).rename([("fc1", "hidden"), ("fc2", "output")]);
    /// let mut network = Ours::zeroed();
    /// network.load_from(file)?;
    /// assert_eq!(network.parameters(), theirs.parameters());
    ///
    /// // The error shows both sides, and nothing was loaded.
    /// let error = network.load_from(WeightsFile::in_memory(&bytes).rename([("fc1", "hidden"), ("fc2", "out")])).unwrap_err();
    /// assert!(error.to_string().contains("  fc2.weight → out.weight [1, 3]  –"), "{error}");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn rename(mut self, pairs: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        self.renames.pairs(pairs.into_iter().map(|(theirs, ours)| (theirs.into(), ours.into())).collect());
        self
    }

    /// Renames every tensor by a function of its name in the file.
    ///
    /// # Example
    /// A file of a PyTorch model with different names for its layers.
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

    /// Reads the names and shapes of a file of Keras, and returns them with the name of the file; `None` for another file.
    #[cfg(feature = "keras")]
    pub(crate) fn open_keras(&self) -> Result<Option<(KerasFile, String)>> {
        let (source, bytes) = match &self.place {
            Place::Path(path) => (format!("`{}`", path.display()), keras::read(path)?),
            Place::Memory(bytes) => (IN_MEMORY.into(), keras::is_keras(bytes).then(|| bytes.to_vec())),
        };
        let Some(bytes) = bytes else { return Ok(None) };
        match KerasFile::read(bytes) {
            Ok(file) => Ok(Some((file, source))),
            Err(reason) => Err(Error::Unreadable { source, reason }),
        }
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
