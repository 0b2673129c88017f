//! Tokens in a block, whose first layer takes values.

use typenet::prelude::*;

network! {
    struct Net (Tokens<16, 28>) {
        block: Residual { norm: LayerNorm },
        letters: Embedding<_, 8>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
