//! Tokens are not computed.

use typenet::prelude::*;

network! {
    struct Net (Vector<16>) {
        tokens: Reshape<Tokens<16, 28>>,
        letters: Embedding<_, 8>,
        LastStep,
        output: Dense<_, 2>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
