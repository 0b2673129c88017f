//! In a branch, the part is suggested that the layer takes.

use typenet::prelude::*;

network! {
    struct Net (Pair<Vector<4>, Tokens<5, 7>>) {
        Parallel {
            numbers: { First, Dense<_, 3> },
            text: { Embedding<_, 3>, LastStep },
        },
        Dense<_, 2>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
