//! A network in a branch that gives another size than the first branch.

use typenet::prelude::*;

network!(struct Inner = Dense<3, 5>);

network! {
    struct Digits {
        first: Dense<4, 3>,
        block: Parallel(Add) { left: { Dense<_, 6> }, right: { Inner } },
        output: Dense<6, 2>,
    }
}

fn main() {
    let output: [f32; 2] = Digits::zeroed().predict(&[0.0; 4]);
    println!("{output:?}");
}
