//! Self-attention without heads.

use typenet::prelude::*;

network! {
    struct Net (Sequence<16, 12>) {
        attention: SelfAttention<0>,
        LastStep,
    }
}

fn main() {}
