//! A network with const parameters, one of which is 0 in an instance.

use typenet::prelude::*;

network! {
    struct Mlp<const N: usize, const H: usize> {
        hidden: Dense<N, H>,
        Tanh,
        output: Dense<H, 3>,
        Softmax,
    }
}

// `cargo check` evaluates constants; only `cargo build` instantiates functions of a generic network.
const WORKSPACE_LEN: usize = Mlp::<4, 0>::WORKSPACE_LEN;

fn main() {
    println!("{WORKSPACE_LEN}");
}
