//! A custom type with a const parameter of the network that does not implement `Shape`, as the input.

use typenet::prelude::*;

struct Board<const SIDE: usize>;

network! {
    struct Moves<const SIDE: usize>(Board<SIDE>) {
        Tanh,
    }
}

fn main() {
    let network = Moves::<8>::init(&mut typenet::rng(37));
    println!("{network:?}");
}
