//! For any bytes, a table is either read as finite values or rejected, without a panic and in bounded memory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use typenet::dataset::{Csv, Missing};
use typenet::prelude::*;

#[path = "../../tests/support/measuring.rs"]
mod measuring;

use measuring::{bound, measured};

/// A field or a category of one byte, with its separator, becomes a string or two and an entry of a table.
const EXPANSION: usize = 128;

// The first byte chooses the settings.
fuzz_target!(|bytes: &[u8]| {
    let Some((&settings, text)) = bytes.split_first() else { return };
    let mut table = Csv::in_memory(text).missing([Missing::Error, Missing::LeaveOut, Missing::Mean][usize::from(settings) % 3]);
    if settings & 16 != 0 {
        table = table.without_header().one_hot(["1"]).index(["2"]);
    }
    if settings & 32 != 0 {
        table = table.delimiter(b';').decimal_comma().comment(b'#');
    }
    let (data, memory) = measured(|| Dataset::<Vector<2>, Class<3>>::from_csv(table));
    assert!(memory <= bound(bytes.len()) + EXPANSION * bytes.len(), "{memory} bytes of memory for {}", bytes.len());
    if let Ok(data) = data {
        assert!(data.inputs().iter().flatten().all(|value| value.is_finite()));
    }
});
