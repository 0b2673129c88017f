//! An embedding of what a layer computed.

use typenet::prelude::*;

network! {
    struct Net {
        hidden: Dense<16, 4>,
        letters: Embedding<28, 8>,
        LastStep,
        output: Dense<_, 2>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
