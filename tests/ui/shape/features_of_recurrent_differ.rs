//! A recurrent layer for another number of features.

use typenet::prelude::*;

network! {
    struct Net (Sequence<24, 3>) {
        memory: Lstm<4, 8>,
        LastStep,
        output: Dense<_, 2>,
    }
}

fn main() {}
