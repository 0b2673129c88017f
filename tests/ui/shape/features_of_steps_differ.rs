//! A layer that acts on each step, for fewer features than a step has.

use typenet::prelude::*;

network! {
    struct Tagger (Sequence<20, 4>) {
        lstm: Lstm<_, 64>,
        Tanh,
        head: Dense<32, 10>,
        Softmax,
    }
}

fn main() {
    println!("{:?}", Tagger::zeroed().predict_class(&[[0.0; 4]; 20]));
}
