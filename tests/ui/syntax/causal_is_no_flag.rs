//! A value of `causal` that is neither `true` nor `false`.

use typenet::prelude::*;

network! {
    struct Net (Sequence<16, 12>) {
        attention: SelfAttention<4>(causal = 1),
        LastStep,
    }
}

fn main() {}
