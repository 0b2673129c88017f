//! Heads that do not divide the value of a const parameter, in a network that is generic in its features.

use typenet::prelude::*;

network! {
    struct Net<const N: usize> (Sequence<16, N>) {
        attention: SelfAttention<4>,
        LastStep,
    }
}

// `cargo check` evaluates constants; only `cargo build` instantiates functions of a generic network.
const WORKSPACE_LEN: usize = Net::<10>::WORKSPACE_LEN;

fn main() {
    println!("{WORKSPACE_LEN}");
}
