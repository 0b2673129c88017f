//! The last step of a vector.

use typenet::prelude::*;

network! {
    struct Net (Sequence<24, 3>) {
        memory: Lstm<_, 8>,
        LastStep,
        last: LastStep,
        output: Dense<_, 2>,
    }
}

fn main() {}
