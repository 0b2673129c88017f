//! Which data sets are there to start with, without a download?

pub mod breast_cancer;
pub mod diabetes;
mod digits;
pub mod iris;
pub mod wine;

use alloc::vec::Vec;
use core::array;

use crate::dataset::Dataset;
use crate::shape::Vector;
use crate::target::Class;

pub use breast_cancer::breast_cancer;
pub use diabetes::diabetes;
pub use digits::digits;
pub use iris::iris;
pub use wine::wine;

/// Returns the data set of a table whose targets are the indices of classes.
fn labelled<const N: usize, const K: usize>(table: &[u8]) -> Dataset<Vector<N>, Class<K>> {
    let (inputs, labels): (Vec<_>, Vec<_>) =
        samples::<N>(table).map(|(features, class)| (features, class as usize)).unzip();
    Dataset::labelled(inputs, labels).expect("a table of the library holds finite features and indices of classes")
}

/// Returns the samples of a table that `tests/reference/make_datasets.py` wrote: `N` features and a target.
///
/// The quotients are the floats nearest to the decimals of the source, since their operands have less than 24 bits.
fn samples<const N: usize>(table: &[u8]) -> impl Iterator<Item = ([f32; N], u32)> {
    let (decimals, records) = table.split_at(N);
    let (integers, _) = records.as_chunks::<3>();
    integers.chunks_exact(N + 1).map(move |record| {
        let integer = |column: usize| {
            let [low, middle, high] = record[column];
            u32::from_le_bytes([low, middle, high, 0])
        };
        let feature = |column: usize| integer(column) as f32 / 10_u32.pow(decimals[column].into()) as f32;
        (array::from_fn(feature), integer(N))
    })
}
