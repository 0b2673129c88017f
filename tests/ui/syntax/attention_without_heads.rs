//! Self-attention whose number of heads is left out.

use typenet::prelude::*;

network! {
    struct Net (Sequence<16, 12>) {
        attention: SelfAttention(causal = true),
        LastStep,
    }
}

fn main() {}
