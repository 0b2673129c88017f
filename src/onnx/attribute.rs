//! The settings of a node.

use alloc::vec::Vec;

/// The value of an attribute of a node.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Attribute {
    /// An integer.
    Integer(i64),
    /// A list of integers.
    Integers(Vec<i64>),
    /// A number, which ONNX has in single precision.
    Single(f32),
    /// A word.
    Text(&'static str),
}

impl Attribute {
    /// Returns a size.
    #[must_use]
    pub const fn size(size: usize) -> Self {
        Self::Integer(integer(size))
    }

    /// Returns a list of sizes.
    #[must_use]
    pub fn sizes(sizes: &[usize]) -> Self {
        Self::Integers(sizes.iter().map(|&size| integer(size)).collect())
    }

    /// Returns a number, rounded to single precision.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "attributes are in single precision")]
    pub fn number(number: f64) -> Self {
        Self::Single(number as f32)
    }
}

/// Returns a size as ONNX has it.
#[allow(clippy::cast_possible_wrap, reason = "no size is larger than memory")]
pub(super) const fn integer(size: usize) -> i64 {
    size as i64
}
