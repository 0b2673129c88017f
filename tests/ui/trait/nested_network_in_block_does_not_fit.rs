//! A nested network in a block that preserves its size, but the incoming size differs.

use typenet::prelude::*;

network!(struct Inner = Dense<5, 5>);

network! {
    struct Digits {
        first: Dense<3, 4>,
        block: Residual { Inner },
        output: Dense<4, 2>,
    }
}

fn main() {
    let output: [f32; 2] = Digits::zeroed().predict(&[0.0; 3]);
    println!("{output:?}");
}
