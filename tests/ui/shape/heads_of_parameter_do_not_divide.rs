//! A const parameter for the heads, whose value does not divide the features.

use typenet::prelude::*;

network! {
    struct Net<const HEADS: usize> (Sequence<16, 12>) {
        Residual { attention: SelfAttention<HEADS> },
        LastStep,
    }
}

const WORKSPACE_LEN: usize = Net::<8>::WORKSPACE_LEN;

fn main() {
    println!("{WORKSPACE_LEN}");
}
