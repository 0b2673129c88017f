//! How a table is read.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::Missing;

/// How fields become elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// A field is a number.
    Number,
    /// A field is one of some categories, each of which has an element.
    OneHot,
    /// A field is one of some categories, whose index is the element.
    Index,
}

/// The settings of a [`Csv`](super::Csv).
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) header: bool,
    pub(super) delimiter: u8,
    pub(super) comment: Option<u8>,
    pub(super) decimal_comma: bool,
    pub(super) inputs: Option<Vec<String>>,
    pub(super) without: Vec<String>,
    pub(super) targets: Option<Vec<String>>,
    pub(super) encodings: Vec<(String, Encoding)>,
    pub(super) categories: Vec<(String, Vec<String>)>,
    pub(super) means: Vec<(String, f64)>,
    pub(super) missing: Missing,
    pub(super) missing_words: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            header: true,
            delimiter: b',',
            comment: None,
            decimal_comma: false,
            inputs: None,
            without: Vec::new(),
            targets: None,
            encodings: Vec::new(),
            categories: Vec::new(),
            means: Vec::new(),
            missing: Missing::Error,
            missing_words: ["", "NA", "N/A", "NaN", "nan", "null"].map(ToOwned::to_owned).into(),
        }
    }
}

impl Settings {
    /// Returns the names that settings mention, with those of targets or without.
    pub(super) fn named(&self, with_targets: bool) -> impl Iterator<Item = &String> {
        let encoded = self.encodings.iter().map(|(name, _)| name).chain(self.categories.iter().map(|(name, _)| name));
        let is_target = |name: &String| self.targets.as_ref().is_some_and(|targets| targets.contains(name));
        self.without.iter().chain(encoded).filter(move |name| with_targets || !is_target(name))
    }

    pub(super) fn is_missing(&self, field: &str) -> bool {
        self.missing_words.iter().any(|word| word == field)
    }
}
