//! A count that is 0 in an instance of a network with const parameters.

use typenet::prelude::*;

network! {
    struct Digits<const R: usize> {
        hidden: Dense<64, 32>,
        blocks: Repeat<R> { Dense<32, 32> },
        output: Dense<32, 10>,
    }
}

// `cargo check` evaluates constants; only `cargo build` instantiates functions of a generic network.
const WORKSPACE_LEN: usize = Digits::<0>::WORKSPACE_LEN;

fn main() {
    println!("{WORKSPACE_LEN}");
}
