//! Layers that take a pair are repeated only if they give one again.

use typenet::prelude::*;

network! {
    struct Net (Pair<Sequence<4, 6>, Sequence<5, 6>>) {
        Repeat<2> { CrossAttention<2> },
        LastStep,
        Dense<_, 3>,
    }
}

fn main() {
    let _ = Net::<f32>::zeroed();
}
