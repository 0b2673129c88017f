//! What can be wrong with a tensor in a file?

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Debug, Display};

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

impl Display for WrongTensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { name, expected } => write!(f, "`{name}` of shape {expected:?} is missing"),
            // A name from outside: what a terminal would take for a command is shown as its code.
            Self::Unexpected { name, found } => {
                write!(f, "`{}` of shape {found:?} is not expected", name.escape_debug())
            }
            Self::Shape { name, found, expected } => {
                write!(f, "`{name}` has shape {found:?}, but {expected:?} is expected")
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
    match made_from {
        Some(made_from) => write!(f, "\nthe file was made from {made_from}"),
        None => Ok(()),
    }
}
