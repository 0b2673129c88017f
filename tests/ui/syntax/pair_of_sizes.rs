//! A pair consists of shapes.

use typenet::prelude::*;

network! {
    struct Net (Pair<3, 4>) {
        First,
        output: Dense<3, 2>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
