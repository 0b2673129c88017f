//! Rotary positions in a head of an odd number of features that only the compiler knows.

use typenet::prelude::*;

const FEATURES: usize = 9;

network!(struct Net (Sequence<16, FEATURES>) = attention: SelfAttention<1>(rotary = true), LastStep);

fn main() {
    println!("{}", Net::PARAMETERS);
}
