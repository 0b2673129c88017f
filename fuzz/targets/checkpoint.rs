//! For any bytes, a checkpoint is either rejected, which leaves network and trainer unchanged, or resumed from, without a panic
//! and in bounded memory.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use typenet::prelude::*;

#[path = "../../tests/support/measuring.rs"]
mod measuring;
#[path = "../../tests/support/mended.rs"]
mod mended;

use measuring::{bound, measured};
use mended::mended;

network!(struct Small = Dense<3, 2>, Tanh, Dense<2, 2>);

/// Checkpoints can only be read from files. `fuzz/run` removes this one.
static PATH: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::var_os("FUZZ_FOLDER").map_or_else(std::env::temp_dir, PathBuf::from);
    folder.join(format!("checkpoint-{}", std::process::id()))
});

fn resume(bytes: &[u8]) {
    std::fs::write(&*PATH, bytes).expect("a temporary file can be written");
    let (mut network, mut trainer) = (Small::zeroed(), Trainer::new(Nll, Adam::new(0.01)));
    let (resumed, memory) = measured(|| trainer.resume(&mut network, &*PATH));
    assert!(memory <= bound(bytes.len()), "{memory} bytes of memory for {} of a file", bytes.len());
    if resumed.is_err() {
        assert!(network.parameters().iter().all(|&parameter| parameter == 0.0));
        assert_eq!(trainer.optimizer().steps(), 0);
        return;
    }
    trainer.save_checkpoint(&network, &*PATH).expect("the values that were read are finite");
    let (mut again, steps) = (Small::zeroed(), trainer.optimizer().steps());
    trainer.reset();
    trainer.resume(&mut again, &*PATH).expect("a written checkpoint can be read");
    assert!(again.parameters() == network.parameters() && trainer.optimizer().steps() == steps);
}

fuzz_target!(|bytes: &[u8]| {
    for bytes in [Some(bytes.to_vec()), mended(bytes)].into_iter().flatten() {
        resume(&bytes);
    }
});
