//! A first layer that does not determine how many tokens come in.

use typenet::prelude::*;

network! {
    struct Net {
        letters: Embedding<28, 8>,
        LastStep,
        output: Dense<_, 2>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
