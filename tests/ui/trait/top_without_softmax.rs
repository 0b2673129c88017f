//! The most probable classes of a network that gives logits.

use typenet::prelude::*;

network! {
    struct Digits {
        hidden: Dense<64, 32>,
        Tanh,
        output: Dense<32, 10>,
    }
}

fn main() {
    let network = Digits::init(&mut typenet::rng(37));
    for (class, probability) in network.top::<3>(&[0.0; 64]) {
        println!("{} {probability}", class.index());
    }
}
