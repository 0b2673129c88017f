//! Which parameters of a network belong to which tensor?
//!
//! The table is a tree of constant arrays, one per layer. Constants in generic code can refer to other tables, but cannot be
//! concatenated into one flat array.

mod same;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

/// The purpose of a tensor, which optimizers, weight decay and norms depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TensorKind {
    /// Learned coefficients that multiply inputs.
    Weight,
    /// Learned factors of single elements, which start at one, as in a normalization.
    Scale,
    /// Learned values that are added.
    Bias,
    /// Learned vectors, one per index of the first axis, which an index selects. In memory, each vector is contiguous.
    Embedding,
    /// Values that training measures rather than learns, which start at zero, such as a running mean. Optimizers add to them
    /// what the gradient has in their place: the change that the pass measured, usually zero.
    Statistic,
    /// A [`Statistic`](Self::Statistic) that starts at one, such as a running variance.
    Variance,
}

impl TensorKind {
    /// Returns whether training measures the values rather than learns them.
    #[must_use]
    pub const fn is_statistic(self) -> bool {
        matches!(self, Self::Statistic | Self::Variance)
    }

    /// Returns whether weight decay applies to the values.
    #[must_use]
    pub const fn is_decayed(self) -> bool {
        matches!(self, Self::Weight | Self::Embedding)
    }
}

/// One tensor of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// The name of the tensor in files: `weight`. It is that of the field that holds the tensor, unless PyTorch has another one, as for
    /// recurrent layers.
    pub name: &'static str,
    /// The sizes in the order of files and of PyTorch: `[outputs, inputs]` for a weight. In memory, the tensor is a
    /// column-major matrix with one row per index of the first axis. An [`Embedding`](TensorKind::Embedding) is in the order of
    /// files.
    pub shape: &'static [usize],
    /// The offset of the tensor within its layer, in elements.
    pub offset: usize,
    /// The purpose of the tensor.
    pub kind: TensorKind,
}

impl Tensor {
    /// Returns the number of elements.
    #[must_use]
    pub const fn len(&self) -> usize {
        let mut product = 1;
        let mut index = 0;
        while index < self.shape.len() {
            product *= self.shape[index];
            index += 1;
        }
        product
    }

    /// Returns whether the tensor has no elements.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One layer of a network in a table.
#[derive(Clone, Copy, Debug)]
pub struct TableEntry {
    /// The name of the layer's field: `hidden`. If it is empty, the tensors are named without a prefix for this layer.
    pub name: &'static str,
    /// The offset of the layer within the network, in elements.
    pub offset: usize,
    /// Whether optimizers leave the layer unchanged.
    pub frozen: bool,
    /// The table of the layer.
    pub table: TensorTable,
}

/// The tensors of flat parameters and their positions.
///
/// # Example
/// ```
/// use typenet::{FlatParameters, Dense};
///
/// let table = <Dense<64, 32> as FlatParameters<f32>>::TENSORS;
/// let [weight, bias] = &table.list()[..] else { panic!() };
/// assert_eq!((weight.name.as_str(), weight.shape, weight.range.clone()), ("weight", &[32, 64][..], 0..2048));
/// assert_eq!((bias.name.as_str(), bias.shape, bias.range.clone()), ("bias", &[32][..], 2048..2080));
/// ```
#[derive(Clone, Copy, Debug)]
pub enum TensorTable {
    /// The tensors of one layer.
    Tensors(&'static [Tensor]),
    /// The layers of a network.
    Layers(&'static [TableEntry]),
    /// The same parameters several times, one after the other, as in `Repeat`. Their names begin with the index: `0.hidden.weight`.
    Repeated(usize, &'static TensorTable),
}

/// A tensor and its position in the whole network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorInfo {
    /// The dotted name: `hidden.weight`.
    pub name: String,
    /// The sizes in the order of files: `[outputs, inputs]` for a weight.
    pub shape: &'static [usize],
    /// The range of the tensor in the flat parameters.
    pub range: Range<usize>,
    /// The purpose of the tensor.
    pub kind: TensorKind,
    /// Whether optimizers leave the tensor unchanged.
    pub frozen: bool,
}

impl TensorInfo {
    /// Returns the number of rows of the column-major matrix that the tensor is in memory. A matrix of one row is in the order of
    /// files.
    #[cfg(feature = "safetensors")]
    pub(crate) fn rows(&self) -> usize {
        match self.kind {
            TensorKind::Embedding => 1,
            _ => self.shape.first().map_or(1, |&rows| rows),
        }
    }
}

/// Returns the positions in memory of the elements of a tensor, in file order. In a file, the last index varies fastest. In
/// memory, a tensor is a matrix of `rows` rows, stored column by column.
#[cfg(feature = "safetensors")]
pub(crate) fn places(rows: usize, len: usize) -> impl Iterator<Item = usize> {
    let columns = len.checked_div(rows).unwrap_or(0);
    (0..rows).flat_map(move |row| (0..columns).map(move |column| column * rows + row))
}

/// A tensor or an enclosing layer, as the path of names from the outermost inwards. It represents a dotted name without
/// allocating.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    outer: Option<&'a Place<'a>>,
    name: Name,
}

/// One part of a dotted name.
#[derive(Clone, Copy, Debug)]
enum Name {
    /// The name of a field; an empty one is no part.
    Field(&'static str),
    /// The index of a repetition.
    Index(usize),
}

impl Name {
    /// Returns what remains of a dotted name after this part of it, or `None` if it starts with another one.
    fn strip(self, dotted: &str) -> Option<&str> {
        match self {
            Self::Field("") => Some(dotted),
            Self::Field(name) => {
                let rest = dotted.strip_prefix(name)?;
                if rest.is_empty() { Some(rest) } else { rest.strip_prefix('.') }
            }
            Self::Index(index) => {
                let (first, rest) = dotted.split_once('.').unwrap_or((dotted, ""));
                let is_plain =
                    first.bytes().all(|digit| digit.is_ascii_digit()) && (first == "0" || !first.starts_with('0'));
                (is_plain && first.parse() == Ok(index)).then_some(rest)
            }
        }
    }
}

impl Place<'_> {
    /// Returns whether `dotted` is the name of this place or of a layer that contains it.
    pub(crate) fn is_in(&self, dotted: &str) -> bool {
        !dotted.is_empty() && !dotted.ends_with('.') && self.strip(dotted) == Some("")
    }

    /// Returns what remains of a dotted name after removing the names of this place, or `None` if the name leads elsewhere.
    fn strip<'n>(&self, dotted: &'n str) -> Option<&'n str> {
        let rest = self.outer.map_or(Some(dotted), |outer| outer.strip(dotted))?;
        if rest.is_empty() { Some(rest) } else { self.name.strip(rest) }
    }
}

impl TensorTable {
    /// The table of a layer without parameters.
    pub const EMPTY: Self = Self::Tensors(&[]);

    /// Returns the table of a weight and a bias behind it, of which there is one per output, or none.
    ///
    /// # Panics
    /// Panics for any other number of biases, which only a type written by hand can cause.
    pub(crate) const fn of_weight_and_bias(tensors: &'static [Tensor; 2], outputs: usize) -> Self {
        let biases = tensors[1].len();
        assert!(biases == 0 || biases == outputs, "a layer has a bias per output, or none");
        Self::Tensors(if biases == 0 { tensors.split_at(1).0 } else { tensors })
    }

    /// Returns the total number of elements of the tensors.
    #[must_use]
    pub const fn len(&self) -> usize {
        let mut sum = 0;
        match self {
            Self::Tensors(tensors) => {
                let mut index = 0;
                while index < tensors.len() {
                    sum += tensors[index].len();
                    index += 1;
                }
            }
            Self::Layers(layers) => {
                let mut index = 0;
                while index < layers.len() {
                    sum += layers[index].table.len();
                    index += 1;
                }
            }
            Self::Repeated(count, table) => sum = *count * table.len(),
        }
        sum
    }

    /// Returns whether there are no elements.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns every tensor with its dotted name, in memory order.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Classifier = hidden: Dense<3, 2>, Tanh, Dense<2, 4>, Softmax);
    /// let tensors = Classifier::TENSORS.list();
    /// let names: Vec<_> = tensors.iter().map(|tensor| tensor.name.as_str()).collect();
    /// assert_eq!(names, ["hidden.weight", "hidden.bias", "dense.weight", "dense.bias"]);
    /// // In memory, the six weights and two biases of `hidden` come first.
    /// assert_eq!((tensors[2].shape, tensors[2].range.clone()), (&[4, 2][..], 8..16));
    /// ```
    #[must_use]
    pub fn list(&self) -> Vec<TensorInfo> {
        let mut list = Vec::new();
        self.append("", 0, false, &mut list);
        list
    }

    fn append(&self, prefix: &str, start: usize, frozen: bool, list: &mut Vec<TensorInfo>) {
        let dotted = |name: &str| {
            let mut full = String::from(prefix);
            if !full.is_empty() && !name.is_empty() {
                full.push('.');
            }
            full.push_str(name);
            full
        };
        match self {
            Self::Tensors(tensors) => list.extend(tensors.iter().map(|tensor| {
                let from = start + tensor.offset;
                TensorInfo {
                    name: dotted(tensor.name),
                    shape: tensor.shape,
                    range: from..from + tensor.len(),
                    kind: tensor.kind,
                    frozen,
                }
            })),
            Self::Layers(layers) => {
                for layer in *layers {
                    layer.table.append(&dotted(layer.name), start + layer.offset, frozen || layer.frozen, list);
                }
            }
            Self::Repeated(count, table) => {
                for index in 0..*count {
                    table.append(&dotted(&index.to_string()), start + index * table.len(), frozen, list);
                }
            }
        }
    }

    /// Calls `visit` with every tensor that is neither frozen nor a statistic, in memory order. Does not allocate.
    pub(crate) fn for_each_learned(&self, visit: &mut dyn FnMut(&Place<'_>, TensorKind, Range<usize>)) {
        self.visit_tensors(None, 0, |kind| !kind.is_statistic(), visit);
    }

    /// Calls `visit` with the range of every statistic that is not frozen, in memory order. Does not allocate.
    pub(crate) fn for_each_statistic(&self, visit: &mut dyn FnMut(Range<usize>)) {
        self.visit_tensors(None, 0, TensorKind::is_statistic, &mut |_, _, range| visit(range));
    }

    fn visit_tensors(
        &self,
        outer: Option<&Place<'_>>,
        start: usize,
        is_visited: fn(TensorKind) -> bool,
        visit: &mut dyn FnMut(&Place<'_>, TensorKind, Range<usize>),
    ) {
        match self {
            Self::Tensors(tensors) => {
                for tensor in tensors.iter().filter(|tensor| is_visited(tensor.kind)) {
                    let from = start + tensor.offset;
                    let place = Place { outer, name: Name::Field(tensor.name) };
                    visit(&place, tensor.kind, from..from + tensor.len());
                }
            }
            Self::Layers(layers) => {
                for layer in layers.iter().filter(|layer| !layer.frozen) {
                    let place = Place { outer, name: Name::Field(layer.name) };
                    layer.table.visit_tensors(Some(&place), start + layer.offset, is_visited, visit);
                }
            }
            Self::Repeated(count, table) => {
                for index in 0..*count {
                    let place = Place { outer, name: Name::Index(index) };
                    table.visit_tensors(Some(&place), start + index * table.len(), is_visited, visit);
                }
            }
        }
    }

    /// Calls `visit` with every range of elements that an optimizer may change, in order. Adjacent tensors form one range. Does
    /// not allocate.
    pub fn for_each_trainable(&self, visit: &mut dyn FnMut(Range<usize>)) {
        let mut range = 0..0;
        self.extend_range(0, &mut range, visit);
        if !range.is_empty() {
            visit(range);
        }
    }

    fn extend_range(&self, start: usize, range: &mut Range<usize>, visit: &mut dyn FnMut(Range<usize>)) {
        match self {
            Self::Tensors(tensors) => {
                for tensor in tensors.iter().filter(|tensor| !tensor.kind.is_statistic()) {
                    let from = start + tensor.offset;
                    let to = from + tensor.len();
                    if range.end == from && range.start < range.end {
                        range.end = to;
                    } else {
                        let finished = core::mem::replace(range, from..to);
                        if !finished.is_empty() {
                            visit(finished);
                        }
                    }
                }
            }
            Self::Layers(layers) => {
                for layer in layers.iter().filter(|layer| !layer.frozen) {
                    layer.table.extend_range(start + layer.offset, range, visit);
                }
            }
            Self::Repeated(count, table) => {
                for index in 0..*count {
                    table.extend_range(start + index * table.len(), range, visit);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{TableEntry, Tensor, TensorKind, TensorTable};

    const DENSE: TensorTable = TensorTable::Tensors(&[
        Tensor { name: "weight", shape: &[2, 3], offset: 0, kind: TensorKind::Weight },
        Tensor { name: "bias", shape: &[2], offset: 6, kind: TensorKind::Bias },
    ]);
    const NORMALIZATION: TensorTable = TensorTable::Tensors(&[
        Tensor { name: "scale", shape: &[2], offset: 0, kind: TensorKind::Weight },
        Tensor { name: "mean", shape: &[2], offset: 2, kind: TensorKind::Statistic },
    ]);

    fn network(frozen: bool) -> TensorTable {
        const FREE: &[TableEntry] = &[
            TableEntry { name: "a", offset: 0, frozen: false, table: DENSE },
            TableEntry { name: "n", offset: 8, frozen: false, table: NORMALIZATION },
            TableEntry { name: "b", offset: 12, frozen: false, table: DENSE },
        ];
        const FROZEN: &[TableEntry] = &[
            TableEntry { name: "a", offset: 0, frozen: true, table: DENSE },
            TableEntry { name: "b", offset: 8, frozen: false, table: DENSE },
        ];
        TensorTable::Layers(if frozen { FROZEN } else { FREE })
    }

    fn ranges(table: TensorTable) -> Vec<core::ops::Range<usize>> {
        let mut ranges = Vec::new();
        table.for_each_trainable(&mut |range| ranges.push(range));
        ranges
    }

    #[test]
    fn names_are_dotted_and_offsets_are_absolute() {
        let list = network(false).list();
        let names: Vec<_> = list.iter().map(|tensor| tensor.name.as_str()).collect();
        assert_eq!(names, ["a.weight", "a.bias", "n.scale", "n.mean", "b.weight", "b.bias"]);
        assert_eq!(list[4].range, 12..18);
    }

    #[test]
    fn statistics_and_frozen_layers_are_skipped_and_adjacent_tensors_joined() {
        assert_eq!(ranges(network(false)), [0..10, 12..20]);
        assert_eq!(ranges(network(true)).first(), Some(&(8..16)));
        assert_eq!(ranges(network(true)).len(), 1);
        assert!(ranges(TensorTable::EMPTY).is_empty());
    }

    #[test]
    fn repetitions_are_named_by_their_index() {
        const INNER: TensorTable = TensorTable::Layers(&[
            TableEntry { name: "a", offset: 0, frozen: false, table: DENSE },
            TableEntry { name: "b", offset: 8, frozen: true, table: DENSE },
        ]);
        let outer = TensorTable::Layers(&[
            TableEntry { name: "blocks", offset: 0, frozen: false, table: TensorTable::Repeated(12, &INNER) },
            TableEntry { name: "last", offset: 192, frozen: false, table: DENSE },
        ]);
        assert_eq!(outer.len(), 200);
        let list = outer.list();
        assert_eq!((list[4].name.as_str(), list[4].range.clone()), ("blocks.1.a.weight", 16..22));
        assert_eq!((list[47].name.as_str(), list[47].frozen), ("blocks.11.b.bias", true));
        assert_eq!(ranges(outer).len(), 13);
        assert_eq!(ranges(outer)[11..], [176..184, 192..200]);
        let inside = |dotted: &str| {
            let mut offsets = Vec::new();
            outer.for_each_learned(&mut |place, _, range| offsets.extend(place.is_in(dotted).then_some(range.start)));
            offsets
        };
        assert_eq!(inside("blocks.1"), [16, 22]);
        assert_eq!(inside("blocks.11.a"), [176, 182]);
        assert_eq!(inside("blocks").len(), 24);
        for nowhere in ["blocks.12", "blocks.01", "blocks.+1", "blocks.", "blocks.1.b", "blocks.a", "1"] {
            assert!(inside(nowhere).is_empty(), "{nowhere}");
        }
    }

    #[test]
    fn a_place_is_in_its_own_name_and_in_those_of_the_enclosing_layers() {
        const INNER: &[TableEntry] = &[
            TableEntry { name: "b", offset: 0, frozen: false, table: DENSE },
            TableEntry { name: "c", offset: 8, frozen: true, table: DENSE },
        ];
        let inside = |dotted: &str| {
            let mut offsets = Vec::new();
            let outer = TensorTable::Layers(&[
                TableEntry { name: "", offset: 0, frozen: false, table: DENSE },
                TableEntry { name: "a", offset: 8, frozen: false, table: TensorTable::Layers(INNER) },
                TableEntry { name: "ab", offset: 24, frozen: false, table: NORMALIZATION },
            ]);
            outer.for_each_learned(&mut |place, _, range| offsets.extend(place.is_in(dotted).then_some(range.start)));
            offsets
        };
        assert_eq!(inside("a"), [8, 14]);
        assert_eq!(inside("a.b"), [8, 14]);
        assert_eq!(inside("a.b.bias"), [14]);
        assert_eq!(inside("ab"), [24]);
        assert_eq!(inside("bias"), [6]);
        for nowhere in ["", ".", "a.", "b", "a.c", "ab.mean", "a.b.bias.x", "A"] {
            assert!(inside(nowhere).is_empty(), "{nowhere}");
        }
    }

    #[cfg(feature = "safetensors")]
    #[test]
    fn rows_of_files_are_columns_of_memory() {
        let order = |rows, len| super::places(rows, len).collect::<Vec<_>>();
        assert_eq!(order(2, 6), [0, 2, 4, 1, 3, 5]);
        assert_eq!(order(3, 3), [0, 1, 2]);
        assert_eq!(order(1, 3), [0, 1, 2]);
        assert_eq!(order(2, 8), [0, 2, 4, 6, 1, 3, 5, 7]);
        assert!(order(3, 0).is_empty() && order(0, 0).is_empty());
    }
}
