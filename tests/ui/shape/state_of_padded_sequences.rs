//! Windows of long sequences for a network with padded sequences.

use typenet::prelude::*;

type Signal = Padded<Sequence<8, 4>>;

network!(struct Net (Signal) = Lstm<_, 4>);

// `cargo check` evaluates constants; only `cargo build` instantiates `carrying`.
const CARRIED_LEN: usize = <Net as Network>::CARRIED_LEN;

fn main() {
    println!("{CARRIED_LEN}");
}
