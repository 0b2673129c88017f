//! Nothing can be added to a pair, but to its first part.

use typenet::prelude::*;

network! {
    struct Net (Pair<Sequence<4, 6>, Sequence<5, 6>>) {
        Residual { CrossAttention<2> },
        LastStep,
        Dense<_, 3>,
    }
}

fn main() {
    let _ = Net::<f32>::zeroed();
}
