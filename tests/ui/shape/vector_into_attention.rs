//! Self-attention of a vector.

use typenet::prelude::*;

network! {
    struct Net (Vector<24>) {
        hidden: Dense<_, 16>,
        attention: SelfAttention<4>,
        output: Dense<_, 2>,
    }
}

fn main() {}
