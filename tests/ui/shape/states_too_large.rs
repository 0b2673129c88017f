//! Weights of states that no machine can hold, although those of the input fit.

use typenet::prelude::*;

network! {
    struct Signal (Sequence<8, 1>) {
        units: Gru<_, 4294967296>,
        LastStep,
        output: Dense<_, 10>,
        Softmax,
    }
}

fn main() {
    println!("{}", Signal::PARAMETERS);
}
