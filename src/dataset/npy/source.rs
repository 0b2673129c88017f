//! An array that is read from start to end.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};

use super::Npy;
use super::header::Header;
use super::kind::Kind;
use crate::dataset::place::{Place, failed};
use crate::error::{Error, Result, shown};

/// The first bytes of a file.
pub(super) const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// The first bytes of an archive.
const ARCHIVE: &[u8; 2] = b"PK";
/// The largest header. NumPy needs less than 200 bytes for an array without records.
const LONGEST_HEADER: u32 = 1 << 16;

/// An array whose header has been read.
pub struct Array<'f> {
    /// The name of the array for messages.
    name: String,
    input: &'f mut dyn Read,
    /// The number of bytes from the start of the file to the elements.
    pub(super) start: usize,
    /// The number of bytes in the file, if it is known before they are read.
    bytes: Option<u64>,
    pub(super) kind: Kind,
    pub(super) header: Header,
}

impl Npy<'_> {
    /// Opens the array for `work`. `role` names it in messages if it is in memory.
    pub(super) fn open<R>(&self, role: &str, work: impl FnOnce(&mut Array<'_>) -> Result<R>) -> Result<R> {
        #[cfg(feature = "npz")]
        if let Some(array) = &self.array {
            return self.open_in_archive(array, role, work);
        }
        match &self.place {
            Place::Path(path) => {
                let failed = |error| failed(path, &error);
                let file = File::open(path).map_err(failed)?;
                let bytes = file.metadata().map_err(failed)?.len();
                Array::read(self.place.name(role), &mut BufReader::new(file), Some(bytes), work)
            }
            &Place::Memory(mut bytes) => {
                let len = bytes.len() as u64;
                Array::read(self.place.name(role), &mut bytes, Some(len), work)
            }
        }
    }
}

impl Array<'_> {
    /// Reads the header, lets `work` read the elements, and checks that nothing follows.
    pub(super) fn read<R>(
        name: String,
        input: &mut dyn Read,
        bytes: Option<u64>,
        work: impl FnOnce(&mut Array<'_>) -> Result<R>,
    ) -> Result<R> {
        let mut array = Array::open(name, input, bytes)?;
        let result = work(&mut array)?;
        array.end()?;
        Ok(result)
    }
}

impl<'f> Array<'f> {
    /// Reads the header.
    pub(super) fn open(name: String, input: &'f mut dyn Read, bytes: Option<u64>) -> Result<Self> {
        let (header, start) = read_header(input).map_err(|reason| unreadable(&name, reason))?;
        let Some(kind) = Kind::of(&header.description) else {
            let description = shown(&header.description);
            return Err(unreadable(
                &name,
                format!("its elements are `{description}`, and not floats, integers or Booleans of at most 8 bytes"),
            ));
        };
        Ok(Self { name, input, start, bytes, kind, header })
    }

    pub(super) fn unreadable(&self, reason: String) -> Error {
        unreadable(&self.name, reason)
    }

    /// Returns the number of samples, and the sizes of the axes of each.
    pub(super) fn sizes(&self) -> Result<(usize, &[usize])> {
        match self.header.sizes.split_first() {
            Some((&samples, sizes)) => Ok((samples, sizes)),
            None => Err(self.unreadable("it is a single element, without an axis for the samples".to_owned())),
        }
    }

    /// Checks the number of inputs before they are read.
    pub(super) fn require_samples(&self, targets: usize) -> Result<()> {
        let (samples, _) = self.sizes()?;
        if samples == targets {
            return Ok(());
        }
        Err(Error::CountMismatch { first: "inputs", first_count: samples, second: "targets", second_count: targets })
    }

    /// Calls `visit` with the position and the bytes of each sample, which has `len` elements. The last axis varies fastest.
    pub(super) fn for_each_sample(
        &mut self,
        len: usize,
        mut visit: impl FnMut(&Self, usize, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let (samples, sizes) = self.sizes()?;
        let width = self.kind.width;
        let total = self.total(len)?;
        let mut sample = vec![0; len * width];
        if !self.header.is_fortran {
            for position in 0..samples {
                self.fill(&mut sample)?;
                visit(self, position, &sample)?;
            }
            return Ok(());
        }
        let places = places_of_fortran(sizes);
        let mut all = Vec::new();
        if let Err(error) = self.input.take(total as u64).read_to_end(&mut all) {
            return Err(self.unreadable(error.to_string()));
        }
        if all.len() < total {
            return Err(self.truncated());
        }
        for position in 0..samples {
            for (element, place) in sample.chunks_exact_mut(width).zip(&places) {
                element.copy_from_slice(&all[(position + samples * place) * width..][..width]);
            }
            visit(self, position, &sample)?;
        }
        Ok(())
    }

    /// Returns the number of bytes of all samples, which have `len` elements each. They are in the file.
    fn total(&self, len: usize) -> Result<usize> {
        let (samples, _) = self.sizes()?;
        let Some(total) = len.checked_mul(self.kind.width).and_then(|bytes| bytes.checked_mul(samples)) else {
            return Err(self.unreadable(format!("{} are more elements than any memory holds", self.declared())));
        };
        if self.bytes.is_some_and(|bytes| bytes.saturating_sub(self.start as u64) < total as u64) {
            return Err(self.truncated());
        }
        Ok(total)
    }

    /// Requires that the file has the bytes of its samples, and none after them.
    pub(super) fn require_exact(&self, len: usize) -> Result<()> {
        let total = self.total(len)? as u64;
        if self.bytes.is_some_and(|bytes| bytes.saturating_sub(self.start as u64) > total) {
            return Err(self.longer());
        }
        Ok(())
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.input.read_exact(bytes).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => self.truncated(),
            _ => self.unreadable(error.to_string()),
        })
    }

    fn truncated(&self) -> Error {
        let found = match self.bytes {
            Some(bytes) => format!(": after its header it has {} bytes", bytes.saturating_sub(self.start as u64)),
            None => String::new(),
        };
        self.unreadable(format!("it ends before the elements that its header declares, {}{found}", self.declared()))
    }

    fn longer(&self) -> Error {
        self.unreadable(format!("it has more bytes than its header declares, {}", self.declared()))
    }

    /// Describes the elements as the header does.
    fn declared(&self) -> String {
        let sizes = self.header.sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        format!("({}) of `{}`", shown(&sizes), self.header.description)
    }

    /// Checks that nothing follows. A checksum of an archive is compared here.
    fn end(&mut self) -> Result<()> {
        match self.input.read(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(self.longer()),
            Err(error) => Err(self.unreadable(error.to_string())),
        }
    }
}

/// Returns where the elements of a sample are in the order of Fortran, in which the first of its axes varies fastest.
fn places_of_fortran(sizes: &[usize]) -> Vec<usize> {
    let mut places = vec![0];
    let mut stride = 1;
    let strides = sizes.iter().map(|size| {
        let before = stride;
        stride *= size;
        (*size, before)
    });
    for (size, stride) in strides.collect::<Vec<_>>() {
        places = places.iter().flat_map(|&place| (0..size).map(move |index| place + index * stride)).collect();
    }
    places
}

pub(super) fn unreadable(name: &str, reason: String) -> Error {
    Error::Unreadable { source: name.to_owned(), reason }
}

/// Reads the header, and returns it with the number of its bytes.
fn read_header(input: &mut dyn Read) -> core::result::Result<(Header, usize), String> {
    let mut start = [0; 8];
    let found = fill_or_end(input, &mut start)?;
    if found < start.len() || start[..6] != *MAGIC {
        return Err(no_array(&start[..found]));
    }
    let [.., major, minor] = start;
    let length_bytes = match major {
        1 => 2,
        2 | 3 => 4,
        _ => return Err(format!("its format has version {major}.{minor}, but only 1 to 3 are known")),
    };
    let mut length = [0; 4];
    if fill_or_end(input, &mut length[..length_bytes])? < length_bytes {
        return Err("it ends within the length of its header".to_owned());
    }
    let length = u32::from_le_bytes(length);
    if length > LONGEST_HEADER {
        return Err(format!("its header would have {length} bytes"));
    }
    let mut text = vec![0; length as usize];
    let found = fill_or_end(input, &mut text)?;
    if found < text.len() {
        return Err(format!("it ends within its header, which would have {length} bytes, after {found}"));
    }
    let position = start.len() + length_bytes;
    Ok((Header::parse(&text, position)?, position + text.len()))
}

/// Describes a file that does not start as an array does.
fn no_array(start: &[u8]) -> String {
    if start.is_empty() {
        return "it is empty".to_owned();
    }
    if start.starts_with(ARCHIVE) {
        return "it is an archive `.npz`: choose one of its arrays with `array(..)`, which needs the feature `npz`"
            .to_owned();
    }
    format!("it is no array of NumPy, which starts with \"{}\", but \"{}\"", MAGIC.escape_ascii(), start.escape_ascii())
}

/// Reads until the bytes are full or the file ends, and returns how many were read.
fn fill_or_end(input: &mut dyn Read, bytes: &mut [u8]) -> core::result::Result<usize, String> {
    let mut filled = 0;
    while filled < bytes.len() {
        match input.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(filled)
}
