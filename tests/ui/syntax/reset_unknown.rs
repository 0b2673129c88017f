//! A place of the reset that is none.

use typenet::prelude::*;

network! {
    struct Net (Sequence<24, 3>) {
        memory: Gru<_, 8>(reset = Inside),
        LastStep,
    }
}

fn main() {}
