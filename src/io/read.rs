//! Bytes to named tensors, with everything that is wrong with them.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Display;
use core::ops::Range;
use std::io::{ErrorKind, Read};

use safetensors::tensor::{Metadata, TensorInfo as Entry};

use crate::error::{Error, Result, WrongTensor};
use crate::io::checksum::Checksum;
use crate::io::label::{CHECKSUM_DIGITS, FORMAT, Label};
use crate::io::number::{Stored, decode, width};
use crate::io::write::{checksum_digits, places};
use crate::tensor::TensorInfo;

/// A header of this many bytes is read whatever the file.
const SMALL_HEADER: u64 = 1 << 15;
/// The bytes of the number before the header, which is its length.
const LENGTH_BYTES: usize = 8;
/// Numbers are read through memory of this size, a multiple of the width of any number.
const PIECE: usize = 1 << 15;
/// What a file is too short for.
const PROMISED: &str = "the numbers that its header promises";
/// What our own header has for each tensor, at most, beside the name.
const ENTRY: usize = 128;

/// A tensor that a file should have.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    pub(crate) name: String,
    pub(crate) shape: Cow<'static, [usize]>,
    /// Where its numbers go.
    pub(crate) range: Range<usize>,
}

impl From<TensorInfo> for Expected {
    fn from(tensor: TensorInfo) -> Self {
        Self { name: tensor.name, shape: Cow::Borrowed(tensor.shape), range: tensor.range }
    }
}

/// A file whose header was read and whose numbers were not.
pub(crate) struct Reader<R> {
    name: String,
    input: R,
    checksum: Checksum,
    /// The length of the file.
    length: u64,
    metadata: Metadata,
    label: Label,
}

impl<R: Read> Reader<R> {
    /// Reads the header of a file of `length` bytes. `name` is for messages. `label` and `tensors` are those that are
    /// expected.
    pub(crate) fn new(name: String, mut input: R, length: u64, label: &Label, tensors: &[Expected]) -> Result<Self> {
        let unreadable = |reason| Error::Unreadable { source: name.clone(), reason };
        let mut bytes = [0; LENGTH_BYTES];
        fill(&mut input, &mut bytes, "the length of its header").map_err(unreadable)?;
        let mut checksum = Checksum::new();
        checksum.add(&bytes);
        let header_length = u64::from_le_bytes(bytes);
        let names: usize = tensors.iter().map(|tensor| tensor.name.len() + ENTRY).sum();
        let own = (label.with_room_for_checksum().len() + names) as u64;
        let limit = SMALL_HEADER + (4 * own).max(length / 8);
        if header_length > limit {
            let reason = format!(
                "it is no safetensors file, whose header would have {header_length} bytes: at most {limit} are read"
            );
            return Err(unreadable(reason));
        }
        let mut header = Vec::new();
        input.by_ref().take(header_length).read_to_end(&mut header).map_err(|error| unreadable(error.to_string()))?;
        if (header.len() as u64) < header_length {
            return Err(unreadable("it ends within its header".to_string()));
        }
        let metadata = parse(&header).map_err(unreadable)?;
        let label = own_label(&metadata).map_err(unreadable)?;
        if label.get("checksum").is_some() {
            blank_checksum(&mut header);
        }
        checksum.add(&header);
        Ok(Self { name, input, checksum, length, metadata, label })
    }

    /// What the file says about itself; nothing when another program wrote it.
    pub(crate) fn label(&self) -> &Label {
        &self.label
    }

    /// The shape of a tensor that the file has; an error when the file is too short for its numbers.
    pub(crate) fn shape(&self, name: &str) -> Result<Option<&[usize]>> {
        match self.metadata.info(name) {
            Some(entry) if entry.data_offsets.1 as u64 > self.length => {
                Err(self.unreadable(&format!("it ends before {PROMISED}")))
            }
            entry => Ok(entry.map(|entry| &entry.shape[..])),
        }
    }

    /// An error about the file as a whole.
    pub(crate) fn unreadable(&self, reason: &dyn Display) -> Error {
        Error::Unreadable { source: self.name.clone(), reason: reason.to_string() }
    }

    /// Reads all numbers of the file, and those of `tensors` into their ranges of `values`. Other tensors are passed over
    /// if `pass_over` says so. After an error `values` may hold anything.
    pub(crate) fn read<T: Stored>(
        mut self,
        owner: &str,
        tensors: &[Expected],
        pass_over: impl Fn(&str) -> bool,
        values: &mut [T],
    ) -> Result<()> {
        let (mut wrong, mut unexpected) = (vec![None; tensors.len()], Vec::new());
        let mut found = vec![false; tensors.len()];
        for name in self.metadata.offset_keys() {
            let Some(entry) = self.metadata.info(&name).cloned() else { continue };
            let Some(index) = tensors.iter().position(|tensor| tensor.name == name) else {
                if !pass_over(&name) {
                    unexpected.push(WrongTensor::Unexpected { name, found: entry.shape.clone() });
                }
                self.skip(&entry)?;
                continue;
            };
            let tensor = &tensors[index];
            found[index] = true;
            wrong[index] = objection::<T>(tensor, &entry);
            if wrong[index].is_some() {
                self.skip(&entry)?;
            } else {
                wrong[index] = self.read_tensor(tensor, &entry, &mut values[tensor.range.clone()])?;
            }
        }
        self.finish()?;
        let missing = tensors.iter().zip(&found).zip(&mut wrong).filter(|((_, found), _)| !**found);
        for ((tensor, _), wrong) in missing {
            *wrong = Some(WrongTensor::Missing { name: tensor.name.clone(), expected: tensor.shape.to_vec() });
        }
        let wrong: Vec<_> = wrong.into_iter().flatten().chain(unexpected).collect();
        if wrong.is_empty() {
            return Ok(());
        }
        let made_from = self.label.architecture();
        Err(Error::WrongTensors { source: self.name, network: owner.to_string(), wrong, made_from })
    }

    /// Reads the numbers of a tensor into the order of memory. Says where the first is that is not finite.
    fn read_tensor<T: Stored>(
        &mut self,
        tensor: &Expected,
        entry: &Entry,
        values: &mut [T],
    ) -> Result<Option<WrongTensor>> {
        let (mut places, width) = (places(&tensor.shape).enumerate(), width(entry.dtype));
        let mut wrong = None;
        self.pieces(entry, |piece| {
            for (bytes, (position, place)) in piece.chunks_exact(width).zip(&mut places) {
                let value = decode(entry.dtype, bytes);
                if !value.is_finite() && wrong.is_none() {
                    let (name, index) = (tensor.name.clone(), index_of(position, &tensor.shape));
                    wrong = Some(WrongTensor::NonFinite { name, index, value });
                }
                values[place] = T::from_f64(value);
            }
        })?;
        Ok(wrong)
    }

    fn skip(&mut self, entry: &Entry) -> Result<()> {
        self.pieces(entry, |_| ())
    }

    /// Reads the bytes of the next tensor, piece by piece.
    fn pieces(&mut self, entry: &Entry, mut use_it: impl FnMut(&[u8])) -> Result<()> {
        let (start, end) = entry.data_offsets;
        let mut left = end - start;
        let mut memory = vec![0; left.min(PIECE)];
        while left > 0 {
            let piece = &mut memory[..left.min(PIECE)];
            if let Err(reason) = fill(&mut self.input, piece, PROMISED) {
                return Err(self.unreadable(&reason));
            }
            self.checksum.add(piece);
            use_it(piece);
            left -= piece.len();
        }
        Ok(())
    }

    /// After the last number the file ends, and its checksum is that of the label, if there is one.
    fn finish(&mut self) -> Result<()> {
        let mut rest = Vec::new();
        match self.input.by_ref().take(1).read_to_end(&mut rest) {
            Ok(0) => {}
            Ok(_) => return Err(self.unreadable(&"it goes on after its last tensor")),
            Err(error) => return Err(self.unreadable(&error)),
        }
        let expected = format!("{:0CHECKSUM_DIGITS$x}", self.checksum.value());
        match self.label.get("checksum") {
            Some(checksum) if checksum != expected => Err(self.unreadable(
                &"its checksum does not match: it was damaged, or another program changed it and kept typenet's metadata",
            )),
            _ => Ok(()),
        }
    }
}

/// Fills `bytes`, or says that the file ends before `what` does.
fn fill(input: &mut impl Read, bytes: &mut [u8], what: &str) -> core::result::Result<(), String> {
    input.read_exact(bytes).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => format!("it ends before {what}"),
        _ => error.to_string(),
    })
}

/// The header, whose tensors the crate of the format holds to be one after the other and of the sizes they claim.
fn parse(header: &[u8]) -> core::result::Result<Metadata, String> {
    let metadata: Metadata = serde_json::from_slice(header).map_err(|error| format!("its header is wrong: {error}"))?;
    // Of two entries with one name, the parser has kept one. Each has this key once.
    let entries = header.windows(14).filter(|window| window == b"\"data_offsets\"").count();
    let names = metadata.tensors().len() + usize::from(metadata.info("data_offsets").is_some());
    if entries != names {
        return Err(format!("its header has {entries} entries under {names} names"));
    }
    Ok(metadata)
}

/// Our entry in the metadata.
fn own_label(metadata: &Metadata) -> core::result::Result<Label, String> {
    let Some(text) = metadata.metadata().as_ref().and_then(|entries| entries.get("typenet")) else {
        return Ok(Label::default());
    };
    let label = Label::parse(text);
    match label.get("format") {
        Some(FORMAT) if label.get("checksum").is_some() => Ok(label),
        Some(FORMAT) => Err("it has lost its checksum".to_string()),
        Some(other) => Err(format!("its format is {other:?}, and this version of typenet reads {FORMAT}")),
        None => Err("typenet's metadata do not tell the version of the format".to_string()),
    }
}

fn blank_checksum(header: &mut [u8]) {
    if let Some(digits) = checksum_digits(header) {
        header[digits..digits + CHECKSUM_DIGITS].fill(b'0');
    }
}

/// What is wrong with a tensor as the header describes it.
fn objection<T: Stored>(tensor: &Expected, entry: &Entry) -> Option<WrongTensor> {
    let name = || tensor.name.clone();
    if entry.shape != *tensor.shape {
        let (found, expected) = (entry.shape.clone(), tensor.shape.to_vec());
        return Some(WrongTensor::Shape { name: name(), found, expected });
    }
    if !T::TYPES.contains(&entry.dtype) {
        let expected = T::TYPES.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return Some(WrongTensor::Type { name: name(), found: entry.dtype.to_string(), expected });
    }
    None
}

/// The indices of a position, the last of which is the fastest.
fn index_of(mut position: usize, shape: &[usize]) -> Vec<usize> {
    let mut index: Vec<usize> = shape
        .iter()
        .rev()
        .map(|&size| {
            let here = position % size;
            position /= size;
            here
        })
        .collect();
    index.reverse();
    index
}
