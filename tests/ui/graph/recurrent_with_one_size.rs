//! A recurrent layer whose number of units is missing.

use typenet::prelude::*;

network! {
    struct Net (Sequence<24, 3>) {
        memory: Lstm<8>,
        LastStep,
    }
}

fn main() {}
