//! For any bytes, a table is either read as finite values or rejected, without a panic and in bounded memory; and the same samples are read from a
//! file one at a time.
#![no_main]

use std::env::{temp_dir, var_os};
use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use typenet::dataset::{Csv, Missing, SampleReader};
use typenet::prelude::*;

#[path = "../../tests/support/measuring.rs"]
mod measuring;

use measuring::{bound, measured};

/// A field or a category of one byte, with its separator, becomes a string or two and an entry of a table.
const EXPANSION: usize = 128;

type Data = Dataset<Vector<2>, Class<3>>;

fn set(table: Csv<'_>, settings: u8) -> Csv<'_> {
    let mut table = table.missing([Missing::Error, Missing::LeaveOut, Missing::Mean][usize::from(settings) % 3]);
    if settings & 16 != 0 {
        table = table.without_header().one_hot(["1"]).index(["2"]);
    }
    if settings & 32 != 0 {
        table = table.delimiter(b';').decimal_comma().comment(b'#');
    }
    table
}

// The first byte chooses the settings.
fuzz_target!(|bytes: &[u8]| {
    let Some((&settings, text)) = bytes.split_first() else { return };
    let bound = bound(bytes.len()) + EXPANSION * bytes.len();
    let (data, memory) = measured(|| Data::from_csv(set(Csv::in_memory(text), settings)));
    assert!(memory <= bound, "{memory} bytes of memory for {}", bytes.len());
    let Ok(data) = data else { return };
    assert!(data.inputs().iter().flatten().all(|value| value.is_finite()));

    // Only what can be read is written, since that takes longer.
    let path = var_os("FUZZ_FOLDER").map_or_else(temp_dir, PathBuf::from).join("table.csv");
    std::fs::write(&path, text).expect("the folder can be written to");
    let (file, memory) = measured(|| set(Csv::at(&path), settings).open::<Vector<2>, Class<3>, f32>());
    assert!(memory <= bound, "{memory} bytes of memory for {}", bytes.len());
    let mut file = file.expect("it is the same table");
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for at in (0..file.len()).rev() {
        file.read(at, &mut inputs, &mut targets).expect("the file has not changed");
    }
    assert!(inputs.iter().rev().eq(data.inputs()) && targets.iter().rev().eq(data.targets()));
});
