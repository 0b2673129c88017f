//! Heads that do not divide the features, both of which are named constants.

use typenet::prelude::*;

const FEATURES: usize = 12;
const HEADS: usize = 5;

network! {
    struct Net (Sequence<16, FEATURES>) {
        attention: SelfAttention<HEADS>,
        LastStep,
    }
}

fn main() {
    println!("{}", Net::PARAMETERS);
}
