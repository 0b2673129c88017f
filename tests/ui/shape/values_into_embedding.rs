//! An embedding of values.

use typenet::prelude::*;

network! {
    struct Net (Vector<16>) {
        letters: Embedding<_, 8>,
        LastStep,
        output: Dense<_, 2>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
