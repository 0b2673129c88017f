//! How do bytes become named tensors, with a list of everything that is wrong with them?

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Display;
use std::io::Read;

use crate::error::{Error, Result, WrongTensor, shown};
use crate::io::checksum::Checksum;
use crate::io::expected::Expected;
use crate::io::header::{Entry, parse};
use crate::io::label::{CHECKSUM_DIGITS, FORMAT, Label};
use crate::io::opened::{PROMISED, fill, require};
use crate::io::sides::{self, FEW_DIMENSIONS};
use crate::io::stored::{Stored, Values, width};
use crate::io::write::checksum_digits;
use crate::io::{Opened, Renames};
use crate::tensor::places;

/// The size of the buffer through which elements are read, a multiple of the width of any element.
const PIECE: usize = 1 << 15;
/// Returns the name of the running mean beside a counter of batches, which PyTorch writes for every batch normalization.
fn statistics_of_counter(name: &str) -> Option<String> {
    let layer = name.strip_suffix("num_batches_tracked")?;
    (layer.is_empty() || layer.ends_with('.')).then(|| format!("{layer}running_mean"))
}

/// Tensors that a file should have, and the memory for their elements.
pub(crate) struct Part<'a> {
    tensors: &'a [Expected],
    values: Values<'a>,
}

impl<'a> Part<'a> {
    pub(crate) fn new<T: Stored>(tensors: &'a [Expected], values: &'a mut [T]) -> Self {
        Self { tensors, values: T::values(values) }
    }
}

/// The contents of a file according to its header. The elements are still to be read.
pub(crate) struct Contents<'o> {
    source: &'o str,
    input: &'o mut dyn Read,
    checksum: Checksum,
    label: Label,
    header: &'o str,
    renames: &'o Renames<'o>,
    /// In the order of their bytes.
    tensors: Vec<Entry<'o>>,
}

impl Opened<'_> {
    /// Reads what the header says, with changed names for the tensors.
    pub(crate) fn contents<'o>(&'o mut self, renames: &'o Renames<'_>) -> Result<Contents<'o>> {
        let Self { source, input, length, header } = self;
        let unreadable = |reason| Error::Unreadable { source: source.clone(), reason };
        let mut parsed = parse(header).map_err(|reason| unreadable(format!("its header is wrong: {reason}")))?;
        let label = own_label(parsed.label.take()).map_err(unreadable)?;
        require(input, *length, header, parsed.len()).map_err(unreadable)?;
        if !renames.is_empty() {
            parsed.rename(|name| renames.apply(name)).map_err(unreadable)?;
        }
        let checksum = checksum(header.as_bytes(), &label);
        Ok(Contents { source, input, checksum, label, header, renames, tensors: parsed.tensors })
    }
}

impl Contents<'_> {
    /// Returns the name of the file for messages.
    pub(crate) fn source(&self) -> &str {
        self.source
    }

    /// Returns what the file says about itself. The label is empty if another program wrote the file.
    pub(crate) fn label(&self) -> &Label {
        &self.label
    }

    /// Returns the number of bytes of all tensors.
    pub(crate) fn len(&self) -> usize {
        self.tensors.iter().map(Entry::len).sum()
    }

    /// Returns the rows and columns of a tensor if the file has it with two dimensions and of a type that can be read.
    pub(crate) fn table<T: Stored>(&self, name: &str) -> Option<[usize; 2]> {
        let tensor = self.tensors.iter().find(|tensor| tensor.name == name)?;
        let mut sizes = tensor.sizes().take_while(|_| T::TYPES.contains(&tensor.kind));
        let table = [sizes.next()?, sizes.next()?];
        sizes.next().is_none().then_some(table)
    }

    /// Returns an error about the file as a whole.
    pub(crate) fn unreadable(&self, reason: &dyn Display) -> Error {
        Error::Unreadable { source: self.source.to_string(), reason: reason.to_string() }
    }

    /// Reads all elements of the file, and stores those of the parts in their memory. Tensors for which `pass_over` returns
    /// true are skipped. After an error the memory may have any contents.
    pub(crate) fn read(mut self, owner: &str, parts: &mut [Part<'_>], pass_over: &dyn Fn(&str) -> bool) -> Result<()> {
        let tensors = core::mem::take(&mut self.tensors);
        let wanted = Wanted::of(parts);
        let pass_over = &|parts: &[Part<'_>], name: &str| {
            let counted = statistics_of_counter(name);
            pass_over(name) || counted.is_some_and(|mean| wanted.find(parts, &mean).is_some())
        };
        let mut wrong: Vec<Option<WrongTensor>> =
            wanted.places.iter().map(|&place| Some(missing(parts, place))).collect();
        let mut unexpected = 0;
        for entry in &tensors {
            let Some(index) = wanted.find(parts, &entry.name) else {
                unexpected += usize::from(!pass_over(parts, &entry.name));
                self.skip(entry)?;
                continue;
            };
            let (part, tensor) = wanted.places[index];
            let Part { tensors, values } = &mut parts[part];
            wrong[index] = self.read_tensor(&tensors[tensor], entry, values)?;
        }
        self.finish()?;
        // Allocated for the exact number, since a file may have very many tensors that are not expected.
        let mut all = Vec::with_capacity(wrong.iter().flatten().count() + unexpected);
        all.extend(wrong.into_iter().flatten());
        let others =
            tensors.iter().filter(|entry| wanted.find(parts, &entry.name).is_none() && !pass_over(parts, &entry.name));
        all.extend(others.map(not_expected));
        if all.is_empty() {
            return Ok(());
        }
        drop(tensors);
        let names = self.renames.are_by_hand().then(|| {
            let expected = parts.iter().flat_map(|part| part.tensors);
            sides::table(self.header, self.renames, expected, owner)
        });
        let (source, network) = (self.source.to_string(), owner.to_string());
        Err(Error::WrongTensors { source, network, wrong: all, made_from: self.label.architecture(), names })
    }

    /// Reads the elements of a tensor into memory order, or skips them. Returns what is wrong with the tensor.
    fn read_tensor(
        &mut self,
        tensor: &Expected,
        entry: &Entry<'_>,
        values: &mut Values<'_>,
    ) -> Result<Option<WrongTensor>> {
        if let Some(wrong) = objection(tensor, entry, values) {
            self.skip(entry)?;
            return Ok(Some(wrong));
        }
        let places = places(tensor.rows, tensor.shape.iter().product());
        let (mut places, width) = (places.map(|place| tensor.range.start + place), width(entry.kind));
        let (mut position, mut broken) = (0, None);
        self.pieces(entry, |piece| {
            let in_piece = values.put(entry.kind, piece, &mut places);
            broken = broken.or(in_piece.map(|(element, value)| (position + element, value)));
            position += piece.len() / width;
        })?;
        Ok(broken.map(|(position, value)| {
            let (name, index) = (tensor.name.clone(), index_of(position, &tensor.shape));
            WrongTensor::NonFinite { name, index, value }
        }))
    }

    fn skip(&mut self, entry: &Entry<'_>) -> Result<()> {
        self.pieces(entry, |_| ())
    }

    /// Reads the bytes of the next tensor, piece by piece.
    fn pieces(&mut self, entry: &Entry<'_>, mut use_it: impl FnMut(&[u8])) -> Result<()> {
        let mut left = entry.len();
        let mut memory = vec![0; left.min(PIECE)];
        while left > 0 {
            let piece = &mut memory[..left.min(PIECE)];
            if let Err(reason) = fill(self.input, piece, PROMISED) {
                return Err(self.unreadable(&reason));
            }
            self.checksum.add(piece);
            use_it(piece);
            left -= piece.len();
        }
        Ok(())
    }

    /// Checks that the file ends after the last element, and that its checksum is that of the label, if there is one.
    fn finish(&mut self) -> Result<()> {
        let mut rest = Vec::new();
        match self.input.take(1).read_to_end(&mut rest) {
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

/// The tensors of all parts.
struct Wanted {
    /// The part and the tensor in it, in order.
    places: Vec<(usize, usize)>,
    /// The positions in `places`, sorted by name.
    by_name: Vec<usize>,
}

impl Wanted {
    fn of(parts: &[Part<'_>]) -> Self {
        let of_part = |(part, all): (usize, &Part<'_>)| (0..all.tensors.len()).map(move |tensor| (part, tensor));
        let places: Vec<_> = parts.iter().enumerate().flat_map(of_part).collect();
        let mut by_name: Vec<_> = (0..places.len()).collect();
        by_name.sort_by_key(|&index| name(parts, places[index]));
        Self { places, by_name }
    }

    /// Returns the position of the tensor with this name.
    fn find(&self, parts: &[Part<'_>], wanted: &str) -> Option<usize> {
        let found = self.by_name.binary_search_by_key(&wanted, |&index| name(parts, self.places[index]));
        found.ok().map(|place| self.by_name[place])
    }
}

fn name<'p>(parts: &'p [Part<'_>], (part, tensor): (usize, usize)) -> &'p str {
    &parts[part].tensors[tensor].name
}

fn missing(parts: &[Part<'_>], (part, tensor): (usize, usize)) -> WrongTensor {
    let Expected { name, shape, .. } = &parts[part].tensors[tensor];
    WrongTensor::Missing { name: name.clone(), expected: shape.to_vec() }
}

/// Describes a tensor that is not expected.
fn not_expected(entry: &Entry<'_>) -> WrongTensor {
    let (name, dimensions) = (entry.name.to_string(), entry.sizes().count());
    if dimensions > FEW_DIMENSIONS {
        return WrongTensor::Dimensions { name, found: dimensions, expected: None };
    }
    let mut found = Vec::with_capacity(dimensions);
    found.extend(entry.sizes());
    WrongTensor::Unexpected { name, found }
}

/// Returns what is wrong with a tensor as the header describes it.
fn objection(tensor: &Expected, entry: &Entry<'_>, values: &Values<'_>) -> Option<WrongTensor> {
    let name = || tensor.name.clone();
    if !values.types().contains(&entry.kind) {
        let expected = values.types().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return Some(WrongTensor::Type { name: name(), found: entry.kind.to_string(), expected });
    }
    if !entry.sizes().eq(tensor.shape.iter().copied()) {
        let (expected, dimensions) = (tensor.shape.to_vec(), entry.sizes().count());
        return Some(if dimensions > expected.len().max(FEW_DIMENSIONS) {
            WrongTensor::Dimensions { name: name(), found: dimensions, expected: Some(expected) }
        } else {
            WrongTensor::Shape { name: name(), found: entry.sizes().collect(), expected }
        });
    }
    None
}

/// Parses this library's entry in the metadata.
fn own_label(text: Option<Cow<'_, str>>) -> core::result::Result<Label, String> {
    let Some(text) = text else {
        return Ok(Label::default());
    };
    let label = Label::parse(text.into_owned());
    match label.get("format") {
        Some(FORMAT) if label.get("checksum").is_some() => Ok(label),
        Some(FORMAT) => Err("it has lost its checksum".to_string()),
        Some(other) => Err(format!("its format is \"{}\", and this version of typenet reads {FORMAT}", shown(other))),
        None => Err("typenet's metadata does not contain the version of the format".to_string()),
    }
}

/// Computes the checksum of a header, with zeros in place of the digits of the checksum that it may contain.
fn checksum(header: &[u8], label: &Label) -> Checksum {
    let mut checksum = Checksum::new();
    checksum.add(&(header.len() as u64).to_le_bytes());
    match label.get("checksum").and_then(|_| checksum_digits(header)) {
        Some(digits) => {
            checksum.add(&header[..digits]);
            checksum.add(&[b'0'; CHECKSUM_DIGITS]);
            checksum.add(&header[digits + CHECKSUM_DIGITS..]);
        }
        None => checksum.add(header),
    }
    checksum
}

/// Returns the indices of a position, where the last index varies fastest.
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
