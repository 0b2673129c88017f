//! Do the weights in a file fit a network? Checked at compile time, with a list of everything that is wrong.

use core::mem::MaybeUninit;

use super::message::Message;
use crate::flat_parameters::{FlatParameters, filled, put};
use crate::io::Stored;
use crate::network::Network;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, TensorKind, TensorTable};

/// A tensor of a file, with its elements in memory order.
#[derive(Clone, Copy, Debug)]
pub struct Embedded {
    /// The dotted name.
    pub name: &'static str,
    /// The sizes, in the order of the file.
    pub shape: &'static [usize],
    /// `f32` or `f64`.
    pub kind: &'static str,
    /// The elements, as little-endian bytes.
    pub numbers: &'static [u8],
}

/// Enough for about a hundred wrong tensors.
const LONGEST: usize = 16_384;
/// Enough for the dotted name of a tensor.
const NAME: usize = 1024;

/// Returns the network with the weights of a file.
///
/// # Panics
/// Panics in constant evaluation, with a list of the tensors that do not fit.
#[track_caller]
#[must_use]
pub const fn embedded<N: Network<Scalar: Stored>>(network: &str, file: &str, tensors: &[Embedded]) -> N {
    const {
        assert!(cfg!(target_endian = "little"), "weights are embedded as they are in the file: lowest byte first");
    };
    let mut reading =
        Reading { block: MaybeUninit::<N>::uninit(), bytes: 0, wrong: Message::new(), prefix: None, tensors };
    let table = <N as FlatParameters<N::Scalar>>::TENSORS;
    reading.table::<N::Scalar>(&table, &Message::new(), 0);
    let mut index = 0;
    while index < tensors.len() {
        if !names(&table, &Message::new(), tensors[index].name) {
            line(&mut reading.wrong, tensors[index].name, " of shape ");
            sizes(&mut reading.wrong, tensors[index].shape);
            reading.wrong.text(" is not expected");
        }
        index += 1;
    }
    if reading.wrong.room() < LONGEST {
        let message = does_not_fit(network, file, &reading.wrong, reading.prefix);
        panic!("{}", message.as_str());
    }
    filled(reading.block, reading.bytes)
}

/// Formats the list of what is wrong, and the remedy if the names in the file have a prefix.
const fn does_not_fit(
    network: &str,
    file: &str,
    wrong: &Message<LONGEST>,
    prefix: Option<&str>,
) -> Message<{ LONGEST + 4 * NAME }> {
    let mut message = Message::new();
    all(&mut message, &["`", file, "` does not fit `", network, "`\n", wrong.as_str()]);
    if let Some(prefix) = prefix {
        all(&mut message, &["\n\nhelp: the names in the file start with `", prefix, "`: `weights!(", network]);
        all(&mut message, &[", \"", file, "\", strip_prefix = \"", prefix, "\")`"]);
    }
    message
}

/// Appends several texts.
const fn all<const N: usize>(message: &mut Message<N>, texts: &[&str]) {
    let mut index = 0;
    while index < texts.len() {
        message.text(texts[index]);
        index += 1;
    }
}

/// A network that is filled one tensor after the other.
struct Reading<'a, N> {
    block: MaybeUninit<N>,
    /// The number of bytes written so far.
    bytes: usize,
    /// A line for each tensor that does not fit.
    wrong: Message<LONGEST>,
    /// What precedes, in the file, the name of the first tensor that is missing there.
    prefix: Option<&'a str>,
    tensors: &'a [Embedded],
}

impl<N> Reading<'_, N> {
    /// Fills the tensors that the table describes, starting at element `start`.
    const fn table<T: Scalar>(&mut self, table: &TensorTable, prefix: &Message<NAME>, start: usize) {
        let mut index = 0;
        match table {
            TensorTable::Tensors(tensors) => {
                while index < tensors.len() {
                    let name = dotted(prefix, tensors[index].name);
                    self.tensor::<T>(&tensors[index], name.as_str(), start);
                    index += 1;
                }
            }
            TensorTable::Layers(layers) => {
                while index < layers.len() {
                    let name = dotted(prefix, layers[index].name);
                    self.table::<T>(&layers[index].table, &name, start + layers[index].offset);
                    index += 1;
                }
            }
            TensorTable::Repeated(count, table) => {
                while index < *count {
                    self.table::<T>(table, &dotted_index(prefix, index), start + index * table.len());
                    index += 1;
                }
            }
        }
    }

    const fn tensor<T: Scalar>(&mut self, tensor: &Tensor, name: &str, start: usize) {
        let mut index = 0;
        while index < self.tensors.len() && !same(self.tensors[index].name, name) {
            index += 1;
        }
        if index == self.tensors.len() {
            line(&mut self.wrong, name, " of shape ");
            sizes(&mut self.wrong, tensor.shape);
            self.wrong.text(" is missing");
            if self.prefix.is_none() {
                self.prefix = prefix(self.tensors, name);
            }
            return;
        }
        let found = &self.tensors[index];
        if !same_sizes(found.shape, tensor.shape) {
            line(&mut self.wrong, name, " has shape ");
            sizes(&mut self.wrong, found.shape);
            self.wrong.text(", but ");
            sizes(&mut self.wrong, tensor.shape);
            self.wrong.text(" is expected");
        } else if !same(found.kind, T::NAME) {
            line(&mut self.wrong, name, " is of type ");
            self.wrong.text(found.kind);
            self.wrong.text(", but the network of ");
            self.wrong.text(T::NAME);
        } else {
            self.put(tensor, found, start + tensor.offset, size_of::<T>());
            self.bytes += found.numbers.len();
        }
    }
}

impl<N> Reading<'_, N> {
    /// Writes a tensor to the element at `start`. The `width` of an element is in bytes.
    const fn put(&mut self, tensor: &Tensor, found: &Embedded, start: usize, width: usize) {
        let TensorKind::Embedding = tensor.kind else {
            return put(&mut self.block, start * width, found.numbers);
        };
        // From column-major order.
        let (rows, columns) = (tensor.shape[0], tensor.shape[1]);
        let mut element = 0;
        while element < rows * columns {
            let from = (element % columns * rows + element / columns) * width;
            put(&mut self.block, (start + element) * width, found.numbers.split_at(from).1.split_at(width).0);
            element += 1;
        }
    }
}

/// Returns what precedes `name` in the name of a tensor, up to a dot: `module.` in `module.hidden.weight`.
const fn prefix<'a>(tensors: &'a [Embedded], name: &str) -> Option<&'a str> {
    let mut index = 0;
    while index < tensors.len() {
        let full = tensors[index].name;
        if full.len() > name.len() {
            let start = full.len() - name.len();
            if full.is_char_boundary(start) && full.as_bytes()[start - 1] == b'.' && same(full.split_at(start).1, name)
            {
                return Some(full.split_at(start).0);
            }
        }
        index += 1;
    }
    None
}

/// Starts a new line with a name in backticks.
const fn line(message: &mut Message<LONGEST>, name: &str, then: &str) {
    message.text("\n`");
    message.text(name);
    message.text("`");
    message.text(then);
}

/// Writes sizes as `[32, 64]`.
const fn sizes(message: &mut Message<LONGEST>, sizes: &[usize]) {
    message.text("[");
    let mut index = 0;
    while index < sizes.len() {
        if index > 0 {
            message.text(", ");
        }
        message.number(sizes[index]);
        index += 1;
    }
    message.text("]");
}

/// Joins the names of a layer and its part with a dot, unless one of the two is empty.
const fn dotted(prefix: &Message<NAME>, name: &str) -> Message<NAME> {
    let mut full = *prefix;
    if full.room() < NAME && !name.is_empty() {
        full.text(".");
    }
    full.text(name);
    full
}

/// Appends the index of a repetition to the name of a layer.
const fn dotted_index(prefix: &Message<NAME>, index: usize) -> Message<NAME> {
    let mut full = *prefix;
    if full.room() < NAME {
        full.text(".");
    }
    full.digits(index);
    full
}

/// Returns whether the table has a tensor of this name.
const fn names(table: &TensorTable, prefix: &Message<NAME>, name: &str) -> bool {
    let mut index = 0;
    match table {
        TensorTable::Tensors(tensors) => {
            while index < tensors.len() {
                if same(dotted(prefix, tensors[index].name).as_str(), name) {
                    return true;
                }
                index += 1;
            }
        }
        TensorTable::Layers(layers) => {
            while index < layers.len() {
                if names(&layers[index].table, &dotted(prefix, layers[index].name), name) {
                    return true;
                }
                index += 1;
            }
        }
        TensorTable::Repeated(count, table) => {
            while index < *count {
                if names(table, &dotted_index(prefix, index), name) {
                    return true;
                }
                index += 1;
            }
        }
    }
    false
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}

const fn same_sizes(one: &[usize], other: &[usize]) -> bool {
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}
