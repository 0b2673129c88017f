//! The class of a network that gives logits.

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
    println!("{}", network.predict_class(&[0.0; 64]).index());
}
