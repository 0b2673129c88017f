//! A setting that self-attention does not have.

use typenet::prelude::*;

network! {
    struct Net (Sequence<16, 12>) {
        attention: SelfAttention<4>(dropout = 0.1),
        LastStep,
    }
}

fn main() {}
