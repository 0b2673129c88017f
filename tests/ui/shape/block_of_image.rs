//! A block whose layers take a vector, after an image.

use typenet::prelude::*;

network! {
    struct Digits (Image<1, 2, 2>) {
        Sigmoid,
        block: Residual { inner: Dense<4, 4> },
        output: Dense<4, 3>,
    }
}

fn main() {
    let output: [f32; 3] = Digits::zeroed().predict(&[[[0.0; 2]; 2]]);
    println!("{output:?}");
}
