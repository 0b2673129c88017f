//! An embedding without its vocabulary.

use typenet::prelude::*;

network! {
    struct Net (Tokens<16, 28>) {
        letters: Embedding<8>,
        LastStep,
        output: Dense<_, 2>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
