//! What can be wrong with a tensor in a file?

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Debug, Display};

use crate::error::shown;

/// What is wrong with one tensor of a file. `Display` says it in words, with the name.
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
    /// The file does not have it.
    Missing {
        /// The dotted name: `hidden.weight`.
        name: String,
        /// The sizes that it should have.
        expected: Vec<usize>,
    },
    /// The network does not have it.
    Unexpected {
        /// The name in the file.
        name: String,
        /// The sizes in the file.
        found: Vec<usize>,
    },
    /// It has other sizes.
    Shape {
        /// The dotted name: `hidden.weight`.
        name: String,
        /// The sizes in the file.
        found: Vec<usize>,
        /// The sizes that it should have.
        expected: Vec<usize>,
    },
    /// It has other sizes, of more dimensions than a message should list.
    Dimensions {
        /// The name in the file.
        name: String,
        /// The number of dimensions in the file.
        found: usize,
        /// The sizes that it should have; nothing for a tensor that the network does not have.
        expected: Option<Vec<usize>>,
    },
    /// Its numbers are of a type that cannot be read without rounding.
    Type {
        /// The dotted name: `hidden.weight`.
        name: String,
        /// The type in the file: `F64`.
        found: String,
        /// The types that can be read, the network's own first: `F32, BF16, F16`.
        expected: String,
    },
    /// One of its numbers is infinite or NaN.
    NonFinite {
        /// The dotted name: `hidden.weight`.
        name: String,
        /// Where the first such number is: [output, input] in a weight.
        index: Vec<usize>,
        /// The number.
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
            // A name from outside: what a terminal would take for a command is shown as its code.
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

/// The message about all wrong tensors of a file.
pub(super) fn list(
    f: &mut fmt::Formatter<'_>,
    source: &str,
    network: &str,
    wrong: &[WrongTensor],
    made_from: Option<&str>,
) -> fmt::Result {
    let count = wrong.len();
    write!(f, "{source} does not fit `{network}`: {count} wrong tensor{}", if count == 1 { "" } else { "s" })?;
    for tensor in wrong {
        write!(f, "\n  {tensor}")?;
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
        "\n{begin} with `{prefix}`, which those of the network do not: load \
         `WeightsFile::{file}.strip_prefix(\"{prefix}\")`"
    )
}

/// The prefix that stands in the file before most of the names that are missing there, and before how many. Models that are
/// wrapped are saved with one: `module.` by PyTorch's `DataParallel`, `_orig_mod.` by its `compile`.
fn prefix(wrong: &[WrongTensor]) -> Option<(&str, usize)> {
    let missing: BTreeSet<&str> = wrong.iter().filter_map(WrongTensor::missing).collect();
    let mut prefixes = BTreeMap::new();
    for name in wrong.iter().filter_map(WrongTensor::unexpected) {
        // The end of a name that is missing is the rest after one of the dots.
        for (dot, _) in name.match_indices('.') {
            if missing.contains(&name[dot + 1..]) {
                *prefixes.entry(&name[..=dot]).or_insert(0) += 1;
            }
        }
    }
    // Of several with as many names the first.
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
    fn the_prefix_that_helps_most_is_found() {
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
