//! Rotary positions in heads whose width is odd for the value of a const parameter.

use typenet::prelude::*;

network! {
    struct Net<const HEADS: usize> (Sequence<16, 12>) {
        Residual { attention: SelfAttention<HEADS>(rotary = true) },
        LastStep,
    }
}

const WORKSPACE_LEN: usize = Net::<4>::WORKSPACE_LEN;

fn main() {
    println!("{WORKSPACE_LEN}");
}
