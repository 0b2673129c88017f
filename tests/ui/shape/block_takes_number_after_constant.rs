//! A constant before a block and a number in it and after it: one of them is wrong and is reported once.

use typenet::prelude::*;

const WIDTH: usize = 5;

network! {
    struct Digits {
        first: Dense<3, WIDTH>,
        block: Residual { inner: Dense<4, 4> },
        Tanh,
        output: Dense<4, 2>,
    }
}

fn main() {
    let output: [f32; 2] = Digits::zeroed().predict(&[0.0; 3]);
    println!("{output:?}");
}
