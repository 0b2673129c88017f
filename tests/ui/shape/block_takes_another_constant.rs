//! A block whose layers keep a constant number of values, which is not the one that comes in.

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
