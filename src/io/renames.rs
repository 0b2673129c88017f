//! Under which names are the tensors of a file looked up?

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Debug};

/// Changes of names, applied one after the other.
#[derive(Default)]
pub(crate) struct Renames<'a>(Vec<Rename<'a>>);

enum Rename<'a> {
    StripPrefix(String),
    Pairs(BTreeMap<String, String>),
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

    pub(super) fn pairs(&mut self, pairs: BTreeMap<String, String>) {
        self.0.push(Rename::Pairs(pairs));
    }

    /// Returns whether somebody wrote down which name becomes which. Then a message shows what each has become.
    pub(super) fn are_by_hand(&self) -> bool {
        self.0.iter().any(|rename| !matches!(rename, Rename::StripPrefix(_)))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the changed name of a tensor of the file.
    pub(crate) fn apply<'n>(&self, name: Cow<'n, str>) -> Cow<'n, str> {
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
            (Self::Pairs(pairs), name) => renamed(pairs, &name).map_or(name, Cow::Owned),
            (Self::With(rename), name) => rename(&name).into(),
        }
    }
}

/// Returns the name that pairs give to a tensor: its own, or that of the longest layer around it.
fn renamed(pairs: &BTreeMap<String, String>, name: &str) -> Option<String> {
    let whole = pairs.get(name).cloned();
    whole.or_else(|| {
        let mut ends = name.rmatch_indices(['.', '/']);
        ends.find_map(|(end, _)| pairs.get(&name[..end]).map(|layer| format!("{layer}{}", &name[end..])))
    })
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
            Self::Pairs(pairs) => f.debug_tuple("Pairs").field(pairs).finish(),
            Self::With(_) => f.write_str("With(..)"),
        }
    }
}
