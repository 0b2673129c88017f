//! A network in a branch that gives a vector, beside one that gives an image.

use typenet::prelude::*;

network!(struct Flat (Image<1, 2, 2>) = Flatten);
network!(struct Same (Image<1, 2, 2>) = Tanh);

network! {
    struct Images (Image<1, 2, 2>) {
        block: Parallel { left: { Same }, right: { Flat } },
        Flatten,
        output: Dense<_, 2>,
    }
}

fn main() {
    let output: [f32; 2] = Images::zeroed().predict(&[[[0.0; 2]; 2]]);
    println!("{output:?}");
}
