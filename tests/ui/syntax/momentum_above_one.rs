//! A momentum is a share of the way.

use typenet::prelude::*;

network! {
    struct Net (Vector<8>) {
        hidden: Dense<_, 4>,
        norm: BatchNorm(momentum = 1.5),
    }
}

fn main() {}
