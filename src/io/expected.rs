//! Which tensors should a file have?

use alloc::borrow::Cow;
use alloc::string::String;
use core::ops::Range;

use crate::tensor::TensorInfo;

/// A tensor that a file should have.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    pub(crate) name: String,
    pub(crate) shape: Cow<'static, [usize]>,
    /// The number of rows of the column-major matrix that it becomes in memory. A matrix of one row is in the order of the file.
    pub(crate) rows: usize,
    /// The place of its elements.
    pub(crate) range: Range<usize>,
}

impl From<TensorInfo> for Expected {
    fn from(tensor: TensorInfo) -> Self {
        let rows = tensor.rows();
        Self { name: tensor.name, shape: Cow::Borrowed(tensor.shape), rows, range: tensor.range }
    }
}
