//! A repeated network that gives another size than it takes.

use typenet::prelude::*;

network!(struct Inner = Dense<3, 5>);

network! {
    struct Digits {
        first: Dense<4, 3>,
        block: Repeat<2> { Inner },
        output: Dense<3, 2>,
    }
}

fn main() {
    let output: [f32; 2] = Digits::zeroed().predict(&[0.0; 4]);
    println!("{output:?}");
}
