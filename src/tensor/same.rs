//! Do two tables have the same tensors?

use crate::tensor::{Tensor, TensorTable};

impl TensorTable {
    /// Returns whether both tables have tensors of the same names, shapes, kinds and places, in layers of the same names.
    #[must_use]
    pub(crate) const fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tensors(ours), Self::Tensors(theirs)) => {
                let mut index = 0;
                while index < ours.len() && index < theirs.len() && is_same_tensor(&ours[index], &theirs[index]) {
                    index += 1;
                }
                index == ours.len() && index == theirs.len()
            }
            (Self::Layers(ours), Self::Layers(theirs)) => {
                let mut index = 0;
                while index < ours.len() && index < theirs.len() {
                    let (one, other) = (&ours[index], &theirs[index]);
                    let is_placed_alike = one.offset == other.offset && is_same_name(one.name, other.name);
                    if !is_placed_alike || !one.table.is_same(&other.table) {
                        return false;
                    }
                    index += 1;
                }
                index == ours.len() && index == theirs.len()
            }
            (Self::Repeated(one, ours), Self::Repeated(other, theirs)) => *one == *other && ours.is_same(theirs),
            _ => false,
        }
    }
}

const fn is_same_tensor(one: &Tensor, other: &Tensor) -> bool {
    let mut axis = 0;
    while axis < one.shape.len() && axis < other.shape.len() && one.shape[axis] == other.shape[axis] {
        axis += 1;
    }
    axis == one.shape.len()
        && axis == other.shape.len()
        && one.offset == other.offset
        && one.kind as u8 == other.kind as u8
        && is_same_name(one.name, other.name)
}

const fn is_same_name(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}

#[cfg(test)]
mod tests {
    use crate::tensor::{TableEntry, Tensor, TensorKind, TensorTable};

    const fn of(name: &'static str, shape: &'static [usize], kind: TensorKind) -> Tensor {
        Tensor { name, shape, offset: 0, kind }
    }

    const fn layer(name: &'static str, table: TensorTable) -> TableEntry {
        TableEntry { name, offset: 0, frozen: false, table }
    }

    const WEIGHT: TensorTable = TensorTable::Tensors(&[of("weight", &[2, 3], TensorKind::Weight)]);
    /// All others differ from the first.
    const TABLES: &[TensorTable] = &[
        WEIGHT,
        TensorTable::EMPTY,
        TensorTable::Tensors(&[of("weights", &[2, 3], TensorKind::Weight)]),
        TensorTable::Tensors(&[of("weight", &[3, 2], TensorKind::Weight)]),
        TensorTable::Tensors(&[of("weight", &[2, 3, 1], TensorKind::Weight)]),
        TensorTable::Tensors(&[of("weight", &[2, 3], TensorKind::Embedding)]),
        TensorTable::Tensors(&[of("weight", &[2, 3], TensorKind::Weight); 2]),
        TensorTable::Layers(&[layer("a", WEIGHT)]),
        TensorTable::Layers(&[layer("b", WEIGHT)]),
        TensorTable::Layers(&[layer("a", WEIGHT), layer("b", TensorTable::EMPTY)]),
        TensorTable::Layers(&[layer("a", TensorTable::EMPTY)]),
        TensorTable::Repeated(2, &WEIGHT),
        TensorTable::Repeated(3, &WEIGHT),
        TensorTable::Repeated(2, &TensorTable::EMPTY),
    ];

    #[test]
    fn tables_are_the_same_as_themselves_alone() {
        for (index, one) in TABLES.iter().enumerate() {
            for (other_index, other) in TABLES.iter().enumerate() {
                assert_eq!(one.is_same(other), index == other_index, "{one:?} {other:?}");
            }
        }
    }
}
