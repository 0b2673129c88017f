//! A branch without layers gives the pair itself, which has no values to join.

use typenet::prelude::*;

network! {
    struct Net (Pair<Vector<3>, Vector<4>>) {
        Parallel { left: {}, right: {} },
        First,
    }
}

fn main() {
    let _ = Net::zeroed();
}
