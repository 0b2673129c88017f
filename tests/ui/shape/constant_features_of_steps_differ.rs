//! Named constants for the features of steps that do not agree.

use typenet::prelude::*;

const HIDDEN: usize = 64;
const WANTED: usize = 32;

network! {
    struct Tagger (Sequence<20, 4>) {
        lstm: Lstm<_, HIDDEN>,
        head: Dense<WANTED, 10>,
    }
}

fn main() {
    println!("{:?}", Tagger::zeroed().predict(&[[0.0; 4]; 20]));
}
