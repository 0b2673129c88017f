//! All states of a recurrent layer, where the last one is meant.

use typenet::prelude::*;

network! {
    struct Net (Sequence<24, 3>) -> Probabilities<2> {
        memory: Gru<_, 8>,
        LayerNorm,
        output: Dense<_, 2>,
        Softmax,
    }
}

fn main() {}
