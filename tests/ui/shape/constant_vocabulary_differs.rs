//! An embedding of another constant number of tokens than come in.

use typenet::prelude::*;

const LETTERS: usize = 26;

network! {
    struct Net (Tokens<16, 28>) {
        letters: Embedding<LETTERS, 8>,
        LastStep,
        output: Dense<_, 2>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
