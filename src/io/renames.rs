//! Under which names are the tensors of a file looked up?

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Debug};

/// Changes of names, applied one after the other.
#[derive(Default)]
pub(crate) struct Renames<'a>(Vec<Rename<'a>>);

enum Rename<'a> {
    StripPrefix(String),
    With(Box<dyn Fn(&str) -> String + 'a>),
}

impl<'a> Renames<'a> {
    /// No changes.
    pub(crate) const NONE: Self = Self(Vec::new());

    pub(super) fn strip_prefix(&mut self, prefix: String) {
        self.0.push(Rename::StripPrefix(prefix));
    }

    pub(super) fn with(&mut self, rename: impl Fn(&str) -> String + 'a) {
        self.0.push(Rename::With(Box::new(rename)));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the changed name of a tensor of the file.
    pub(super) fn apply<'n>(&self, name: Cow<'n, str>) -> Cow<'n, str> {
        self.0.iter().fold(name, |name, rename| rename.apply(name))
    }
}

impl Rename<'_> {
    fn apply<'n>(&self, name: Cow<'n, str>) -> Cow<'n, str> {
        match (self, name) {
            (Self::StripPrefix(prefix), Cow::Borrowed(name)) => name.strip_prefix(&**prefix).unwrap_or(name).into(),
            (Self::StripPrefix(prefix), Cow::Owned(mut name)) => {
                if name.starts_with(&**prefix) {
                    name.drain(..prefix.len());
                }
                name.into()
            }
            (Self::With(rename), name) => rename(&name).into(),
        }
    }
}

impl Debug for Renames<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl Debug for Rename<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StripPrefix(prefix) => f.debug_tuple("StripPrefix").field(prefix).finish(),
            Self::With(_) => f.write_str("With(..)"),
        }
    }
}
