//! A branch that gives a vector beside one that gives an image.

use typenet::prelude::*;

network! {
    struct Images (Image<2, 8, 8>) {
        block: Parallel { flat: { Flatten }, skip: {} },
        Flatten,
        output: Dense<_, 3>,
    }
}

fn main() {
    let output: [f32; 3] = Images::zeroed().predict(&[[[0.0; 8]; 8]; 2]);
    println!("{output:?}");
}
