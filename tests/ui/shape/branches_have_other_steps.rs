//! Branches of sequences that cannot be concatenated.

use typenet::prelude::*;

network! {
    struct Net (Sequence<9, 3>) {
        block: Parallel {
            states: { Lstm<_, 8> },
            windows: { Conv1d<_, 8, 3> },
        },
        LastStep,
    }
}

fn main() {}
