//! Const parameters with a name of generated code, which the message keeps.

use typenet::prelude::*;

network! {
    struct Net<const __A: usize, const __samples: usize> {
        hidden: Dense<3, __A>,
        Tanh,
        output: Dense<__samples, 2>,
    }
}

fn main() {
    println!("{:?}", Net::<4, 5>::zeroed().predict(&[0.0; 3]));
}
