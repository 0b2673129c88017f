//! How do named tensors become bytes?

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use safetensors::{Dtype, View, serialize};

use crate::error::{Error, Result};
use crate::io::checksum::Checksum;
use crate::io::label::{CHECKSUM, CHECKSUM_DIGITS, Label};
use crate::io::stored::{Stored, width};
use crate::tensor::{TensorInfo, places};

/// The tensors of a file, whose bytes are computed on demand.
#[derive(Default)]
pub(crate) struct Pieces<'a>(Vec<(String, Piece<'a>)>);

struct Piece<'a> {
    kind: Dtype,
    shape: Vec<usize>,
    encode: Box<dyn Fn() -> Vec<u8> + 'a>,
}

impl<'a> Pieces<'a> {
    /// Adds the tensors of a block.
    pub(crate) fn add_tensors<T: Stored>(&mut self, tensors: Vec<TensorInfo>, values: &'a [T]) {
        for tensor in tensors {
            let values = &values[tensor.range.clone()];
            self.add(&tensor.name, tensor.shape, tensor.rows(), values);
        }
    }

    /// Adds one tensor, which is a column-major matrix of `rows` rows in memory.
    pub(crate) fn add<T: Stored>(&mut self, name: &str, shape: &[usize], rows: usize, values: &'a [T]) {
        let encode = Box::new(move || {
            let mut bytes = Vec::with_capacity(size_of_val(values));
            for place in places(rows, values.len()) {
                values[place].encode(&mut bytes);
            }
            bytes
        });
        self.0.push((name.to_string(), Piece { kind: T::TYPES[0], shape: shape.to_vec(), encode }));
    }
}

impl View for Piece<'_> {
    fn dtype(&self) -> Dtype {
        self.kind
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Owned((self.encode)())
    }

    fn data_len(&self) -> usize {
        self.shape.iter().product::<usize>() * width(self.kind)
    }
}

/// Returns the bytes of a file.
pub(crate) fn to_bytes(pieces: Pieces<'_>, label: &Label) -> Result<Vec<u8>> {
    let entry = (String::from("typenet"), label.with_room_for_checksum());
    let mut bytes = serialize(pieces.0, Some([entry].into_iter().collect()))
        .map_err(|error| Error::Unreadable { source: "the file to be written".into(), reason: error.to_string() })?;
    let mut checksum = Checksum::new();
    checksum.add(&bytes);
    // The label is the first string of the header, and the checksum the first line of the label.
    if let Some(digits) = checksum_digits(&bytes) {
        bytes[digits..digits + CHECKSUM_DIGITS]
            .copy_from_slice(format!("{:0CHECKSUM_DIGITS$x}", checksum.value()).as_bytes());
    }
    Ok(bytes)
}

/// Returns the position of the digits of the checksum in a header.
pub(super) fn checksum_digits(header: &[u8]) -> Option<usize> {
    let start = header.windows(CHECKSUM.len()).position(|window| window == CHECKSUM.as_bytes())? + CHECKSUM.len();
    (start + CHECKSUM_DIGITS <= header.len()).then_some(start)
}
