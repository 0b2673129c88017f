//! An embedding of more tokens than come in.

use typenet::prelude::*;

network! {
    struct Net (Tokens<16, 28>) {
        letters: Embedding<30, 8>,
        LastStep,
        output: Dense<_, 2>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
