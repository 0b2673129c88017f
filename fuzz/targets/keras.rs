//! For any bytes, a file of Keras is either read as finite values or rejected, without a panic and in bounded memory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use typenet::WeightsFile;
use typenet::prelude::*;

#[path = "../../tests/support/measuring.rs"]
mod measuring;

use measuring::{bound, measured};

network!(struct Small = hidden: Dense<3, 4>, Tanh, output: Dense<4, 2>);

/// An entry of an archive may be 16 times as large as the archive. A group may list one layer many times, each time with its name.
const EXPANSION: usize = 16 * 64;

fuzz_target!(|bytes: &[u8]| {
    let file = || WeightsFile::in_memory(bytes).rename([("dense", "hidden")]);
    let (network, memory) = measured(|| Small::load(file()));
    assert!(memory <= bound(bytes.len()) + EXPANSION * bytes.len(), "{memory} bytes of memory for {}", bytes.len());
    match network {
        Ok(network) => assert!(network.parameters().iter().all(|value| value.is_finite())),
        // The message quotes the contents of the file.
        Err(error) => assert!(!error.to_string().contains('\u{1b}')),
    }
});
