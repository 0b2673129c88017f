//! For any bytes, arrays of NumPy and archives of them are either read as finite values or rejected, without a panic and in bounded memory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use typenet::dataset::Npy;
use typenet::prelude::*;

#[path = "../../tests/support/measuring.rs"]
mod measuring;

use measuring::{bound, measured};

/// A compressed array may have a thousand times as many elements as its file has bytes. Each becomes four bytes, in a vector that
/// grows by doubling.
const EXPANSION: usize = 12 * 1032;

// The first byte is the length of the labels, which precede the inputs, or that of an archive of both.
fuzz_target!(|bytes: &[u8]| {
    let Some((&length, files)) = bytes.split_first() else { return };
    let (labels, inputs) = files.split_at(usize::from(length).min(files.len()));
    let (data, memory) = measured(|| {
        if length == 0 {
            Dataset::<Image<1, 2, 3>, Class<3>>::from_npz(Npy::in_memory(inputs), "x", "y")
        } else {
            Dataset::from_npy(Npy::in_memory(inputs), Npy::in_memory(labels))
        }
    });
    assert!(memory <= bound(bytes.len()) + EXPANSION * bytes.len(), "{memory} bytes of memory for {}", bytes.len());
    if let Ok(data) = data {
        assert!(data.inputs().iter().flatten().flatten().flatten().all(|value| value.is_finite()));
    }
});
