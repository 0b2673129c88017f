//! What can be wrong with a tensor in a file?

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Debug, Display};

use crate::error::shown;

/// The reason why one tensor of a file is wrong. `Display` describes it in words, with the name of the tensor.
///
/// # Example
/// ```
/// use typenet::WrongTensor;
///
/// let wrong = WrongTensor::Shape { name: "output.weight".into(), found: vec![11, 32], expected: vec![10, 32] };
/// assert_eq!(wrong.to_string(), "`output.weight` has shape [11, 32], but [10, 32] is expected");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum WrongTensor {
    /// The file does not contain the tensor.
    Missing {
        /// The dotted name: `hidden.weight`.
        name: String,
        /// The expected sizes.
        expected: Vec<usize>,
    },
    /// The network does not have the tensor.
    Unexpected {
        /// The name in the file.
        name: String,
        /// The sizes in the file.
        found: Vec<usize>,
    },
    /// The shape is wrong.
    Shape {
        /// The dotted name: `hidden.weight`.
        name: String,
        /// The sizes in the file.
        found: Vec<usize>,
        /// The expected sizes.
        expected: Vec<usize>,
    },
    /// The shape is wrong, and it has more dimensions than a message should list.
    Dimensions {
        /// The name in the file.
        name: String,
        /// The number of dimensions in the file.
        found: usize,
        /// The expected sizes; `None` for a tensor that the network does not have.
        expected: Option<Vec<usize>>,
    },
    /// The elements have a type that cannot be read without rounding.
    Type {
        /// The dotted name: `hidden.weight`.
        name: String,
        /// The type in the file: `F64`.
        found: String,
        /// The types that can be read, beginning with the type of the network: `F32, BF16, F16`.
        expected: String,
    },
    /// An element is infinite or NaN.
    NonFinite {
        /// The dotted name: `hidden.weight`.
        name: String,
        /// The index of the first such element: [output, input] in a weight.
        index: Vec<usize>,
        /// The element.
        value: f64,
    },
}

impl WrongTensor {
    fn missing(&self) -> Option<&str> {
        if let Self::Missing { name, .. } = self { Some(name) } else { None }
    }

    fn unexpected(&self) -> Option<&str> {
        if let Self::Unexpected { name, .. } = self { Some(name) } else { None }
    }
}

impl Display for WrongTensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { name, expected } => write!(f, "`{name}` of shape {expected:?} is missing"),
            // The name comes from outside, so `shown` escapes commands to a terminal.
            Self::Unexpected { name, found } => {
                write!(f, "`{}` of shape {found:?} is not expected", shown(name))
            }
            Self::Shape { name, found, expected } => {
                write!(f, "`{name}` has shape {found:?}, but {expected:?} is expected")
            }
            Self::Dimensions { name, found, expected: None } => {
                write!(f, "`{}` of {found} dimensions is not expected", shown(name))
            }
            Self::Dimensions { name, found, expected: Some(expected) } => {
                write!(f, "`{name}` has {found} dimensions, but shape {expected:?} is expected")
            }
            Self::Type { name, found, expected } => {
                write!(f, "`{name}` is of type {found}, but only {expected} can be read without rounding")
            }
            Self::NonFinite { name, index, value } => write!(f, "`{name}` holds {value} at {index:?}"),
        }
    }
}

/// The number of wrong tensors in a message. A file may have any number of them.
const MOST_LISTED: usize = 100;

/// Writes the message about the wrong tensors of a file.
pub(super) fn list(
    f: &mut fmt::Formatter<'_>,
    source: &str,
    network: &str,
    wrong: &[WrongTensor],
    made_from: Option<&str>,
) -> fmt::Result {
    let count = wrong.len();
    write!(f, "{source} does not fit `{network}`: {count} wrong tensor{}", if count == 1 { "" } else { "s" })?;
    for tensor in wrong.iter().take(MOST_LISTED) {
        write!(f, "\n  {tensor}")?;
    }
    if let more @ 1.. = count.saturating_sub(MOST_LISTED) {
        write!(f, "\n  and {more} more")?;
    }
    if let Some(made_from) = made_from {
        write!(f, "\nthe file was made from {made_from}")?;
    }
    let Some((prefix, count)) = prefix(wrong) else { return Ok(()) };
    let begin = if count == 1 { "1 name begins" } else { &format!("{count} names begin") };
    let file = match source.strip_prefix('`').and_then(|source| source.strip_suffix('`')) {
        Some(path) => format!("at({path:?})"),
        None => "in_memory(bytes)".into(),
    };
    let prefix = shown(prefix);
    write!(
        f,
        "\n{begin} with `{prefix}`, but the names in the network do not: load \
         `WeightsFile::{file}.strip_prefix(\"{prefix}\")`"
    )
}

/// Returns the prefix that most of the missing names have in the file, and the number of names that have it. Wrapped models are
/// saved with a prefix: `module.` by PyTorch's `DataParallel`, `_orig_mod.` by its `compile`.
fn prefix(wrong: &[WrongTensor]) -> Option<(&str, usize)> {
    let missing: BTreeSet<&str> = wrong.iter().filter_map(WrongTensor::missing).collect();
    let mut prefixes = BTreeMap::new();
    for name in wrong.iter().filter_map(WrongTensor::unexpected) {
        // A missing name is the part of the name in the file after one of the dots.
        for (dot, _) in name.match_indices('.') {
            if missing.contains(&name[dot + 1..]) {
                *prefixes.entry(&name[..=dot]).or_insert(0) += 1;
            }
        }
    }
    // Among prefixes of equally many names, the first one wins.
    prefixes.into_iter().rev().max_by_key(|&(_, count)| count)
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::{WrongTensor, prefix};

    fn wrong(missing: &[&str], unexpected: &[&str]) -> Vec<WrongTensor> {
        let missing = missing.iter().map(|&name| WrongTensor::Missing { name: name.into(), expected: vec![] });
        let unexpected = unexpected.iter().map(|&name| WrongTensor::Unexpected { name: name.into(), found: vec![] });
        missing.chain(unexpected).collect()
    }

    #[test]
    fn the_prefix_of_the_most_missing_names_is_found() {
        let found = |unexpected: &[&str]| {
            prefix(&wrong(&["hidden.weight", "hidden.bias", "weight"], unexpected))
                .map(|(prefix, count)| (prefix.into(), count))
        };
        let some = |prefix: &str, count| Some((alloc::string::String::from(prefix), count));
        assert_eq!(found(&["module.hidden.weight", "module.hidden.bias"]), some("module.", 2));
        assert_eq!(found(&["_orig_mod.module.hidden.bias", "other"]), some("_orig_mod.module.", 1));
        assert_eq!(found(&["b.hidden.weight", "b.hidden.bias", "a.hidden.weight", "a.hidden.bias"]), some("a.", 2));
        assert_eq!(found(&["hidden.scale", "module.hidden.scale", "modulehidden.bias", "."]), None);
        assert_eq!(found(&[]), None);
    }
}
