//! Positions of a vector.

use typenet::prelude::*;

network! {
    struct Net (Vector<24>) {
        hidden: Dense<_, 16>,
        places: PositionEmbedding,
        output: Dense<_, 2>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
