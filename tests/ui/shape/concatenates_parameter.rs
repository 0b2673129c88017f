//! Branches whose joined size would be computed from a const parameter.

use typenet::prelude::*;

network! {
    struct Digits<const H: usize> {
        hidden: Dense<64, H>,
        block: Parallel { left: { Tanh }, right: { Dense<_, 16> } },
        output: Dense<_, 10>,
    }
}

fn main() {
    println!("{:?}", Digits::<3>::zeroed().predict(&[0.0; 64]));
}
