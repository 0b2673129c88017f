//! Branches whose images have another number of rows.

use typenet::prelude::*;

network! {
    struct Images (Image<2, 8, 8>) {
        block: Parallel { same: { Conv2d<_, 4, 3>(padding = 1) }, smaller: { Conv2d<_, 4, 3> }, skip: {} },
        Flatten,
        output: Dense<_, 3>,
    }
}

fn main() {
    let output: [f32; 3] = Images::zeroed().predict(&[[[0.0; 8]; 8]; 2]);
    println!("{output:?}");
}
