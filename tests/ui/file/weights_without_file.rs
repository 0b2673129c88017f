//! A call without a file.

use typenet::prelude::*;

network! {
    struct Classifier {
        hidden: Dense<5, 7>,
        Tanh,
        middle: Dense<7, 6>,
        Relu,
        output: Dense<6, 3>,
        Softmax,
    }
}

static NETWORK: Classifier = typenet::weights!(Classifier);

fn main() {
    println!("{}", NETWORK.predict(&[0.0; 5])[0]);
}
