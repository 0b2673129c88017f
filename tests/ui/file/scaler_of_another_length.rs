//! A standardizer that was fitted to samples of another length than the network's input, saved with the network.

use typenet::prelude::*;

network! {
    struct Digits {
        hidden: Dense<64, 32>,
        Tanh,
        output: Dense<32, 10>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let network = Digits::init(&mut typenet::rng(37));
    let scaler = Standardizer::fit(&[[0.0_f32; 60]]);
    network.save_with_scaler(&scaler, "digits.safetensors")
}
