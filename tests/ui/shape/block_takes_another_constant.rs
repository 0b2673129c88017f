//! A block whose layers preserve a constant number of values that differs from the incoming one.

use typenet::prelude::*;

const WIDTH: usize = 5;

network! {
    struct Digits {
        first: Dense<3, 4>,
        block: Residual { Tanh, inner: Dense<WIDTH, WIDTH> },
        Tanh,
        output: Dense<4, 2>,
    }
}

fn main() {
    let output: [f32; 2] = Digits::zeroed().predict(&[0.0; 3]);
    println!("{output:?}");
}
