//! The sizes of a part are those in the header.

use typenet::prelude::*;

network! {
    struct Net (Pair<Vector<3>, Vector<4>>) {
        Parallel {
            left: { First, Dense<_, 2> },
            right: { Second, Dense<3, 2> },
        },
        Dense<_, 2>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
