//! Attention with more weights for pairs of steps than a machine can hold.

use typenet::prelude::*;

network! {
    struct Signal (Sequence<1073741824, 4>) {
        attention: SelfAttention<4>,
        GlobalAvgPool1d,
        output: Dense<_, 10>,
        Softmax,
    }
}

fn main() {
    println!("{}", Signal::PARAMETERS);
}
