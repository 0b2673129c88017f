//! A layer in a block that mixes the steps of sequences which may be padded.

use typenet::prelude::*;

network! {
    struct Net (Pair<Padded<Tokens<5, 27>>, Vector<2>>) {
        Parallel {
            text: { First, Embedding<_, 4>, normalized: BatchNorm, LastStep },
            numbers: { Second },
        },
        Dense<_, 2>,
    }
}

fn main() {}
