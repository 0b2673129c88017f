//! A prediction assigned to an array of another length.

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
    let prediction: [f32; 9] = network.predict(&[0.0; 64]);
    println!("{prediction:?}");
    Ok(())
}
