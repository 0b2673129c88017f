//! For any bytes, a pair of IDX files is either read as finite values or rejected, without a panic and in bounded memory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use typenet::prelude::*;

#[path = "../../tests/support/measuring.rs"]
mod measuring;

use measuring::{bound, measured};

/// A compressed file may declare a thousand times as many elements as it has bytes, each of which becomes four bytes.
const EXPANSION: usize = 4 * 1032;

// The first byte is the length of the labels, which precede the images.
fuzz_target!(|bytes: &[u8]| {
    let Some((&length, files)) = bytes.split_first() else { return };
    let (labels, images) = files.split_at(usize::from(length).min(files.len()));
    let (data, memory) = measured(|| Dataset::<Image<1, 2, 3>, Class<3>>::from_idx_bytes(images, labels));
    assert!(memory <= bound(bytes.len()) + EXPANSION * bytes.len(), "{memory} bytes of memory for {}", bytes.len());
    if let Ok(data) = data {
        assert!(data.inputs().iter().flatten().flatten().flatten().all(|value| value.is_finite()));
    }
});
