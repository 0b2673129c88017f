//! More tokens than `f32` represents.

use typenet::prelude::*;

network! {
    struct Net (Tokens<16, 20_000_000>) {
        letters: Embedding<_, 8>,
        LastStep,
        output: Dense<_, 2>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
