//! Tokens are no values that a dense layer could multiply.

use typenet::prelude::*;

network! {
    struct Net (Tokens<16, 28>) {
        hidden: Dense<_, 8>,
        output: Dense<_, 2>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
