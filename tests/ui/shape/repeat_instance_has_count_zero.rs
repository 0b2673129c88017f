//! A count that is 0 for an instance of a generic network.

use typenet::prelude::*;

network! {
    struct Digits<const R: usize> {
        hidden: Dense<64, 32>,
        blocks: Repeat<R> { Dense<32, 32> },
        output: Dense<32, 10>,
    }
}

fn main() {
    println!("{:?}", Digits::<0>::zeroed().predict(&[0.0; 64]));
}
