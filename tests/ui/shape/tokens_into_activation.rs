//! Tokens are no values that an activation could map.

use typenet::prelude::*;

network! {
    struct Net (Tokens<16, 28>) {
        Relu,
        output: Lstm<_, 2>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
