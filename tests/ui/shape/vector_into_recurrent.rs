//! A recurrent layer after a vector.

use typenet::prelude::*;

network! {
    struct Net (Vector<24>) {
        hidden: Dense<_, 16>,
        memory: Rnn<_, 8>,
        output: Dense<_, 2>,
    }
}

fn main() {}
