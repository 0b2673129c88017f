//! Weights of a scalar type that cannot be embedded.

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

static NETWORK: Classifier = typenet::weights!(Classifier, "../../reference/weights_torch_float16.safetensors");

fn main() {
    println!("{}", NETWORK.predict(&[0.0; 5])[0]);
}
