//! For any bytes, a weights file is either read as finite values or rejected, without a panic and in bounded memory. What was
//! read is written and read again with the same bits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use typenet::prelude::*;
use typenet::{QuantileTransformer, WeightsFile};

#[path = "../../tests/support/measuring.rs"]
mod measuring;
#[path = "../../tests/support/mended.rs"]
mod mended;

use measuring::{bound, measured};
use mended::mended;

network!(struct Small = Dense<3, 2>, Tanh, Dense<2, 2>);

fn read<N: Weights>(bytes: &[u8]) {
    let (network, memory) = measured(|| N::from_safetensors(bytes));
    assert!(memory <= bound(bytes.len()), "{memory} bytes of memory for {} of a file", bytes.len());
    if let Ok(network) = network {
        let written = network.to_safetensors().expect("the values that were read are finite");
        let again = N::from_safetensors(&written).expect("a written file can be read");
        assert!(again.parameters() == network.parameters(), "the same bits");
    }
}

fn read_with_scaler(bytes: &[u8]) {
    let (both, memory) = measured(|| Small::from_safetensors_with_scaler::<Standardizer<_>>(bytes));
    assert!(memory <= bound(bytes.len()), "{memory} bytes of memory for {} of a file", bytes.len());
    if let Ok((_, scaler)) = both {
        assert!(scaler.means().iter().all(|mean| mean.is_finite()));
        assert!(scaler.deviations().iter().all(|&deviation| deviation > 0.0 && deviation.is_finite()));
    }
}

fn read_with_table(bytes: &[u8]) {
    let (both, memory) = measured(|| Small::from_safetensors_with_scaler::<QuantileTransformer<_>>(bytes));
    assert!(memory <= bound(bytes.len()), "{memory} bytes of memory for {} of a file", bytes.len());
    if let Ok((_, scaler)) = both {
        assert!((0..3).all(|feature| scaler.quantiles(feature).is_sorted()));
        assert!(scaler.apply(&[0.0, 1.0, -1e30]).iter().all(|value| value.is_finite()));
    }
}

fn read_renamed(bytes: &[u8]) {
    let file = || WeightsFile::in_memory(bytes).strip_prefix("module.").strip_prefix("dense");
    let (network, memory) = measured(|| Small::load(file()));
    assert!(memory <= bound(bytes.len()), "{memory} bytes of memory for {} of a file", bytes.len());
    // The message quotes the contents of the file.
    if let Err(error) = network {
        assert!(!error.to_string().contains('\u{1b}'));
    }
}

fuzz_target!(|bytes: &[u8]| {
    for bytes in [Some(bytes.to_vec()), mended(bytes)].into_iter().flatten() {
        read::<Small>(&bytes);
        read::<Small<f64>>(&bytes);
        read_with_scaler(&bytes);
        read_with_table(&bytes);
        read_renamed(&bytes);
    }
});
