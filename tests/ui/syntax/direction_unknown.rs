//! A direction that is none.

use typenet::prelude::*;

network! {
    struct Net (Sequence<24, 3>) {
        memory: Lstm<_, 8>(direction = Reversed),
        LastStep,
    }
}

fn main() {}
