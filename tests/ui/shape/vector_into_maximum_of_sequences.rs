//! A maximum over the steps of a sequence, of a vector.

use typenet::prelude::*;

network! {
    struct Net (Vector<12>) {
        hidden: Dense<_, 8>,
        pool: GlobalMaxPool1d,
        output: Dense<_, 2>,
    }
}

fn main() {}
