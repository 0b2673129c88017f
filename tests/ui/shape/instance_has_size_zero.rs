//! A network with const parameters, of which one is 0 where it is used.

use typenet::prelude::*;

network! {
    struct Mlp<const N: usize, const H: usize> {
        hidden: Dense<N, H>,
        Tanh,
        output: Dense<H, 3>,
        Softmax,
    }
}

// `cargo check` computes constants; functions of a generic network are looked at by `cargo build`.
const WORKSPACE_LEN: usize = Mlp::<4, 0>::WORKSPACE_LEN;

fn main() {
    println!("{WORKSPACE_LEN}");
}
