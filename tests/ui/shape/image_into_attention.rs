//! Self-attention of an image.

use typenet::prelude::*;

network! {
    struct Net (Image<4, 8, 8>) {
        attention: SelfAttention<4>(causal = true),
        LastStep,
    }
}

fn main() {}
