//! A network as a shortcut that gives another size than the layers.

use typenet::prelude::*;

network!(struct Inner = Dense<3, 5>);

network! {
    struct Digits {
        first: Dense<4, 3>,
        block: Residual(Inner) { Dense<_, 6> },
        output: Dense<5, 2>,
    }
}

fn main() {
    let output: [f32; 2] = Digits::zeroed().predict(&[0.0; 4]);
    println!("{output:?}");
}
