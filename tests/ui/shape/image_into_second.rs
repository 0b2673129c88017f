//! An image has no parts.

use typenet::prelude::*;

network! {
    struct Net (Image<1, 3, 3>) {
        Conv2d<_, 2, 1>,
        Second,
        output: Dense<4, 2>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
