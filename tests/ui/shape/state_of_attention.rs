//! Windows of long sequences for a layer that does not carry what it read.

use typenet::prelude::*;

network!(struct Net (Sequence<8, 4>) = first: Lstm<_, 4>, attention: SelfAttention<2>(causal = true));

// `cargo check` evaluates constants; only `cargo build` instantiates `carrying`.
const CARRIED_LEN: usize = <Net as Network>::CARRIED_LEN;

fn main() {
    println!("{CARRIED_LEN} {:?}", typenet::Workspace::<Net>::new().carrying(3));
}
